//! Written utterances to training texts: `@LIST` markers expanded, `{type}` markers dropped.

use crate::entity::Values;

/// Texts that one written utterance may become.
pub(crate) const MAX_PER_UTTERANCE: u64 = 200;
/// Texts that all utterances of a brain may become; written utterances are never dropped, even when they alone are more.
pub(crate) const MAX_EXPANDED: u64 = 50_000;

/// A written utterance, cut at its markers.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
    /// Names of lists that do not exist.
    pub(crate) unknown: Vec<String>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    List(usize),
}

impl Template {
    pub(crate) fn new(written: &str, values: &Values) -> Self {
        let mut template = Self { pieces: Vec::new(), unknown: Vec::new() };
        let mut text = String::new();
        let mut rest = written;
        let mut after_word = false;
        while let Some(c) = rest.chars().next() {
            let length = marker_length(rest, after_word).unwrap_or(0);
            match c {
                '@' if length > 0 => {
                    template.mark(&rest[1..length], &mut text, values);
                    rest = &rest[length..];
                    after_word = true;
                }
                '{' if length > 0 => {
                    text.push(' ');
                    rest = &rest[length..];
                    after_word = false;
                }
                c => {
                    text.push(c);
                    rest = &rest[c.len_utf8()..];
                    after_word = is_word(c);
                }
            }
        }
        template.pieces.push(Piece::Text(text));
        template
    }

    fn mark(&mut self, name: &str, text: &mut String, values: &Values) {
        match values.lists().iter().position(|list| list.name.to_lowercase() == name.to_lowercase()) {
            Some(list) => {
                self.pieces.push(Piece::Text(std::mem::take(text)));
                if !values.lists()[list].values.is_empty() {
                    self.pieces.push(Piece::List(list));
                }
            }
            None => self.unknown.push(name.to_owned()),
        }
    }

    /// Texts this stands for, without a cap.
    pub(crate) fn count(&self, values: &Values) -> u64 {
        self.sizes(values).into_iter().fold(1, u64::saturating_mul)
    }

    /// At most `most` of the texts, all if there are no more; otherwise spread evenly over all combinations, always the same ones.
    pub(crate) fn expand(&self, values: &Values, most: u64) -> Vec<String> {
        let count = self.count(values);
        let stride = if count > most { spread(count) } else { 1 };
        (0..count.min(most).max(1))
            .map(|i| self.text((u128::from(i) * u128::from(stride) % u128::from(count)) as u64, values))
            .collect()
    }

    /// The text of one combination, the last marker varying fastest.
    fn text(&self, combination: u64, values: &Values) -> String {
        let mut left = combination;
        let mut parts: Vec<&str> = Vec::with_capacity(self.pieces.len());
        for piece in self.pieces.iter().rev() {
            match piece {
                Piece::Text(text) => parts.push(text),
                Piece::List(list) => {
                    let written = &values.lists()[*list].values;
                    parts.push(&written[(left % written.len() as u64) as usize]);
                    left /= written.len() as u64;
                }
            }
        }
        parts.reverse();
        parts.concat().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn sizes(&self, values: &Values) -> Vec<u64> {
        let lists = self.pieces.iter().filter_map(|piece| match piece {
            Piece::List(list) => Some(values.lists()[*list].values.len() as u64),
            Piece::Text(_) => None,
        });
        lists.collect()
    }
}

/// The largest cap per utterance with which all together stay within `MAX_EXPANDED`.
pub(crate) fn cap(counts: &[u64]) -> u64 {
    let total = |cap: u64| counts.iter().map(|count| (*count).min(cap)).fold(0, u64::saturating_add);
    let (mut low, mut high) = (1, MAX_PER_UTTERANCE);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if total(middle) <= MAX_EXPANDED { low = middle } else { high = middle - 1 }
    }
    low
}

/// A step through `count` combinations that visits each once and leaves no large gap: near the golden ratio, and coprime to the count, so that
/// every list's values take turns.
fn spread(count: u64) -> u64 {
    let golden = (u128::from(count) * 618_034 / 1_000_000) as u64;
    (golden.max(1)..count).find(|step| gcd(*step, count) == 1).unwrap_or(1)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Bytes of the marker that a text begins with; an `@` inside a word, as in an e-mail address, begins none.
fn marker_length(text: &str, after_word: bool) -> Option<usize> {
    if let Some(inside) = text.strip_prefix('@').filter(|_| !after_word) {
        let name = inside.find(|c| !is_word(c)).unwrap_or(inside.len());
        return (name > 0).then_some(1 + name);
    }
    let inside = text.strip_prefix('{')?;
    let name = inside.find(|c| !is_word(c) && c != ':').unwrap_or(inside.len());
    inside[name..].starts_with('}').then_some(name + 2)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::EntityList;

    fn values(lists: &[(&str, usize)]) -> Values {
        let list = |(name, size): &(&str, usize)| EntityList {
            name: (*name).to_owned(),
            values: (0..*size).map(|i| format!("{}{i}", name.to_lowercase())).collect(),
        };
        Values::new(lists.iter().map(list).collect())
    }

    fn expanded(written: &str, values: &Values, most: u64) -> Vec<String> {
        Template::new(written, values).expand(values, most)
    }

    #[test]
    fn markers_become_every_value() {
        let values = values(&[("CITY", 2), ("DAY", 2), ("EMPTY", 0)]);
        for (written, texts) in [
            ("hello there", vec!["hello there"]),
            ("rain in @city", vec!["rain in city0", "rain in city1"]),
            ("@CITY @day", vec!["city0 day0", "city0 day1", "city1 day0", "city1 day1"]),
            ("rain in @nowhere today", vec!["rain in today"]),
            ("rain @empty today", vec!["rain today"]),
            ("meet {sbf:temporal} in {city}, {not a marker}", vec!["meet in , {not a marker}"]),
            ("write to ana@city now, @", vec!["write to ana@city now, @"]),
            ("@city2", vec![""]),
        ] {
            assert_eq!(expanded(written, &values, 200), texts, "{written}");
        }
        assert_eq!(Template::new("@city @nowhere", &values).unknown, ["nowhere"]);
    }

    #[test]
    fn a_capped_expansion_is_spread_over_every_list() {
        let values = values(&[("A", 100), ("B", 100), ("C", 100)]);
        let texts = expanded("@a @b @c", &values, 200);
        let distinct = |place: usize| {
            texts.iter().filter_map(|text| text.split(' ').nth(place)).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!(texts.len(), 200);
        assert_eq!(texts.iter().collect::<std::collections::BTreeSet<_>>().len(), 200);
        assert_eq!([distinct(0), distinct(1), distinct(2)].map(|count| count >= 80), [true; 3]);
        assert_eq!(texts, expanded("@a @b @c", &values, 200));
    }

    proptest::proptest! {
        #[test]
        fn any_utterance_expands(written in "[@{}a-zA-Zéß :_東]{0,20}") {
            proptest::prop_assert!(!expanded(&written, &values(&[("A", 3), ("É", 2)]), 4).is_empty());
        }
    }

    #[test]
    fn the_cap_shrinks_until_all_fit() {
        assert_eq!(cap(&[1, 5, 1_000_000]), MAX_PER_UTTERANCE);
        assert_eq!(cap(&vec![200; 1_000]), 50);
        assert_eq!(cap(&vec![7; 100_000]), 1);
        assert_eq!(cap(&[]), MAX_PER_UTTERANCE);
    }
}

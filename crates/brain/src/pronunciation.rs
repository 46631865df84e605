//! How a brain's author wants words to be spoken: respellings, put in place of the words before any voice sees them.
//!
//! So they hold for every voice and engine alike, need no right of their own, and go live with the brain.

use std::collections::BTreeMap;

/// The author's lexicons by name, each from a word as it is written to how it is spoken, the longest word first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pronunciations(BTreeMap<String, Vec<(String, String)>>);

/// A text as it is to be spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pronounced {
    /// The text, plain or SSML as it was.
    pub text: String,
    /// Names of lexicons that are not the author's, separated by commas: the voice may know them.
    pub others: Option<String>,
}

impl Pronunciations {
    pub(crate) fn add(&mut self, name: &str, mut words: Vec<(String, String)>) {
        words.sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        self.0.insert(name.to_owned(), words);
    }

    /// `text` with the words of the lexicons in `names` (`names, places`) respelt.
    ///
    /// Words are whole ones, in the case in which they are written; nothing within a tag of SSML is changed, and what was put in is
    /// not looked at again. Of two lexicons that have a word, the first one named wins.
    pub fn apply(&self, names: &str, text: &str) -> Pronounced {
        let (mut words, mut others) = (Vec::new(), Vec::new());
        for name in names.split([',', ' ']).filter(|name| !name.is_empty()) {
            match self.0.get(name) {
                Some(known) => words.extend(known),
                None => others.push(name),
            }
        }
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let others = Some(others.join(",")).filter(|others| !others.is_empty());
        let text = if words.is_empty() { text.to_owned() } else { respelt(text, &words) };
        Pronounced { text, others }
    }
}

fn respelt(text: &str, words: &[&(String, String)]) -> String {
    let is_ssml = text.contains("<speak");
    let mut spoken = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let tag = if is_ssml && c == '<' { rest.find('>') } else { None };
        let found = words.iter().find(|(word, _)| is_next(word, before, rest));
        let (passed, put) = match (tag, found) {
            (Some(end), _) => (end + 1, &rest[..=end]),
            (None, Some((word, respelling))) => (word.len(), respelling.as_str()),
            (None, None) => (c.len_utf8(), &rest[..c.len_utf8()]),
        };
        match found.filter(|_| is_ssml && tag.is_none()) {
            Some(_) => spoken.push_str(&put.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
            None => spoken.push_str(put),
        }
        before = rest[..passed].chars().next_back();
        rest = &rest[passed..];
    }
    spoken
}

/// Whether the word comes next, as a whole one.
fn is_next(word: &str, before: Option<char>, rest: &str) -> bool {
    let Some(after) = rest.strip_prefix(word) else { return false };
    let goes_on = |one: Option<char>, other: Option<char>| {
        one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric)
    };
    !goes_on(before, word.chars().next()) && !goes_on(word.chars().next_back(), after.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicons() -> Pronunciations {
        let mut lexicons = Pronunciations::default();
        let words = |words: &[(&str, &str)]| words.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        lexicons
            .add("names", words(&[("SBF", "S B F"), ("SBF Shop", "the shop"), ("Nguyen", "win"), ("R&D", "R & D")]));
        lexicons.add("places", words(&[("SBF", "other"), ("Łódź", "woodge"), ("win", "loop")]));
        lexicons
    }

    fn spoken(names: &str, text: &str) -> String {
        lexicons().apply(names, text).text
    }

    #[test]
    fn whole_words_are_respelt_the_longest_first() {
        assert_eq!(spoken("names", "SBF, SBF Shop and SBFs; (Nguyen)"), "S B F, the shop and SBFs; (win)");
        assert_eq!(spoken("names", "sbf éSBF SBFé"), "sbf éSBF SBFé");
        assert_eq!(spoken("places", "Łódź Łódźi"), "woodge Łódźi");
        assert_eq!(spoken("places", "10 < 20 SBF > 5"), "10 < 20 other > 5");
    }

    #[test]
    fn what_was_put_in_is_not_respelt_again_and_the_first_lexicon_wins() {
        assert_eq!(spoken("names, places", "Nguyen SBF"), "win S B F");
        assert_eq!(spoken("places names", "Nguyen SBF"), "win other");
    }

    #[test]
    fn tags_of_ssml_stay_as_they_are() {
        let text = "<speak><sub alias=\"SBF\">SBF</sub> R&amp;D <p>Nguyen</p></speak>";
        assert_eq!(spoken("names", text), "<speak><sub alias=\"SBF\">S B F</sub> R&amp;D <p>win</p></speak>");
        assert_eq!(spoken("names", "<speak>R&D</speak>"), "<speak>R &amp; D</speak>");
        assert_eq!(spoken("names", "R&D"), "R & D");
    }

    #[test]
    fn lexicons_of_others_are_left_to_the_voice() {
        let pronounced = lexicons().apply("polly1, names polly2", "SBF");
        assert_eq!(pronounced, Pronounced { text: "S B F".to_owned(), others: Some("polly1,polly2".to_owned()) });
        assert_eq!(lexicons().apply("", "SBF"), Pronounced { text: "SBF".to_owned(), others: None });
    }
}

//! Text without case and accents, with the way back to the original; and its words.
//!
//! This is for finding things *in* an utterance (values, tags, patterns). What the classifier sees goes through its own text path.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text in lower case without accents, and for each of its bytes the span of the original character it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folded {
    pub(crate) text: String,
    /// One entry a byte of `text`: start and end of the original character.
    origins: Vec<(usize, usize)>,
}

/// A word of an utterance, folded, and where it stands in the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

impl Folded {
    /// The original's span of a span of the folded text; combining marks that follow belong to it.
    pub(crate) fn original(&self, span: Range<usize>, original: &str) -> Range<usize> {
        let Some(first) = self.origins.get(span.start).filter(|_| span.start < span.end) else {
            return 0..0;
        };
        let end = self.origins.get(span.end - 1).map_or(first.1, |last| last.1);
        let marks = original[end..].chars().take_while(|c| is_accent(*c)).map(char::len_utf8).sum::<usize>();
        first.0..end + marks
    }
}

/// Lower case, without accents; letters that no accent explains are spelt out (`ß` → `ss`).
pub(crate) fn fold(original: &str) -> Folded {
    let mut folded =
        Folded { text: String::with_capacity(original.len()), origins: Vec::with_capacity(original.len()) };
    for (start, c) in original.char_indices() {
        let before = folded.text.len();
        fold_character(c, &mut folded.text);
        let origin = (start, start + c.len_utf8());
        folded.origins.extend(std::iter::repeat_n(origin, folded.text.len() - before));
    }
    folded
}

/// Accents off, case kept: for texts, such as regexes, in which case has a meaning of its own.
pub(crate) fn without_accents(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() { plain.push(c) } else { fold_character(c, &mut plain) }
    }
    plain
}

/// The words of a text: runs of letters, digits and their marks; each ideograph is a word.
pub(crate) fn words(original: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (start, c) in original.char_indices() {
        if !c.is_alphanumeric() && !is_combining_mark(c) {
            open = false;
            continue;
        }
        let end = start + c.len_utf8();
        let alone = is_ideograph(c);
        match words.last_mut().filter(|_| open && !alone) {
            Some(word) => {
                fold_character(c, &mut word.text);
                word.span.end = end;
            }
            None => {
                let mut text = String::new();
                fold_character(c, &mut text);
                words.push(Word { text, span: start..end });
            }
        }
        open = !alone;
    }
    words.retain(|word| !word.text.is_empty());
    words
}

/// The words of a text joined by single spaces: equal for texts that differ in case, accents, punctuation and spacing only.
pub(crate) fn key(text: &str) -> String {
    words(text).into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
}

fn fold_character(c: char, into: &mut String) {
    if c.is_ascii() {
        into.push(c.to_ascii_lowercase());
        return;
    }
    for lower in c.to_lowercase() {
        for part in std::iter::once(lower).nfkd().filter(|part| !is_accent(*part)) {
            match spelt_out(part) {
                Some(letters) => into.push_str(letters),
                None => into.extend(part.to_lowercase()),
            }
        }
    }
}

/// Latin, Greek and Cyrillic accents; the voicing marks of other scripts make other letters and stay.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn spelt_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        '’' | 'ʼ' => "'",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_the_way_back_to_the_original() {
        for (original, part, expected) in [
            ("météo à Orléans", "orleans", "Orléans"),
            ("für MÜNCHEN", "munchen", "MÜNCHEN"),
            ("Straße 5", "strasse", "Straße"),
            ("cafe\u{301} noir", "cafe", "cafe\u{301}"),
            ("ИЖЕВСК, Ёлка", "елка", "Ёлка"),
        ] {
            let folded = fold(original);
            let start = folded.text.find(part).unwrap();
            assert_eq!(&original[folded.original(start..start + part.len(), original)], expected);
        }
    }

    #[test]
    fn words_are_whole_and_folded() {
        let found = |text| words(text).into_iter().map(|word| word.text).collect::<Vec<_>>();
        assert_eq!(found("L'été, já—extra-GRANDE?"), ["l", "ete", "ja", "extra", "grande"]);
        assert_eq!(found("東京 2"), ["東", "京", "2"]);
        assert_eq!(found(" \u{301} ?! "), Vec::<String>::new());
        assert_eq!(key("  What's   YOUR name?"), "what s your name");
    }

    proptest::proptest! {
        #[test]
        fn spans_are_always_character_boundaries(text in "\\PC{0,40}") {
            let folded = fold(&text);
            let mut at = 0;
            for c in folded.text.chars() {
                let span = folded.original(at..at + c.len_utf8(), &text);
                proptest::prop_assert!(text.get(span).is_some());
                at += c.len_utf8();
            }
            for word in words(&text) {
                proptest::prop_assert!(text.get(word.span).is_some());
            }
        }
    }
}

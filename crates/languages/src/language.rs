//! The form of a language's row.

use std::cmp::Ordering;

use rust_stemmers::Algorithm;

use crate::part::Part;

/// What is known of a language. A part that is not there is `None` or empty.
#[derive(Debug)]
pub struct Language {
    /// Its tag's first part (BCP 47), in lower case.
    pub tag: &'static str,
    /// First parts of other tags that mean the same language.
    pub other_tags: &'static [&'static str],
    /// Its name in English.
    pub name: &'static str,
    /// Whether every part must be there. Tests hold it.
    pub complete: bool,
    /// Parts that it cannot have: the stemmers, the detector or Amazon Polly do not know the language.
    pub not_offered: &'static [Part],
    /// The detector's code (ISO 639-3).
    pub detector: Option<&'static str>,
    /// How its words are stemmed.
    pub stemmer: Option<Stemmer>,
    /// Words that carry grammar or courtesy and little meaning, in folded form.
    ///
    /// Closed word classes only: articles, pronouns, prepositions, conjunctions, auxiliaries, question words, and the words people wrap a
    /// request in.
    pub function_words: &'static str,
    /// The frequent words of at least four letters in folded form, sorted, by single spaces or ends of lines: what is one of them is no misspelling of another word.
    pub frequent: &'static str,
    /// Everyday messages, one a line, to shops, banks, machines and friends: of most bots they ask nothing that these know.
    pub everyday: &'static str,
    /// Words that join clauses ("and", "also", "but") in folded form. Words for "or" join what is one question, and are no part of it.
    pub coordinators: &'static str,
    /// What every bot says of itself.
    pub sentences: Option<&'static Sentences>,
    /// Utterances that cancel a dialog.
    pub cancel: &'static [&'static str],
    /// Utterances that leave a question open ("whatever", "skip").
    pub skip: &'static [&'static str],
    /// Words of courtesy that may stand before or after such an utterance ("cancel, please").
    pub courtesy: &'static [&'static str],
    /// Tag and Amazon Polly's voice for it. The first one serves the language's other regions.
    pub polly: &'static [(&'static str, &'static str)],
    /// Voices of espeak-ng. The first row serves the language's other regions.
    pub espeak: &'static [LocalVoices],
    /// The sample bot's folder in `brain/`.
    pub sample: Option<&'static str>,
}

/// Stock sentences: a bot says them where its author wrote none.
#[derive(Debug)]
pub struct Sentences {
    /// Nothing was understood.
    pub miss: &'static str,
    /// A backend failed.
    pub error: &'static str,
    /// The first sentence of a conversation.
    pub welcome: &'static str,
    /// A dialog was cancelled by the user.
    pub cancelled: &'static str,
    /// Too many wrong answers.
    pub gave_up: &'static str,
    /// A value did not pass validation.
    pub not_valid: &'static str,
    /// A turn was repeated after a crash, and its backend must not be called twice.
    pub perhaps_done: &'static str,
}

/// A Snowball algorithm and the script of the words that it was made for.
#[derive(Debug, Clone, Copy)]
pub struct Stemmer {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Words with other letters are their own stems.
    pub script: Script,
}

/// The letters of a language's folded words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Latin without accents.
    Latin,
    /// Greek.
    Greek,
    /// Cyrillic.
    Cyrillic,
    /// Arabic.
    Arabic,
    /// Tamil.
    Tamil,
}

/// What reads a tag's texts aloud on a machine of one's own.
#[derive(Debug)]
pub struct LocalVoices {
    /// Language and region.
    pub tag: &'static str,
    /// Voices of Amazon Polly that these stand for.
    pub polly: Pair,
    /// Voices of espeak-ng.
    pub espeak: Pair,
}

/// A man's voice and a woman's.
#[derive(Debug)]
pub struct Pair {
    /// The man's.
    pub man: &'static str,
    /// The woman's.
    pub woman: &'static str,
}

impl Language {
    /// The first parts of all its tags.
    pub fn tags(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.tag).chain(self.other_tags.iter().copied())
    }

    /// Whether the frequent words of the language are known.
    pub fn has_frequent_words(&self) -> bool {
        !self.frequent.is_empty()
    }

    /// Whether a folded word is one of the frequent ones.
    pub fn is_frequent(&self, word: &str) -> bool {
        let words = self.frequent;
        let (mut low, mut high) = (0, words.len());
        // The words are sorted: looks at the one around the middle until nothing is left between.
        while low < high {
            let middle = (low + high) / 2;
            let is_between = |byte: &u8| byte.is_ascii_whitespace();
            let before = words.as_bytes()[..middle].iter().rposition(is_between).map_or(0, |at| at + 1);
            let after = words.as_bytes()[middle..].iter().position(is_between).map_or(words.len(), |at| middle + at);
            match words.get(before..after).unwrap_or_default().cmp(word) {
                Ordering::Equal => return before < after,
                Ordering::Less => low = after + 1,
                Ordering::Greater => high = before,
            }
        }
        false
    }

    /// The parts that somebody has still to write.
    pub fn missing(&self) -> Vec<Part> {
        Part::ALL.into_iter().filter(|part| !self.has(*part) && !self.not_offered.contains(part)).collect()
    }

    /// Whether a part is there.
    pub fn has(&self, part: Part) -> bool {
        match part {
            Part::Detector => self.detector.is_some(),
            Part::Stemmer => self.stemmer.is_some(),
            Part::FunctionWords => !self.function_words.is_empty(),
            Part::FrequentWords => !self.frequent.is_empty(),
            Part::EverydayMessages => !self.everyday.is_empty(),
            Part::Coordinators => !self.coordinators.is_empty(),
            Part::Sentences => self.sentences.is_some(),
            Part::CancelWords => !self.cancel.is_empty(),
            Part::SkipWords => !self.skip.is_empty(),
            Part::CourtesyWords => !self.courtesy.is_empty(),
            Part::PollyVoices => !self.polly.is_empty(),
            Part::EspeakVoices => !self.espeak.is_empty(),
            Part::SampleBot => self.sample.is_some(),
        }
    }
}

impl Script {
    /// Whether a character of a folded word is one of its letters.
    pub fn has(self, c: char) -> bool {
        match self {
            Self::Latin => c.is_ascii_lowercase() || c == '\'',
            Self::Greek => matches!(c, '\u{0370}'..='\u{03FF}'),
            Self::Cyrillic => matches!(c, '\u{0400}'..='\u{04FF}'),
            Self::Arabic => matches!(c, '\u{0600}'..='\u{06FF}'),
            Self::Tamil => matches!(c, '\u{0B80}'..='\u{0BFF}'),
        }
    }
}

//! Languages: which stemmer a BCP 47 tag stands for.

use std::{cell::RefCell, collections::HashMap};

use rust_stemmers::{Algorithm, Stemmer};

use crate::{
    hash::Identity,
    terms::{stem_hash, word_hash},
};

/// Longer words are not stemmed: no language has them, and a stemmer's time stays bounded.
const LONGEST_STEMMED: usize = 40;
/// Words whose stems a thread remembers, at most.
const REMEMBERED: usize = 1024;

/// Finds the stem of a folded word, in the languages that have a stemmer; elsewhere a word is its own stem.
pub(crate) struct Stems {
    algorithm: Option<Algorithm>,
    stemmer: Option<Stemmer>,
}

impl std::fmt::Debug for Stems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stems").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl Stems {
    pub(crate) fn of(language: Option<&str>) -> Self {
        let algorithm = language.and_then(algorithm);
        Self { algorithm, stemmer: algorithm.map(Stemmer::create) }
    }

    /// Hash of a word's stem.
    ///
    /// The stemmers allocate a string for every suffix that they replace, so that each thread remembers what it stemmed last.
    pub(crate) fn hash(&self, word: &str) -> u64 {
        let Some((stemmer, algorithm)) = self.for_word(word) else { return stem_hash(word) };
        let stem = || stem_hash(&stemmer.stem(word));
        RECENT.with(|recent| match recent.try_borrow_mut() {
            Ok(mut recent) => recent.stem(algorithm, word, stem),
            Err(_) => stem(),
        })
    }

    /// The stemmer, where it was made for words like this one.
    fn for_word(&self, word: &str) -> Option<(&Stemmer, Algorithm)> {
        let (stemmer, algorithm) = (self.stemmer.as_ref()?, self.algorithm?);
        (word.len() <= 2 * LONGEST_STEMMED && in_script(algorithm, word)).then_some((stemmer, algorithm))
    }
}

thread_local! {
    static RECENT: RefCell<Recent> = RefCell::default();
}

/// Words that were stemmed lately, with the hashes of their stems.
#[derive(Default)]
struct Recent {
    algorithm: Option<Algorithm>,
    /// By the hash of the word.
    stems: HashMap<u64, (Box<str>, u64), Identity>,
}

impl Recent {
    fn stem(&mut self, algorithm: Algorithm, word: &str, stem: impl FnOnce() -> u64) -> u64 {
        if self.algorithm != Some(algorithm) {
            self.stems.clear();
            self.algorithm = Some(algorithm);
        }
        let key = word_hash(word);
        match self.stems.get(&key) {
            Some((known, found)) if **known == *word => return *found,
            // Of two words with one hash the first is remembered.
            Some(_) => return stem(),
            None => {}
        }
        if self.stems.len() >= REMEMBERED {
            self.stems.clear();
        }
        let found = stem();
        self.stems.insert(key, (word.into(), found));
        found
    }
}

/// The Snowball algorithm of a BCP 47 tag's language.
fn algorithm(tag: &str) -> Option<Algorithm> {
    Some(match primary(tag).as_str() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "nl" => Algorithm::Dutch,
        "en" => Algorithm::English,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "es" => Algorithm::Spanish,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

/// The language subtag of a BCP 47 tag, in lower case: `pt-BR` → `pt`.
pub(crate) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether the stemmer was made for the letters of this word; words of other scripts, and numbers, are their own stems.
fn in_script(algorithm: Algorithm, word: &str) -> bool {
    let letter: fn(char) -> bool = match algorithm {
        Algorithm::Arabic => |c| matches!(c, '\u{0600}'..='\u{06FF}'),
        Algorithm::Greek => |c| matches!(c, '\u{0370}'..='\u{03FF}'),
        Algorithm::Russian => |c| matches!(c, '\u{0400}'..='\u{04FF}'),
        Algorithm::Tamil => |c| matches!(c, '\u{0B80}'..='\u{0BFF}'),
        _ => |c| c.is_ascii_lowercase() || c == '\'',
    };
    word.chars().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem(language: &str, word: &str) -> String {
        let stems = Stems::of(Some(language));
        stems.for_word(word).map_or(word.to_owned(), |(stemmer, _)| stemmer.stem(word).into_owned())
    }

    #[test]
    fn the_tag_names_the_stemmer() {
        assert_eq!(stem("en-US", "ordering"), "order");
        assert_eq!(stem("pt-BR", "pedidos"), stem("pt", "pedido"));
        assert_eq!(stem("ru", "погоды"), stem("ru", "погода"));
        assert_eq!(stem("xx", "ordering"), "ordering");
        assert_eq!(Stems::of(None).hash("ordering"), stem_hash("ordering"));
    }

    #[test]
    fn other_scripts_are_left_alone() {
        assert_eq!(stem("en", "погоды"), "погоды");
        assert_eq!(stem("ru", "running"), "running");
    }

    #[test]
    fn what_a_thread_remembers_is_what_the_stemmer_says() {
        // Three times as many words as are remembered, each met twice and in two languages by turns.
        for i in (0..6 * REMEMBERED).map(|i| i / 2) {
            let letters = [i % 26, i / 26 % 26, i / 676].map(|letter| char::from(b'a' + letter as u8));
            let word = letters.iter().collect::<String>() + "ations";
            let language = if i % 500 == 499 { "pt" } else { "en" };
            assert_eq!(Stems::of(Some(language)).hash(&word), stem_hash(&stem(language, &word)), "{language} {word}");
        }
        RECENT.with(|recent| assert!(recent.borrow().stems.len() <= REMEMBERED));
    }

    #[test]
    fn of_two_words_with_one_hash_each_keeps_its_stem() {
        let mut recent = Recent { algorithm: Some(Algorithm::English), ..Recent::default() };
        recent.stems.insert(word_hash("ordering"), ("another".into(), 7));
        assert_eq!(recent.stem(Algorithm::English, "ordering", || 5), 5);
    }

    proptest::proptest! {
        #[test]
        fn no_stemmer_panics(word in "\\PC{0,40}", latin in "[a-z']{0,45}") {
            for tag in ["ar", "da", "nl", "en", "fi", "fr", "de", "el", "hu", "it", "no", "pt", "ro", "ru", "es", "sv", "ta", "tr"] {
                stem(tag, &crate::text::fold(&word));
                stem(tag, &latin);
            }
        }
    }
}

//! What the classifier asks of a language: stems, and the words that say little or join clauses.

use std::{cell::RefCell, collections::HashMap};

use rust_stemmers::{Algorithm, Stemmer};
use sbf_languages::Language;

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
    stemmer: Option<(Stemmer, sbf_languages::Stemmer)>,
}

impl std::fmt::Debug for Stems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let made_for = self.stemmer.as_ref().map(|(_, made_for)| made_for);
        f.debug_struct("Stems").field("stemmer", &made_for).finish()
    }
}

impl Stems {
    pub(crate) fn of(language: Option<&str>) -> Self {
        let made_for = language.and_then(sbf_languages::of).and_then(|language| language.stemmer);
        Self { stemmer: made_for.map(|made_for| (Stemmer::create(made_for.algorithm), made_for)) }
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

    /// The stemmer, where it was made for words like this one; words of other scripts, and numbers, are their own stems.
    fn for_word(&self, word: &str) -> Option<(&Stemmer, Algorithm)> {
        let (stemmer, made_for) = self.stemmer.as_ref()?;
        let fits = word.len() <= 2 * LONGEST_STEMMED && word.chars().all(|c| made_for.script.has(c));
        fits.then_some((stemmer, made_for.algorithm))
    }
}

/// Hashes of the words that carry grammar or courtesy and little meaning, sorted.
///
/// They count little when the gate asks how much of an utterance a bot knows: a bot of eighteen utterances cannot learn by itself that "the"
/// means nothing. They are not left out of the hyperplanes' features.
pub(crate) fn function_words(language: Option<&str>) -> Vec<u64> {
    hashes(language, |language| language.function_words)
}

/// Hashes of the words that join clauses, sorted.
pub(crate) fn coordinators(language: Option<&str>) -> Vec<u64> {
    hashes(language, |language| language.coordinators)
}

fn hashes(language: Option<&str>, words: fn(&Language) -> &'static str) -> Vec<u64> {
    let words = language.and_then(sbf_languages::of).map_or("", words);
    let mut hashes: Vec<u64> = words.split_whitespace().map(word_hash).collect();
    hashes.sort_unstable();
    hashes
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
    fn function_words_and_coordinators_are_written_as_texts_are_folded() {
        for language in sbf_languages::ALL {
            for word in language.function_words.split_whitespace().chain(language.coordinators.split_whitespace()) {
                assert_eq!(crate::text::fold(word), word, "{}", language.name);
            }
        }
        let of = |tag| (function_words(Some(tag)).len(), coordinators(Some(tag)).len());
        assert_eq!([of("nl-NL"), of("nn"), of("xx")], [(99, 5), (0, 4), (0, 0)]);
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
            for language in sbf_languages::ALL {
                stem(language.tag, &crate::text::fold(&word));
                stem(language.tag, &latin);
            }
        }
    }
}

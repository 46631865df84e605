//! Whether an utterance is in another language than the bot's.

use sbf_languages::Language;

use super::Model;
use crate::{
    terms::{Term, Terms},
    text::Kind,
    vocabulary::is_number,
};

/// Of fewer words nothing is said: names and single words are in every language.
const FEWEST_WORDS: usize = 3;
/// So many words must be used often in the other language.
const FEWEST_FREQUENT: usize = 2;
/// The share of known words below which an utterance is foreign.
const FOREIGN: f32 = 0.3;

impl Model {
    /// Whether few of an utterance's words are known to the bot or used often in its language, and more of them are used often in another one or
    /// have letters that the bot's language has not: names have neither. A bot whose language has no list of frequent words finds nothing foreign.
    pub(crate) fn is_foreign(&self, terms: &Terms) -> bool {
        if !self.head.lexicon.has_frequent_words() {
            return false;
        }
        let is_word = |term: &&Term| term.kind != Kind::Sign && !is_number(terms.word(term));
        let words = || terms.list().iter().filter(is_word);
        let (all, known) = (words().count(), words().filter(|term| self.is_native(terms, term)).count());
        if all < FEWEST_WORDS || known as f32 >= FOREIGN * all as f32 {
            return false;
        }
        let least = known.max(FEWEST_FREQUENT - 1);
        let words = || words().map(|term| terms.word(term));
        let speaks = |language: &Language, word: &str| {
            language.is_frequent(word) || language.function_words.split_whitespace().any(|other| other == word)
        };
        let is_other = |language: &&Language| words().filter(|word| speaks(language, word)).count() > least;
        let in_other_letters = words().filter(|word| !self.head.lexicon.has_letters_of(word)).count();
        in_other_letters > least || sbf_languages::ALL.iter().any(is_other)
    }

    fn is_native(&self, terms: &Terms, term: &Term) -> bool {
        let word = terms.word(term);
        (term.known.is_some() && !term.repaired) || self.head.lexicon.is_frequent(word) || self.head.is_grammar(word)
    }
}

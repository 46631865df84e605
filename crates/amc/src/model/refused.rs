//! What is not answered, whatever the hyperplanes say.

use super::{Model, Scratch};
use crate::{
    dense::DenseSignals,
    gate::{Confidence, Signals},
    terms::{Term, Terms},
    text::Kind,
    vocabulary::is_number,
};

impl Model {
    /// What the gate says. Where there is nothing to understand, nothing is meant.
    pub(crate) fn confidence(
        &self,
        signals: &Signals,
        by_vector: Option<&DenseSignals>,
        scratch: &Scratch,
    ) -> Confidence {
        if self.says_nothing(signals, &scratch.terms) {
            return Confidence::NONE;
        }
        let lead = self.head.lead(&scratch.margins);
        match (&self.dense, by_vector) {
            (Some(dense), Some(by_vector)) => dense.gate.confidence(by_vector, lead),
            _ => self.head.gate.confidence(signals, lead),
        }
    }

    /// Whether an utterance has no word, number or emoji. One function word alone ("quanto") says nothing either, unless it is an utterance
    /// of the bot.
    fn says_nothing(&self, signals: &Signals, terms: &Terms) -> bool {
        let mut words = terms.list().iter().filter(|term| term.kind != Kind::Sign);
        match (words.next(), words.next()) {
            (None, _) => true,
            (Some(only), None) => self.head.is_grammar(terms.word(only)) && !signals.is_whole_example(),
            _ => false,
        }
    }

    /// The intents that only a number tells apart, where the utterance has a number that none of them has: two or more, or none.
    pub(super) fn unclear(&self, terms: &Terms) -> Vec<&str> {
        let is_unknown_number =
            |term: &Term| term.kind == Kind::Word && term.known.is_none() && is_number(terms.word(term));
        if !terms.list().iter().any(is_unknown_number) {
            return Vec::new();
        }
        let said: Vec<u32> = terms.list().iter().filter_map(|term| term.known).collect();
        let alike = self.head.vocabulary.alike_but_for_numbers(&said);
        let intents = alike.into_iter().filter_map(|class| self.head.intents.get(class as usize));
        let intents: Vec<&str> = intents.map(String::as_str).collect();
        if intents.len() > 1 { intents } else { Vec::new() }
    }
}

//! Several questions in one message: "what time is it and will it rain tomorrow".
//!
//! An utterance may fall apart at sentence signs and coordinating words, but most that have such a place are one question all the same
//! ("transfer money from savings and checking"), and to split one of those is worse than to answer half of a double question. So a split needs
//! the support of all that can be measured, see [`Model::clauses`]; `cargo run --release -p sbf-amc --example clauses` prints how often it errs.

mod cuts;

use std::ops::Range;

use self::cuts::pieces;
use crate::{
    language::coordinators,
    model::{Classification, Model},
    text::{Kind, Text},
};

/// A clause's intent must be more probable than all others together.
const LEAST_PROBABILITY: f32 = 0.5;
/// How much farther than the whole utterance every clause must lie on its intent's side. A whole that is one question is farther there than its
/// parts; one that is two has the words of the other in its way. Chosen with [`LEAST_PROBABILITY`] on the validation part of CLINC150, for models
/// of 5, 10 and 100 utterances an intent: 5 or fewer of its 3,000 single questions are split, a tenth more of the double ones are at 0.
const LEAST_GAIN: f32 = 0.1;
/// A clause of one word ("how", "no", "3") is no question of its own beside another.
const LEAST_WORDS: usize = 2;

/// A part of an utterance that means something by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause<'m> {
    /// Byte range of the utterance as typed.
    pub span: Range<usize>,
    /// What it means.
    pub found: Classification<'m>,
}

impl Model {
    /// The questions of an utterance, in its order: several where it is split, else the whole utterance as the only one.
    ///
    /// It is split only where every clause
    /// * has a confidence of at least `threshold`, and an intent that is more probable than all others together,
    /// * means another intent than each other clause, and no intent but one of those that the whole is most likely to mean: of two clauses,
    ///   one of the first two,
    /// * lies farther on its intent's side than the whole does on that of its own best one,
    ///
    /// and never where the whole is a training utterance. Of several such splits it is the one whose weakest clause has the largest margin.
    pub fn clauses(&self, utterance: &str, threshold: f32) -> Vec<Clause<'_>> {
        let whole = self.classify(utterance);
        let text = Text::new(utterance);
        let pieces = pieces(utterance, &text, &coordinators(self.language()));
        let split = if whole.exact || pieces.len() < 2 {
            None
        } else {
            self.best_split(utterance, &text, &pieces, &whole, threshold)
        };
        split.unwrap_or_else(|| vec![Clause { span: 0..utterance.len(), found: whole }])
    }

    fn best_split<'m>(
        &'m self,
        utterance: &str,
        text: &Text,
        pieces: &[Range<usize>],
        whole: &Classification<'m>,
        threshold: f32,
    ) -> Option<Vec<Clause<'m>>> {
        let clause = |span: Range<usize>| {
            let found = self.classify(utterance.get(span.clone()).unwrap_or_default());
            let stands_alone = words(text, &span) >= LEAST_WORDS
                && found.confidence.get() >= threshold
                && found.ranked.first().is_some_and(|best| best.probability > LEAST_PROBABILITY);
            stands_alone.then_some(Clause { span, found })
        };
        // Every run of pieces is classified once: `runs[first][length - 1]`.
        let runs: Vec<Vec<Option<Clause<'m>>>> = (0..pieces.len())
            .map(|first| (first..pieces.len()).map(|last| clause(pieces[first].start..pieces[last].end)).collect())
            .collect();
        let splits = (1u32..1 << (pieces.len() - 1)).filter_map(|cuts| split(&runs, cuts));
        splits
            .filter(|clauses| is_supported(clauses, whole))
            .map(|clauses| (weakest(&clauses), clauses))
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map(|(_, clauses)| clauses.into_iter().cloned().collect())
    }
}

/// The clauses that begin where a bit of `cuts` is set, and at the beginning; none where one of them does not stand alone.
fn split<'r, 'm>(runs: &'r [Vec<Option<Clause<'m>>>], cuts: u32) -> Option<Vec<&'r Clause<'m>>> {
    let mut clauses = Vec::with_capacity(runs.len());
    let mut first = 0;
    for last in 0..runs.len() {
        if last + 1 == runs.len() || cuts & (1 << last) != 0 {
            clauses.push(runs.get(first)?.get(last - first)?.as_ref()?);
            first = last + 1;
        }
    }
    Some(clauses)
}

fn is_supported(clauses: &[&Clause<'_>], whole: &Classification<'_>) -> bool {
    fn intent<'m>(clause: &Clause<'m>) -> Option<&'m str> {
        clause.found.ranked.first().map(|best| best.intent)
    }
    let distinct =
        clauses.iter().enumerate().all(|(i, one)| clauses[..i].iter().all(|other| intent(one) != intent(other)));
    let likely = &whole.ranked.get(..clauses.len()).unwrap_or(&whole.ranked);
    let of_whole = clauses.iter().all(|clause| likely.iter().any(|ranked| Some(ranked.intent) == intent(clause)));
    let margin = whole.ranked.first().map_or(0.0, |best| best.margin);
    distinct && of_whole && weakest(clauses) >= margin + LEAST_GAIN
}

/// The smallest margin of the clauses.
fn weakest(clauses: &[&Clause<'_>]) -> f32 {
    clauses
        .iter()
        .filter_map(|clause| clause.found.ranked.first())
        .map(|best| best.margin)
        .fold(f32::INFINITY, f32::min)
}

/// Words within a range of the text, signs not counted.
fn words(text: &Text, span: &Range<usize>) -> usize {
    let within = |inner: Range<usize>| span.start <= inner.start && inner.end <= span.end;
    text.tokens().iter().filter(|token| token.kind() != Kind::Sign && within(token.span())).count()
}

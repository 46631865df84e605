//! Numbers that tell intents apart ("iphone 12", "iphone 13"), and one that the bot does not know.

use std::collections::BTreeMap;

use super::{Place, Stem, Vocabulary, range};

/// Share of an example that must be there but for its numbers.
const WHOLE: f32 = 0.99;

/// An example: its class and its number there.
type Example = (u32, u8);

impl Vocabulary {
    /// The classes, ascending, of the examples of which an utterance says everything but their numbers; `said` are the stems of the
    /// utterance that are known.
    ///
    /// Where these are several classes, it is the number that tells them apart.
    pub(crate) fn alike_but_for_numbers(&self, said: &[u32]) -> Vec<u32> {
        let stem = |index: u32| self.stems.get(index as usize);
        let mut said_of: BTreeMap<Example, f32> = BTreeMap::new();
        for stem in said.iter().filter_map(|index| stem(*index)) {
            self.examples_of(stem).for_each(|example| *said_of.entry(example).or_default() += stem.weight);
        }
        let mut numbers: BTreeMap<Example, f32> = BTreeMap::new();
        for index in self.numbers().filter(|index| !said.contains(index)) {
            let Some(stem) = stem(index) else { continue };
            let begun = self.examples_of(stem).filter(|example| said_of.contains_key(example));
            begun.for_each(|example| *numbers.entry(example).or_default() += stem.weight);
        }
        let is_whole = |(example, number): (&Example, &f32)| {
            let said = said_of.get(example).copied().unwrap_or_default();
            (said + number >= WHOLE * self.weight_of(*example)).then_some(example.0)
        };
        let mut classes: Vec<u32> = numbers.iter().filter_map(is_whole).collect();
        classes.dedup();
        classes
    }

    /// Stems of words with a digit, each once.
    fn numbers(&self) -> impl Iterator<Item = u32> {
        let mut stems: Vec<u32> = self.words().filter(|(word, _)| is_number(word)).map(|(_, stem)| stem).collect();
        stems.sort_unstable();
        stems.dedup();
        stems.into_iter()
    }

    fn examples_of(&self, stem: &Stem) -> impl Iterator<Item = Example> {
        let of_class = |place: &Place| {
            let class = place.class;
            self.held.get(range(&place.held)).unwrap_or_default().iter().map(move |example| (class, *example))
        };
        self.places(stem).iter().flat_map(of_class)
    }

    fn weight_of(&self, (class, example): Example) -> f32 {
        let start = self.starts.get(class as usize).copied().unwrap_or_default() as usize;
        self.wholes.get(start + usize::from(example)).copied().unwrap_or(f32::INFINITY)
    }
}

/// Whether a word is a number, or a code with one in it.
pub(crate) fn is_number(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

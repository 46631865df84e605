//! Numbers that tell intents apart ("iphone 12", "iphone 13"), and one that the bot does not know.

use super::{Vocabulary, range};

/// Share of an example that must be said but for its numbers.
const WHOLE: f32 = 0.99;

/// An example with a number in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numbered {
    class: u32,
    /// The example's number in its class.
    example: u8,
    /// What its numbers weigh together.
    weight: f32,
}

impl Vocabulary {
    /// Finds the stems of numbers, and the examples with numbers in the order of their classes.
    pub(super) fn index_numbers(&mut self) {
        let mut stems: Vec<u32> = self.words().filter(|(word, _)| is_number(word)).map(|(_, stem)| stem).collect();
        stems.sort_unstable();
        stems.dedup();
        let mut numbered: Vec<Numbered> = Vec::new();
        for stem in stems.iter().filter_map(|stem| self.stems.get(*stem as usize)) {
            for place in self.places(stem) {
                let held = self.held.get(range(&place.held)).unwrap_or_default();
                numbered.extend(held.iter().map(|example| Numbered {
                    class: place.class,
                    example: *example,
                    weight: stem.weight,
                }));
            }
        }
        numbered.sort_unstable_by_key(|one| (one.class, one.example));
        numbered.dedup_by(|next, kept| {
            let same = (next.class, next.example) == (kept.class, kept.example);
            if same {
                kept.weight += next.weight;
            }
            same
        });
        (self.numbers, self.numbered) = (stems, numbered);
    }

    /// The classes, ascending, of the examples of which an utterance says everything but their numbers; `said` are the stems of the
    /// utterance that are known.
    ///
    /// Where these are several classes, it is the number that tells them apart.
    pub(crate) fn alike_but_for_numbers(&self, said: &[u32]) -> Vec<u32> {
        let is_word = |stem: &&u32| self.numbers.binary_search(stem).is_err();
        let weighed = |stem: &u32| Some((*stem, self.stems.get(*stem as usize)?.weight));
        let words: Vec<(u32, f32)> = said.iter().filter(is_word).filter_map(weighed).collect();
        let (mut sums, mut alike) = (Vec::new(), Vec::new());
        for examples in self.numbered.chunk_by(|one, next| one.class == next.class) {
            let class = examples[0].class;
            self.add_up(words.iter().copied(), class, &mut sums);
            let wholes = self.wholes_of(class);
            let is_whole = |one: &Numbered| {
                let at = usize::from(one.example);
                sums.get(at).zip(wholes.get(at)).is_some_and(|(said, whole)| said + one.weight >= WHOLE * whole)
            };
            if examples.iter().any(is_whole) {
                alike.push(class);
            }
        }
        alike
    }
}

/// Whether a word is a number, or a code with one in it.
pub(crate) fn is_number(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

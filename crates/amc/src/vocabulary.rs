//! The words a bot knows: their stems, the training examples that hold them, and which of them a misspelled word stands for.

mod numbers;
mod repair;

use std::{collections::HashMap, ops::Range};

pub(crate) use self::numbers::is_number;
use self::{numbers::Numbered, repair::OfLength};
#[cfg(feature = "train")]
use crate::codec::Writer;
use crate::{
    codec::{DecodeError, Reader},
    hash::Identity,
    terms::word_hash,
};

/// Examples of an intent whose words are compared with an utterance's, at most.
#[cfg(feature = "train")]
pub(crate) const MOST_EXAMPLES: usize = 100;

/// A stem and where it occurs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stem {
    pub(crate) hash: u64,
    /// How much the stem tells about what is meant, 0..=1.
    pub(crate) weight: f32,
    /// Number of examples that hold it.
    examples: u32,
    /// Its places.
    places: Range<u32>,
}

/// A stem in the examples of one class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) class: u32,
    /// Number of the class's examples that hold the stem.
    pub(crate) examples: u32,
    /// Where the numbers of those of them that are compared stand.
    held: Range<u32>,
}

/// A stem as training finds it.
#[cfg(feature = "train")]
#[derive(Debug, Clone, Default)]
pub(crate) struct NewStem {
    pub(crate) hash: u64,
    pub(crate) weight: f32,
    /// For each class, ascending: the number of examples that hold it, and the numbers of those below [`MOST_EXAMPLES`].
    pub(crate) places: Vec<(u32, u32, Vec<u8>)>,
}

/// A word of the training utterances.
#[derive(Debug, Clone, PartialEq)]
struct Word {
    text: Range<u32>,
    stem: u32,
}

/// A word found in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) stem: u32,
    pub(crate) hash: u64,
}

type HashIndex = HashMap<u64, u32, Identity>;

/// All words and stems of a bot's training utterances. Lists of lists are flat: a range stands for the inner list.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    texts: String,
    words: Vec<Word>,
    stems: Vec<Stem>,
    places: Vec<Place>,
    held: Vec<u8>,
    /// For each class where its examples begin in `wholes`, and where the last one's end.
    starts: Vec<u32>,
    /// For each example what its stems weigh together.
    wholes: Vec<f32>,
    word_index: HashIndex,
    stem_index: HashIndex,
    /// For each number of characters the words of that length.
    lengths: Vec<OfLength>,
    /// Stems of words with a digit, ascending.
    numbers: Vec<u32>,
    /// The examples that hold one.
    numbered: Vec<Numbered>,
}

impl Vocabulary {
    /// `words` are sorted and name their stems by index; `examples` is for each class the number of its examples.
    #[cfg(feature = "train")]
    pub(crate) fn new(words: &[(&str, u32)], stems: Vec<NewStem>, examples: &[usize]) -> Self {
        let mut vocabulary = Self { starts: vec![0], ..Self::default() };
        for (text, stem) in words {
            vocabulary.push_word(text, *stem);
        }
        for stem in stems {
            vocabulary.push_stem(stem.hash, stem.weight);
            for (class, examples, held) in stem.places {
                vocabulary.push_place(class, examples, &held);
            }
        }
        for examples in examples {
            vocabulary.push_class((*examples).min(MOST_EXAMPLES) as u32);
        }
        vocabulary.index()
    }

    fn push_word(&mut self, text: &str, stem: u32) {
        let start = self.texts.len() as u32;
        self.texts.push_str(text);
        self.words.push(Word { text: start..self.texts.len() as u32, stem });
    }

    fn push_stem(&mut self, hash: u64, weight: f32) {
        let start = self.places.len() as u32;
        self.stems.push(Stem { hash, weight, examples: 0, places: start..start });
    }

    /// Adds a place to the last stem.
    fn push_place(&mut self, class: u32, examples: u32, held: &[u8]) {
        let start = self.held.len() as u32;
        self.held.extend(held);
        self.places.push(Place { class, examples, held: start..self.held.len() as u32 });
        if let Some(stem) = self.stems.last_mut() {
            stem.places.end += 1;
            stem.examples = stem.examples.saturating_add(examples);
        }
    }

    fn push_class(&mut self, examples: u32) {
        self.starts.push(self.starts.last().copied().unwrap_or(0) + examples);
    }

    /// Fills what is found from the rest.
    fn index(mut self) -> Self {
        let words = self.words.iter().enumerate();
        self.word_index = words.map(|(i, word)| (word_hash(self.text(word)), i as u32)).collect();
        self.stem_index = self.stems.iter().enumerate().map(|(i, stem)| (stem.hash, i as u32)).collect();
        self.index_lengths();
        self.weigh_examples();
        self.index_numbers();
        self
    }

    fn weigh_examples(&mut self) {
        self.wholes = vec![0.0; self.starts.last().copied().unwrap_or(0) as usize];
        for stem in &self.stems {
            for place in self.places.get(range(&stem.places)).unwrap_or_default() {
                let start = self.starts.get(place.class as usize).copied().unwrap_or(0) as usize;
                for example in self.held.get(range(&place.held)).unwrap_or_default() {
                    if let Some(whole) = self.wholes.get_mut(start + usize::from(*example)) {
                        *whole += stem.weight;
                    }
                }
            }
        }
    }

    /// All words with the index of their stem, sorted.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, u32)> {
        self.words.iter().map(|word| (self.text(word), word.stem))
    }

    pub(crate) fn stems(&self) -> &[Stem] {
        &self.stems
    }

    /// A stem's classes, ascending.
    pub(crate) fn places(&self, stem: &Stem) -> &[Place] {
        self.places.get(range(&stem.places)).unwrap_or_default()
    }

    fn place(&self, stem: &Stem, class: u32) -> Option<&Place> {
        let places = self.places(stem);
        places.binary_search_by_key(&class, |place| place.class).ok().and_then(|at| places.get(at))
    }

    /// Of the examples that hold a stem, the share that are of a class.
    pub(crate) fn share_of(&self, stem: &Stem, class: u32) -> f32 {
        self.place(stem, class).map_or(0.0, |place| place.examples as f32 / stem.examples.max(1) as f32)
    }

    /// The largest share, by weight, of an example of a class that the given stems make up. Each stem comes once, with what it counts.
    pub(crate) fn covered(&self, stems: impl Iterator<Item = (u32, f32)>, class: u32, sums: &mut Vec<f32>) -> f32 {
        self.add_up(stems, class, sums);
        let wholes = self.wholes_of(class);
        sums.iter().zip(wholes).map(|(sum, whole)| sum / whole.max(1e-6)).fold(0.0, f32::max)
    }

    /// For each compared example of a class, what the given stems count that it holds.
    fn add_up(&self, stems: impl Iterator<Item = (u32, f32)>, class: u32, sums: &mut Vec<f32>) {
        sums.clear();
        sums.resize(self.wholes_of(class).len(), 0.0);
        for (stem, counts) in stems {
            let place = self.stems.get(stem as usize).and_then(|stem| self.place(stem, class));
            let held = place.and_then(|place| self.held.get(range(&place.held))).unwrap_or_default();
            for example in held {
                if let Some(sum) = sums.get_mut(usize::from(*example)) {
                    *sum += counts;
                }
            }
        }
    }

    /// For each compared example of a class what its stems weigh together.
    fn wholes_of(&self, class: u32) -> &[f32] {
        let start = |class: usize| self.starts.get(class).copied().unwrap_or(0) as usize;
        self.wholes.get(start(class as usize)..start(class as usize + 1)).unwrap_or_default()
    }

    fn text(&self, word: &Word) -> &str {
        self.texts.get(range(&word.text)).unwrap_or_default()
    }

    pub(crate) fn word(&self, hash: u64) -> Option<Known> {
        self.word_index.get(&hash).and_then(|&i| self.known(i))
    }

    pub(crate) fn stem(&self, hash: u64) -> Option<u32> {
        self.stem_index.get(&hash).copied()
    }

    fn known(&self, word: u32) -> Option<Known> {
        let word = self.words.get(word as usize)?;
        Some(Known { stem: word.stem, hash: self.stems.get(word.stem as usize)?.hash })
    }

    #[cfg(feature = "train")]
    pub(crate) fn write(&self, to: &mut Writer) {
        let mut before: &[u8] = &[];
        to.list(self.words.iter(), |to, word| {
            // Sorted words share their beginnings.
            let text = self.text(word).as_bytes();
            let shared = before.iter().zip(text).take_while(|(a, b)| a == b).count();
            to.small(shared as u32);
            to.small((text.len() - shared) as u32);
            to.0.extend(text.iter().skip(shared));
            to.small(word.stem);
            before = text;
        });
        to.list(self.stems.iter(), |to, stem| {
            to.u64(stem.hash);
            to.f32(stem.weight);
            to.small(stem.places.len() as u32);
            for place in self.places(stem) {
                to.small(place.class);
                to.small(place.examples);
                to.small(place.held.len() as u32);
                to.0.extend(self.held.get(range(&place.held)).unwrap_or_default());
            }
        });
        to.list(self.starts.windows(2), |to, class| to.u8((class[1] - class[0]) as u8));
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut vocabulary = Self { starts: vec![0], ..Self::default() };
        let mut text = Vec::new();
        for _ in 0..from.count()? {
            let shared = from.small()? as usize;
            if shared > text.len() {
                return Err(DecodeError::Malformed);
            }
            text.truncate(shared);
            let rest = from.small()? as usize;
            text.extend(from.take(rest)?);
            let stem = from.small()?;
            vocabulary.push_word(std::str::from_utf8(&text).map_err(|_| DecodeError::Malformed)?, stem);
        }
        for _ in 0..from.count()? {
            let (hash, weight) = (from.u64()?, from.f32()?);
            vocabulary.push_stem(hash, weight);
            for _ in 0..from.small()? {
                let (class, examples, held) = (from.small()?, from.small()?, from.small()?);
                vocabulary.push_place(class, examples, from.take(held as usize)?);
            }
        }
        for _ in 0..from.count()? {
            vocabulary.push_class(u32::from(from.u8()?));
        }
        Ok(vocabulary.index())
    }
}

fn range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_covered_by_the_weight_of_its_stems() {
        let stem = |hash, weight, places| NewStem { hash, weight, places };
        let stems = vec![
            stem(1, 1.0, vec![(0, 2, vec![0, 1]), (1, 1, vec![0])]),
            stem(2, 0.5, vec![(0, 1, vec![1])]),
            stem(3, 0.25, vec![(1, 1, vec![0])]),
        ];
        let known = Vocabulary::new(&[("one", 0), ("two", 1)], stems, &[2, 1]);
        let mut sums = Vec::new();
        let mut covered = |stems: &[u32], class| {
            let weighed = stems.iter().map(|&stem| (stem, known.stems()[stem as usize].weight));
            known.covered(weighed, class, &mut sums)
        };
        assert!((covered(&[1], 0) - 0.5 / 1.5).abs() < 1e-6);
        assert!((covered(&[0], 0) - 1.0).abs() < 1e-6);
        assert!((covered(&[0, 1], 1) - 0.8).abs() < 1e-6);
        assert!(covered(&[2], 0) < 1e-6 && covered(&[0], 7) < 1e-6);
        assert!((known.share_of(&known.stems()[0], 0) - 2.0 / 3.0).abs() < 1e-6);
        let mut written = Writer::default();
        known.write(&mut written);
        let read = Vocabulary::read(&mut Reader::new(&written.0)).unwrap();
        assert_eq!((read.words, read.stems, read.wholes), (known.words, known.stems, known.wholes));
    }
}

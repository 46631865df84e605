//! Which utterances are alike: the cosine of what the hyperplanes see of them.

use crate::{features::Features, model::Model, terms::Terms, text::Text};

/// Utterances as vectors of length 1 in a model's feature space, to find the nearest of.
///
/// The model keeps no text of its training utterances; who has them can ask which of them is nearest.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// Where the cells of each utterance end.
    ends: Vec<usize>,
    /// Features (bucket and block) and their values.
    cells: Vec<(u32, f32)>,
}

/// An utterance that is like the one asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Index among the utterances.
    pub index: usize,
    /// Cosine of the two, 0 (nothing in common that training has seen) to 1 (the same n-grams).
    pub similarity: f32,
}

impl Model {
    /// Reads utterances, to find the nearest of them.
    pub fn neighbours<'t>(&self, utterances: impl IntoIterator<Item = &'t str>) -> Neighbours {
        let mut neighbours = Neighbours::default();
        let mut reader = Reader::default();
        for utterance in utterances {
            reader.read(self, utterance, |cell, value| neighbours.cells.push((cell, value)));
            neighbours.ends.push(neighbours.cells.len());
        }
        neighbours
    }

    /// Hash of the words and signs that are left of an utterance after folding, synonyms and stop words: utterances that the classifier cannot
    /// tell apart have the same.
    pub fn fingerprint(&self, utterance: &str) -> u64 {
        let mut terms = Terms::default();
        self.head.lexicon.terms(&Text::new(utterance), None, &mut terms);
        terms.fingerprint(true)
    }
}

impl Neighbours {
    /// The `most` nearest utterances, the nearest first, equals in their order. `model` must be the one that read them.
    pub fn of(&self, model: &Model, utterance: &str, most: usize) -> Vec<Neighbour> {
        let mut values = vec![0.0f32; 3 << model.head.space.bits];
        Reader::default().read(model, utterance, |cell, value| {
            if let Some(of) = values.get_mut(cell as usize) {
                *of = value;
            }
        });
        let mut nearest: Vec<Neighbour> = Vec::with_capacity(most + 1);
        let mut start = 0;
        for (index, &end) in self.ends.iter().enumerate() {
            let cells = self.cells.get(start..end).unwrap_or_default();
            let similarity = cells.iter().map(|&(cell, value)| value * values.get(cell as usize).unwrap_or(&0.0)).sum();
            let place = nearest.partition_point(|other| other.similarity >= similarity);
            if place < most {
                nearest.insert(place, Neighbour { index, similarity });
                nearest.truncate(most);
            }
            start = end;
        }
        nearest
    }
}

/// Buffers of a reading, reused by the next.
#[derive(Default)]
struct Reader {
    text: Text,
    terms: Terms,
    features: Features,
}

impl Reader {
    fn read(&mut self, model: &Model, utterance: &str, mut take: impl FnMut(u32, f32)) {
        let Self { text, terms, features } = self;
        text.read(utterance);
        model.head.lexicon.terms(text, Some(&model.head.vocabulary), terms);
        let bits = model.head.space.bits;
        let found = features.extract(terms, model.head.space);
        model.values(found, |block, bucket, value| take((block as u32) << bits | bucket, value));
    }
}

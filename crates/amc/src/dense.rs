//! What the vector of an utterance adds to its words: hyperplanes of its own, the nearest examples, and a gate of its own.
//!
//! Who makes the vectors is not known here. They have length 1 and point in like directions where texts mean the like, whatever their words
//! and language.

#[cfg(feature = "train")]
pub(crate) mod fit;
mod gate;
mod rows;
mod stored;

pub(crate) use gate::{DenseGate, DenseSignals};
pub(crate) use rows::{Query, Rows};

/// What makes a vector of a text.
pub trait Encode: Send + Sync {
    /// Names the numbers that vectors are made with: those of two encoders with one name are alike.
    fn source(&self) -> String;

    /// What a text means, as numbers whose squares sum to 1; `None` where the text cannot be encoded.
    fn encode(&self, text: &str) -> Option<Vec<f32>>;

    /// Whether the encoder knows a word as a whole; others may be misspelled.
    fn is_word(&self, word: &str) -> bool;
}

/// Of larger vectors a product could leave 32 bits.
pub(crate) const MOST_NUMBERS: usize = 1024;

/// The part of a model that needs vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// The encoder that the vectors are from.
    pub(crate) source: String,
    /// How much the vectors' margins weigh beside those of the words, which weigh 1.
    pub(crate) weight: f32,
    /// Softmax temperature of the margins of both.
    pub(crate) temperature: f32,
    /// The hyperplane of each class, and last one that has all training utterances on its side and everyday messages on the other.
    hyperplanes: Rows,
    biases: Vec<f32>,
    /// Examples that are far from each other, and the class of each, ascending.
    examples: Rows,
    example_classes: Vec<u32>,
    pub(crate) gate: DenseGate,
}

/// What the hyperplanes and the examples say of a vector; buffers that the next one reuses.
#[derive(Debug, Default, Clone)]
pub(crate) struct DenseScratch {
    query: Query,
    /// The margin of each class.
    pub(crate) margins: Vec<f32>,
    /// The margin of utterances against everyday messages.
    pub(crate) everyday: f32,
}

impl DenseScratch {
    /// The vector that was read last.
    pub(crate) fn query(&self) -> &Query {
        &self.query
    }
}

impl Dense {
    /// Numbers in a vector.
    pub(crate) fn numbers(&self) -> usize {
        self.hyperplanes.numbers()
    }

    pub(crate) fn classes(&self) -> usize {
        self.biases.len().saturating_sub(1)
    }

    /// Whether a vector is one of those that this was trained with.
    pub(crate) fn fits(&self, vector: &[f32]) -> bool {
        vector.len() == self.numbers() && vector.iter().all(|number| number.is_finite())
    }

    /// The margins of a vector that fits.
    pub(crate) fn margins(&self, vector: &[f32], scratch: &mut DenseScratch) {
        scratch.query.read(vector);
        let query = &scratch.query;
        scratch.margins.clear();
        scratch
            .margins
            .extend(self.biases.iter().enumerate().map(|(row, bias)| bias + self.hyperplanes.dot(row, query)));
        scratch.everyday = scratch.margins.pop().unwrap_or_default();
    }

    /// Mixes the words' margins with those of the vector: the mean of both, by their weights.
    pub(crate) fn mix(&self, words: &mut [f32], scratch: &DenseScratch) {
        let all = 1.0 + self.weight;
        words.iter_mut().zip(&scratch.margins).for_each(|(word, vector)| *word = (*word + self.weight * vector) / all);
    }

    /// What the gate looks at, where `mixed` are the margins of words and vector together, without that of refused utterances, and `words` is
    /// how many words were said.
    pub(crate) fn signals(&self, mixed: &[f32], words: usize, scratch: &DenseScratch) -> DenseSignals {
        let top = first_of(mixed);
        let own = scratch.margins.get(top).copied().unwrap_or(-1.0);
        let values = [
            own,
            self.nearest(top as u32, &scratch.query),
            scratch.everyday,
            (words as f32).ln_1p(),
            mixed.get(top).copied().unwrap_or(-1.0),
        ];
        DenseSignals { values, top: top as u32 }
    }

    /// The cosine of the nearest example of a class; 0 where there is none.
    pub(crate) fn nearest(&self, class: u32, query: &Query) -> f32 {
        let from = self.example_classes.partition_point(|of| *of < class);
        let examples = self.example_classes[from..].iter().take_while(|of| **of == class).count();
        (from..from + examples).map(|row| self.examples.dot(row, query)).fold(0.0, f32::max)
    }
}

/// The first of the largest numbers.
fn first_of(values: &[f32]) -> usize {
    values.iter().enumerate().fold(0, |best, (i, value)| if *value > values[best] { i } else { best })
}

//! A trained classifier, read in place from its bytes.
//!
//! Layout, little-endian: magic, format version, checksum of all that follows, the head (names, words, numbers), and last the rows of the
//! hyperplanes.

mod corrected;
mod foreign;
mod head;
mod refused;

use std::{cell::RefCell, sync::Arc};

#[cfg(feature = "train")]
use crate::codec::Writer;
use crate::{
    codec::{DecodeError, Reader},
    dense::{Dense, DenseScratch, DenseSignals},
    features::{Features, Found, Space},
    formats::Formats,
    gate::{Buffers, Confidence, Gate, Signals},
    hash, number,
    product::{self, Product},
    rows::Table,
    terms::{Lexicon, Terms, word_hash},
    text::Text,
    vocabulary::Vocabulary,
};

const MAGIC: &[u8; 8] = b"SBF-AMC\n";
/// Layouts of a model that are read, and the one that is written.
pub const FORMATS: Formats = Formats { oldest: 3, newest: 3, written: 3 };
/// Intents in a classification; probabilities are normalised over all.
const MOST_RANKED: usize = 10;

/// A trained classifier. It is `Send` and `Sync`; share it behind an `Arc` or a reference.
#[derive(Debug)]
pub struct Model {
    bytes: Arc<[u8]>,
    rows: Table,
    pub(crate) head: Head,
    /// What needs vectors; a model without it, or asked without a vector, goes by words alone.
    pub(crate) dense: Option<Dense>,
}

/// Everything of a model but its rows.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) lexicon: Lexicon,
    pub(crate) space: Space,
    /// Sorted names.
    pub(crate) intents: Vec<String>,
    /// Whether one more class follows the intents: what the bot must refuse.
    pub(crate) none: bool,
    pub(crate) biases: Vec<f32>,
    /// Softmax temperature of the margins, as a factor.
    pub(crate) temperature: f32,
    pub(crate) gate: Gate,
    /// Fingerprints of training utterances that stand in one class only, sorted.
    pub(crate) exact: Vec<(u64, u32)>,
    pub(crate) vocabulary: Vocabulary,
    /// Hashes of the language's function words, sorted; not stored.
    pub(crate) function_words: Vec<u64>,
}

/// What an utterance means.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification<'m> {
    /// The ten most probable intents, best first; equals in the order of their names.
    pub ranked: Vec<Ranked<'m>>,
    /// How sure the gate is that the best one is meant, and not something that the bot does not know.
    pub confidence: Confidence,
    /// Whether the utterance is a training utterance of the best intent.
    pub exact: bool,
    /// Intents that a number tells apart ("iphone 12", "iphone 13") where the utterance has another one ("iphone 14"): none of them is
    /// meant for sure, and the confidence is 0.
    pub unclear: Vec<&'m str>,
    /// Whether the utterance is in another language than the bot's: hardly any of its words is known or used often in it.
    pub foreign: bool,
}

/// An intent that may be meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked<'m> {
    /// Its name.
    pub intent: &'m str,
    /// Calibrated probability among all intents, 0..=1.
    pub probability: f32,
    /// Signed distance from the intent's hyperplane.
    pub margin: f32,
}

/// What is done with the checksum of a model.
#[derive(Clone, Copy, PartialEq)]
enum Checksum {
    Compared,
    /// Whoever has the bytes knows that it is right.
    Known,
}

/// Buffers of one classification, reused by the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    text: Text,
    pub(crate) terms: Terms,
    features: Features,
    /// Term weights and scales of the features' rows.
    weights: Vec<f32>,
    scales: Vec<f32>,
    cells: Vec<(u32, f32)>,
    product: Product,
    margins: Vec<f32>,
    /// Share of the features that occur in training.
    familiar: f32,
    gate: Buffers,
    pub(crate) dense: DenseScratch,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Model {
    /// The bytes that [`Model::decode`] reads.
    pub fn encode(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }

    /// Reads a model; the weights stay where they are in `bytes`.
    ///
    /// # Errors
    /// Where the bytes are not a model of a format that is read, or are damaged.
    pub fn decode(bytes: impl Into<Arc<[u8]>>) -> Result<Self, DecodeError> {
        Self::decode_as(bytes.into(), FORMATS, Checksum::Compared)
    }

    /// Reads a model out of bytes that are known to be as they were written, because a checksum around them was compared.
    ///
    /// # Errors
    /// Where the bytes are not a model of a format that is read.
    pub fn decode_whole(bytes: impl Into<Arc<[u8]>>) -> Result<Self, DecodeError> {
        Self::decode_as(bytes.into(), FORMATS, Checksum::Known)
    }

    /// As a program of these formats reads it.
    fn decode_as(bytes: Arc<[u8]>, formats: Formats, checksum: Checksum) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(&bytes);
        if reader.take(MAGIC.len()).map_err(|_| DecodeError::NotAModel)? != MAGIC {
            return Err(DecodeError::NotAModel);
        }
        let format = reader.u32()?;
        if !formats.reads(format) {
            return Err(DecodeError::Format { found: format, reads: formats });
        }
        let written = reader.u64()?;
        let compute = || hash::bytes(u64::from(format), bytes.get(reader.position()..).unwrap_or_default());
        if checksum == Checksum::Compared && written != compute() {
            return Err(DecodeError::Damaged);
        }
        let head = Head::read(&mut reader)?;
        let rows = Table::new(reader.position(), head.classes());
        if rows.range(head.space.bits).end != bytes.len() {
            return Err(DecodeError::Malformed);
        }
        Ok(Self { rows, head, bytes, dense: None })
    }

    /// About how many bytes a model of so many intents takes: those of its rows, which are nearly all.
    pub fn size(intents: usize) -> usize {
        // One more class for what the bot must refuse.
        let classes = intents + 1;
        Table::new(0, classes).range(Space::bits_for(classes)).len()
    }

    /// The bytes that [`Model::read_vectors`] reads, of a model that was trained with vectors.
    pub fn encode_vectors(&self) -> Option<Vec<u8>> {
        self.dense.as_ref().map(Dense::encode)
    }

    /// Reads what a model knows of vectors, from bytes that were written with it.
    ///
    /// # Errors
    /// Where the bytes are something else, damaged, of another format, or of another model.
    pub fn read_vectors(&self, bytes: &[u8]) -> Result<Dense, DecodeError> {
        let dense = Dense::decode(bytes)?;
        if dense.classes() == self.head.classes() { Ok(dense) } else { Err(DecodeError::Malformed) }
    }

    /// The same model, which knows these vectors too.
    #[must_use]
    pub fn with_vectors(self, dense: Dense) -> Self {
        Self { dense: Some(dense), ..self }
    }

    /// The encoder whose vectors the model was trained with; `None` where it knows words alone.
    pub fn vectors_of(&self) -> Option<&str> {
        self.dense.as_ref().map(|dense| dense.source.as_str())
    }

    /// Names of the intents, sorted.
    pub fn intents(&self) -> impl Iterator<Item = &str> {
        self.head.intents.iter().map(String::as_str)
    }

    /// The BCP 47 tag that it was trained with.
    pub fn language(&self) -> Option<&str> {
        self.head.lexicon.language.as_deref()
    }

    /// What an utterance means. Any text has an answer.
    pub fn classify(&self, utterance: &str) -> Classification<'_> {
        self.classify_with_vector(utterance, None)
    }

    /// What an utterance means by its words and its vector. A vector that is not of the model's encoder must not be given; one of another length
    /// counts as none.
    pub fn classify_with_vector(&self, utterance: &str, vector: Option<&[f32]>) -> Classification<'_> {
        self.with_scratch(|scratch| self.classify_with(utterance, vector, scratch))
    }

    pub(crate) fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => work(&mut scratch),
            Err(_) => work(&mut Scratch::default()),
        })
    }

    fn classify_with(&self, utterance: &str, vector: Option<&[f32]>, scratch: &mut Scratch) -> Classification<'_> {
        let signals = self.measure(utterance, scratch);
        let by_vector = vector.and_then(|vector| self.mix(vector, scratch));
        let mut ranked = self.rank(self.temperature(by_vector.is_some()), scratch);
        let exact = self.exact(&scratch.terms);
        let foreign = self.is_foreign(&scratch.terms);
        if let Some(class) = exact.filter(|&class| (class as usize) < self.head.intents.len()) {
            self.put_first(class as usize, &mut ranked, scratch);
            return Classification {
                ranked,
                confidence: Confidence::CERTAIN,
                exact: true,
                unclear: Vec::new(),
                foreign,
            };
        }
        let unclear = self.unclear(&scratch.terms);
        let refused = exact.is_some() || ranked.is_empty() || !unclear.is_empty();
        let confidence =
            if refused { Confidence::NONE } else { self.confidence(&signals, by_vector.as_ref(), scratch) };
        Classification { ranked, confidence, exact: false, unclear, foreign }
    }

    /// Reads the utterance and leaves margins, probabilities and terms in the scratch.
    pub(crate) fn measure(&self, utterance: &str, scratch: &mut Scratch) -> Signals {
        scratch.text.read(utterance);
        self.head.lexicon.terms(&scratch.text, Some(&self.head.vocabulary), &mut scratch.terms);
        self.margins(scratch);
        let Scratch { terms, margins, gate, familiar, .. } = scratch;
        Signals::measure(&self.head, terms, margins, *familiar, gate)
    }

    /// Mixes the margins of a measured utterance with those of its vector.
    pub(crate) fn mix(&self, vector: &[f32], scratch: &mut Scratch) -> Option<DenseSignals> {
        let dense = self.dense.as_ref().filter(|dense| dense.fits(vector))?;
        dense.margins(vector, &mut scratch.dense);
        if self.is_foreign(&scratch.terms) {
            // Its words say nothing, and what they have in common with the bot's by chance must not speak.
            scratch.margins.clone_from(&scratch.dense.margins);
        } else {
            dense.mix(&mut scratch.margins, &scratch.dense);
        }
        let intents = scratch.margins.get(..self.head.intents.len())?;
        Some(dense.signals(intents, scratch.terms.words(), &scratch.dense))
    }

    pub(crate) fn temperature(&self, with_vector: bool) -> f32 {
        self.dense.as_ref().filter(|_| with_vector).map_or(self.head.temperature, |dense| dense.temperature)
    }

    /// The product of the utterance's features with their rows.
    fn margins(&self, scratch: &mut Scratch) {
        let Scratch { terms, features, weights, scales, cells, product, margins, familiar, .. } = scratch;
        let found = features.extract(terms, self.head.space);
        weights.clear();
        scales.clear();
        for &bucket in found.all() {
            let (weight, scale) = self.rows.head(&self.bytes, bucket);
            weights.push(weight);
            scales.push(scale);
        }
        let known = weights.iter().filter(|weight| **weight > 0.0).count();
        *familiar = known as f32 / weights.len().max(1) as f32;
        cells.clear();
        found.weigh(self.head.space, weights, |at, bucket, value| {
            let factor = value * scales[at];
            if factor > 0.0 {
                cells.push((bucket, factor));
            }
        });
        margins.clear();
        margins.extend_from_slice(&self.head.biases);
        product.add(cells, |bucket| self.rows.weights(&self.bytes, bucket), margins);
    }

    /// The values of the features found, with the block of each; those that training has not seen are left out.
    pub(crate) fn values(&self, found: &Found, mut take: impl FnMut(usize, u32, f32)) {
        let weights: Vec<f32> = found.all().iter().map(|&bucket| self.rows.head(&self.bytes, bucket).0).collect();
        found.weigh(self.head.space, &weights, |at, bucket, value| {
            if value > 0.0 {
                take(found.block_of(at), bucket, value);
            }
        });
    }

    /// The values of an utterance's features by bucket, ascending; its margins stay in the scratch.
    #[cfg(feature = "tune")]
    pub(crate) fn cells(&self, utterance: &str, scratch: &mut Scratch) -> Vec<(u32, f32)> {
        self.measure(utterance, scratch);
        let mut cells = std::collections::BTreeMap::new();
        let found = Features::default().extract(&scratch.terms, self.head.space).clone();
        self.values(&found, |_, bucket, value| *cells.entry(bucket).or_default() += value);
        cells.into_iter().collect()
    }

    /// The factors with which the rows of the features found were multiplied, with the block of each; those that training has not seen are left
    /// out.
    pub(crate) fn factors(&self, found: &Found, mut take: impl FnMut(usize, u32, f32)) {
        let mut cells = Vec::new();
        self.values(found, |block, bucket, value| {
            cells.push((block, bucket, value * self.rows.head(&self.bytes, bucket).1));
        });
        let unit = product::unit(cells.iter().map(|(.., factor)| *factor));
        for (block, bucket, factor) in cells.into_iter().filter(|(.., factor)| *factor > 0.0) {
            take(block, bucket, f32::from(product::whole(factor, unit)) * unit);
        }
    }

    /// What is added to a class's margin by a row with this factor.
    pub(crate) fn contribution(&self, bucket: u32, factor: f32, class: usize) -> f32 {
        let weight = self.rows.weights(&self.bytes, bucket).get(class).copied().unwrap_or(0);
        factor * f32::from(weight.cast_signed())
    }

    /// The best intents with their share of the softmax of all margins times the temperature.
    fn rank(&self, temperature: f32, scratch: &Scratch) -> Vec<Ranked<'_>> {
        let mut best: Vec<(f32, u32)> = Vec::with_capacity(MOST_RANKED + 1);
        // The margin that the next one must exceed.
        let mut floor = f32::NEG_INFINITY;
        for (&margin, i) in scratch.margins.iter().take(self.head.intents.len()).zip(0..) {
            if margin > floor {
                let place = best.partition_point(|(other, _)| *other >= margin);
                best.insert(place, (margin, i));
                best.truncate(MOST_RANKED);
                floor = best.get(MOST_RANKED - 1).map_or(floor, |(last, _)| *last);
            }
        }
        let top = best.first().map_or(0.0, |(margin, _)| *margin);
        let all = number::exp_sum(&scratch.margins, top, temperature);
        let share = |margin: f32| number::exp((margin - top) * temperature) / all;
        let named = best.into_iter().filter_map(|(margin, i)| {
            Some(Ranked { intent: self.head.intents.get(i as usize)?, probability: share(margin), margin })
        });
        named.collect()
    }

    /// An exact match is certain whatever the hyperplanes say.
    fn put_first<'m>(&'m self, class: usize, ranked: &mut Vec<Ranked<'m>>, scratch: &Scratch) {
        let Some(intent) = self.head.intents.get(class) else { return };
        ranked.retain(|other| other.intent != intent);
        ranked.iter_mut().for_each(|other| other.probability = 0.0);
        ranked.insert(0, Ranked { intent, probability: 1.0, margin: scratch.margins[class] });
        ranked.truncate(MOST_RANKED);
    }

    /// The class of a training utterance, by its spelling with signs, else without.
    pub(crate) fn exact(&self, terms: &Terms) -> Option<u32> {
        let exact = &self.head.exact;
        let find = |fingerprint| exact.binary_search_by_key(&fingerprint, |(hash, _)| *hash).ok().map(|i| exact[i].1);
        find(terms.fingerprint(true)).or_else(|| find(terms.fingerprint(false)))
    }

    /// Packs a head and rows; `row` adds a bucket's class weights to a list and gives its term weight.
    #[cfg(feature = "train")]
    pub(crate) fn pack(head: &Head, row: impl Fn(usize, &mut Vec<f32>) -> f32) -> Vec<u8> {
        let format = FORMATS.written;
        let mut to = Writer::default();
        to.0.extend(MAGIC);
        to.u32(format);
        to.u64(0);
        let body = to.0.len();
        head.write(&mut to);
        Table::new(to.0.len(), head.classes()).write(head.space.bits, row, &mut to.0);
        let checksum = hash::bytes(u64::from(format), &to.0[body..]);
        to.0[body - 8..body].copy_from_slice(&checksum.to_le_bytes());
        to.0
    }
}

impl Scratch {
    pub(crate) fn margins(&self) -> &[f32] {
        &self.margins
    }
}

/// Softmax of margins times a temperature, for one class.
pub(crate) fn probability(margins: &[f32], class: usize, temperature: f32) -> f32 {
    margins.get(class).map_or(0.0, |own| 1.0 / number::exp_sum(margins, *own, temperature))
}

impl Head {
    /// How far the best intent is ahead of what the bot must refuse, where an author listed that.
    pub(crate) fn lead(&self, margins: &[f32]) -> Option<f32> {
        let none = margins.get(self.intents.len())?;
        Some(margins.iter().take(self.intents.len()).copied().fold(f32::NEG_INFINITY, f32::max) - none)
    }

    pub(crate) fn is_function_word(&self, word: &str) -> bool {
        word.bytes().all(|b| b.is_ascii_digit()) || self.is_grammar(word)
    }

    /// Whether a word is one of the language's function words.
    pub(crate) fn is_grammar(&self, word: &str) -> bool {
        self.function_words.binary_search(&word_hash(word)).is_ok()
    }

    pub(crate) fn classes(&self) -> usize {
        self.intents.len() + usize::from(self.none)
    }
}

#[cfg(all(test, feature = "train"))]
mod tests;

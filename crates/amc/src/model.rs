//! A trained classifier, read in place from its bytes.
//!
//! Layout, little-endian: magic, format version, checksum of all that follows, the head (names, words, numbers), and last the rows: for every
//! bucket its term weight and its scale (`f32` each), then one signed byte for each class, padded to a multiple of eight.

use std::{cell::RefCell, ops::Range, sync::Arc};

#[cfg(feature = "train")]
use crate::codec::Writer;
use crate::{
    codec::Reader,
    features::{Features, Found, Space},
    function_words,
    gate::{Buffers, Confidence, Examples, Gate, Signals},
    hash, number,
    terms::{Lexicon, Terms, word_hash},
    text::Text,
    vocabulary::{Stem, Vocabulary, Word},
};

const MAGIC: &[u8; 8] = b"SBF-AMC\n";
const VERSION: u32 = 1;
/// Classes of a row are padded to a multiple of this.
const PAD: usize = 8;
/// Bytes of a row before its classes: term weight and scale.
const ROW_HEAD: usize = 8;
/// Intents in a classification; probabilities are normalised over all.
const MOST_RANKED: usize = 10;

/// Why bytes are no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes do not begin like a model.
    #[error("these bytes are not a classifier model")]
    NotAModel,
    /// A model of another format version.
    #[error("the model has format version {found}, this program reads version {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// At least one bit changed since the model was written.
    #[error("the model is damaged: its checksum does not match")]
    Damaged,
    /// The checksum holds, but the content makes no sense.
    #[error("the model is malformed")]
    Malformed,
}

/// A trained classifier. It is `Send` and `Sync`; share it behind an `Arc` or a reference.
#[derive(Debug)]
pub struct Model {
    bytes: Arc<[u8]>,
    rows: Range<usize>,
    pub(crate) head: Head,
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
    pub(crate) examples: Examples,
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

/// Buffers of one classification, reused by the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    text: Text,
    pub(crate) terms: Terms,
    features: Features,
    cells: Vec<(u32, f32)>,
    margins: Vec<f32>,
    pub(crate) probabilities: Vec<f32>,
    /// Share of the features that occur in training.
    familiar: f32,
    gate: Buffers,
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
    /// Where the bytes are not a model of this version, or are damaged.
    pub fn decode(bytes: impl Into<Arc<[u8]>>) -> Result<Self, DecodeError> {
        let bytes: Arc<[u8]> = bytes.into();
        let mut reader = Reader::new(&bytes);
        if reader.take(MAGIC.len()).map_err(|_| DecodeError::NotAModel)? != MAGIC {
            return Err(DecodeError::NotAModel);
        }
        let version = reader.u32()?;
        if version != VERSION {
            return Err(DecodeError::Version { found: version });
        }
        let checksum = reader.u64()?;
        if checksum != hash::bytes(u64::from(VERSION), bytes.get(reader.position()..).unwrap_or_default()) {
            return Err(DecodeError::Damaged);
        }
        let head = Head::read(&mut reader)?;
        let length = head.stride() << head.space.bits;
        let rows = reader.skip(length)?;
        if rows.end != bytes.len() {
            return Err(DecodeError::Malformed);
        }
        Ok(Self { rows, head, bytes })
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
        self.with_scratch(|scratch| self.classify_with(utterance, scratch))
    }

    pub(crate) fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => work(&mut scratch),
            Err(_) => work(&mut Scratch::default()),
        })
    }

    fn classify_with(&self, utterance: &str, scratch: &mut Scratch) -> Classification<'_> {
        let signals = self.measure(utterance, scratch);
        let mut ranked = self.rank(scratch);
        let exact = self.exact(&scratch.terms);
        if let Some(class) = exact.filter(|&class| (class as usize) < self.head.intents.len()) {
            self.put_first(class as usize, &mut ranked, scratch);
            return Classification { ranked, confidence: Confidence::CERTAIN, exact: true };
        }
        let refused = exact.is_some() || ranked.is_empty();
        let confidence = if refused {
            Confidence::NONE
        } else {
            self.head.gate.confidence(&signals, self.head.lead(&scratch.margins))
        };
        Classification { ranked, confidence, exact: false }
    }

    /// Reads the utterance and leaves margins, probabilities and terms in the scratch.
    pub(crate) fn measure(&self, utterance: &str, scratch: &mut Scratch) -> Signals {
        scratch.text.read(utterance);
        self.head.lexicon.terms(&scratch.text, Some(&self.head.vocabulary), &mut scratch.terms);
        self.margins(scratch);
        self.probabilities(scratch);
        let Scratch { terms, margins, gate, familiar, .. } = scratch;
        Signals::measure(&self.head, terms, margins, *familiar, gate)
    }

    /// The product of the utterance's features with their rows, two rows at a time.
    fn margins(&self, scratch: &mut Scratch) {
        let Scratch { terms, features, cells, margins, familiar, .. } = scratch;
        let found = features.extract(terms, self.head.space);
        cells.clear();
        let known = found.all().iter().filter(|&&bucket| self.row_head(bucket).0 > 0.0).count();
        *familiar = known as f32 / found.all().len().max(1) as f32;
        found.weigh(
            |bucket| self.row_head(bucket).0,
            |bucket, value| {
                let factor = value * self.row_head(bucket).1;
                if factor > 0.0 {
                    cells.push((bucket, factor));
                }
            },
        );
        margins.clear();
        margins.extend_from_slice(&self.head.biases);
        let (pairs, odd) = cells.as_chunks::<2>();
        for &[(one, by_one), (other, by_other)] in pairs {
            for ((margin, &one), &other) in margins.iter_mut().zip(self.row(one)).zip(self.row(other)) {
                *margin += by_one * f32::from(one.cast_signed()) + by_other * f32::from(other.cast_signed());
            }
        }
        for &(bucket, factor) in odd {
            margins
                .iter_mut()
                .zip(self.row(bucket))
                .for_each(|(margin, &weight)| *margin += factor * f32::from(weight.cast_signed()));
        }
    }

    fn row_start(&self, bucket: u32) -> usize {
        self.rows.start + bucket as usize * self.head.stride()
    }

    /// Term weight and scale of a bucket.
    fn row_head(&self, bucket: u32) -> (f32, f32) {
        let start = self.row_start(bucket);
        let Some(&[a, b, c, d, e, f, g, h]) = self.bytes.get(start..).and_then(|row| row.first_chunk::<ROW_HEAD>())
        else {
            return (0.0, 0.0);
        };
        (f32::from_le_bytes([a, b, c, d]), f32::from_le_bytes([e, f, g, h]))
    }

    /// What is added to a class's margin by a bucket of this value.
    pub(crate) fn contribution(&self, bucket: u32, value: f32, class: usize) -> f32 {
        let weight = self.row(bucket).get(class).copied().unwrap_or(0);
        value * self.row_head(bucket).1 * f32::from(weight.cast_signed())
    }

    /// The values of the features found, with the block of each; those that training has not seen are left out.
    pub(crate) fn values(&self, found: &Found, mut take: impl FnMut(usize, u32, f32)) {
        let mut order = (0..3).flat_map(|block| {
            let buckets = found.block(block);
            // A block of nothing but unseen features is passed over as a whole.
            let seen = buckets.iter().any(|&bucket| self.row_head(bucket).0 > 0.0);
            buckets.iter().filter(move |_| seen).map(move |_| block)
        });
        found.weigh(
            |bucket| self.row_head(bucket).0,
            |bucket, value| {
                if let Some(block) = order.next().filter(|_| value > 0.0) {
                    take(block, bucket, value);
                }
            },
        );
    }

    fn row(&self, bucket: u32) -> &[u8] {
        let start = self.row_start(bucket);
        self.bytes.get(start + ROW_HEAD..start + self.head.stride()).unwrap_or_default()
    }

    /// Softmax of the margins times the temperature.
    fn probabilities(&self, scratch: &mut Scratch) {
        let Scratch { margins, probabilities, .. } = scratch;
        let most = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        probabilities.clear();
        probabilities.extend(margins.iter().map(|margin| number::exp((margin - most) * self.head.temperature)));
        let total: f32 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|p| *p /= total.max(f32::MIN_POSITIVE));
    }

    fn rank(&self, scratch: &Scratch) -> Vec<Ranked<'_>> {
        let mut best: Vec<Ranked<'_>> = Vec::with_capacity(MOST_RANKED + 1);
        for (i, intent) in self.head.intents.iter().enumerate() {
            let ranked = Ranked { intent, probability: scratch.probabilities[i], margin: scratch.margins[i] };
            if best.len() == MOST_RANKED && best.last().is_some_and(|last| last.margin >= ranked.margin) {
                continue;
            }
            let place = best.partition_point(|other| other.margin >= ranked.margin);
            best.insert(place, ranked);
            best.truncate(MOST_RANKED);
        }
        best
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
        let mut to = Writer::default();
        to.0.extend(MAGIC);
        to.u32(VERSION);
        to.u64(0);
        let body = to.0.len();
        head.write(&mut to);
        to.0.reserve(head.stride() << head.space.bits);
        let mut weights = Vec::new();
        for bucket in 0..1usize << head.space.bits {
            weights.clear();
            let term = row(bucket, &mut weights);
            let scale = weights.iter().fold(0f32, |most, weight| most.max(weight.abs())) / 127.0;
            to.f32(term);
            to.f32(scale);
            let unit = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            // Rounded half up: the same on every machine, and fast.
            to.0.extend(weights.iter().map(|weight| ((weight * unit + 128.5) as i32 - 128) as u8));
            to.0.extend(std::iter::repeat_n(0, head.stride() - ROW_HEAD - weights.len()));
        }
        let checksum = hash::bytes(u64::from(VERSION), &to.0[body..]);
        to.0[body - 8..body].copy_from_slice(&checksum.to_le_bytes());
        to.0
    }
}

impl Scratch {
    pub(crate) fn margins(&self) -> &[f32] {
        &self.margins
    }
}

impl Head {
    /// Softmax of the margins times the temperature, for one class.
    #[cfg(feature = "train")]
    pub(crate) fn probability(&self, margins: &[f32], class: usize) -> f32 {
        let Some(own) = margins.get(class) else { return 0.0 };
        1.0 / margins.iter().map(|margin| number::exp((margin - own) * self.temperature)).sum::<f32>()
    }

    /// How far the best intent is ahead of what the bot must refuse, where an author listed that.
    pub(crate) fn lead(&self, margins: &[f32]) -> Option<f32> {
        let none = margins.get(self.intents.len())?;
        Some(margins.iter().take(self.intents.len()).copied().fold(f32::NEG_INFINITY, f32::max) - none)
    }

    pub(crate) fn is_function_word(&self, word: &str) -> bool {
        word.bytes().all(|b| b.is_ascii_digit()) || self.function_words.binary_search(&word_hash(word)).is_ok()
    }

    pub(crate) fn classes(&self) -> usize {
        self.intents.len() + usize::from(self.none)
    }

    fn stride(&self) -> usize {
        ROW_HEAD + self.classes().next_multiple_of(PAD)
    }

    #[cfg(feature = "train")]
    fn write(&self, to: &mut Writer) {
        to.text(self.lexicon.language.as_deref().unwrap_or_default());
        to.list(self.lexicon.stop_words.iter(), |to, word| to.text(word));
        to.list(self.lexicon.synonyms.iter(), |to, (canonical, variants)| {
            to.text(canonical);
            to.list(variants.iter(), |to, variant| to.text(variant));
        });
        to.u8(self.space.bits as u8);
        to.u8(u8::from(self.space.pairs));
        to.u8(u8::from(self.none));
        to.list(self.intents.iter(), |to, intent| to.text(intent));
        self.biases.iter().for_each(|bias| to.f32(*bias));
        to.f32(self.temperature);
        self.gate.write(to);
        to.list(self.exact.iter(), |to, (hash, class)| {
            to.u64(*hash);
            to.u32(*class);
        });
        to.list(self.vocabulary.words().iter(), |to, word| {
            to.text(&word.text);
            to.u32(word.stem);
        });
        to.list(self.vocabulary.stems().iter(), |to, stem| {
            to.u64(stem.hash);
            to.f32(stem.weight);
            to.list(stem.classes.iter(), |to, (class, count)| {
                to.u32(*class);
                to.u32(*count);
            });
        });
        self.examples.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let language = Some(from.text()?.to_owned()).filter(|tag| !tag.is_empty());
        let stop_words = from.list(|from| from.text().map(str::to_owned))?;
        let synonyms =
            from.list(|from| Ok((from.text()?.to_owned(), from.list(|from| from.text().map(str::to_owned))?)))?;
        let space = Space { bits: u32::from(from.u8()?), pairs: from.u8()? != 0 };
        if !(4..=24).contains(&space.bits) {
            return Err(DecodeError::Malformed);
        }
        let none = from.u8()? != 0;
        let intents = from.list(|from| from.text().map(str::to_owned))?;
        let biases = (0..intents.len() + usize::from(none)).map(|_| from.f32()).collect::<Result<_, _>>()?;
        let temperature = from.f32()?;
        let gate = Gate::read(from)?;
        let exact = from.list(|from| Ok((from.u64()?, from.u32()?)))?;
        let words = from.list(|from| Ok(Word { text: from.text()?.into(), stem: from.u32()? }))?;
        let stems = from.list(|from| {
            let (hash, weight) = (from.u64()?, from.f32()?);
            Ok(Stem { hash, weight, classes: from.list(|from| Ok((from.u32()?, from.u32()?)))? })
        })?;
        let mut examples = Examples::read(from)?;
        let lexicon = Lexicon::new(language, stop_words, synonyms);
        let vocabulary = Vocabulary::new(words, stems);
        examples.weigh(&vocabulary);
        let function_words = function_words::hashes(lexicon.language.as_deref());
        Ok(Self {
            function_words,
            lexicon,
            space,
            intents,
            none,
            biases,
            temperature,
            gate,
            exact,
            vocabulary,
            examples,
        })
    }
}

//! Features: what the hyperplanes see of an utterance.
//!
//! Three blocks, presence only:
//! * **A** stems, and pairs of neighbouring stems with marks for beginning and end;
//! * **B** runs of two to four characters inside a word with a space on either side, unstemmed;
//! * **C** unordered pairs of distinct stems of the utterance (larger bots only).
//!
//! A feature is hashed into one of `2^bits` buckets; there is no dictionary (Weinberger et al.: Feature Hashing for Large Scale Multitask
//! Learning, ICML 2009).

use crate::{
    hash,
    terms::{Term, Terms},
    text::Kind,
};

/// Stems after these form no pairs (block C): their number grows with the square.
pub(crate) const MAX_PAIRED: usize = 40;
pub(crate) const LONGEST_GRAM: usize = 4;

pub(crate) const STEM: u64 = 0xA1;
pub(crate) const BIGRAM: u64 = 0xA2;
pub(crate) const GRAM: u64 = 0xB1;
pub(crate) const PAIR: u64 = 0xC1;
pub(crate) const EDGE: u64 = 0xED;

/// The feature space of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Space {
    /// Binary logarithm of the number of buckets.
    pub(crate) bits: u32,
    /// Whether block C is in use.
    pub(crate) pairs: bool,
    /// Relative lengths of the three blocks' vectors.
    pub(crate) lengths: [f32; 3],
}

impl Space {
    /// Bits of a model with so many classes, unless it is told otherwise.
    pub(crate) fn bits_for(classes: usize) -> u32 {
        match classes {
            0..=20 => 13,
            _ => 14,
        }
    }
}

/// Buckets of an utterance's features, block by block, each bucket once a block.
#[derive(Debug, Default, Clone)]
pub(crate) struct Found {
    buckets: Vec<u32>,
    /// Where blocks A, B and C end in `buckets`.
    ends: [usize; 3],
}

/// Finds features, utterance after utterance, without allocating.
#[derive(Debug, Default)]
pub(crate) struct Features {
    found: Found,
    /// For each bucket, the number of the block that touched it last.
    touched: Vec<u32>,
    generation: u32,
    stems: Vec<u64>,
}

impl Features {
    /// Finds the features of terms.
    pub(crate) fn extract(&mut self, terms: &Terms, space: Space) -> &Found {
        self.found.buckets.clear();
        self.touched.resize(1 << space.bits, 0);
        let shift = 64 - space.bits;
        self.begin();
        self.words(terms, shift);
        self.found.ends[0] = self.found.buckets.len();
        self.begin();
        self.grams(terms, shift);
        self.found.ends[1] = self.found.buckets.len();
        self.begin();
        if space.pairs {
            self.pairs(terms, shift);
        }
        self.found.ends[2] = self.found.buckets.len();
        &self.found
    }

    fn begin(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.touched.fill(0);
            self.generation = 1;
        }
    }

    fn add(&mut self, feature: u64, shift: u32) {
        let bucket = (hash::finish(feature) >> shift) as u32;
        let touched = &mut self.touched[bucket as usize];
        if *touched != self.generation {
            *touched = self.generation;
            self.found.buckets.push(bucket);
        }
    }

    fn words(&mut self, terms: &Terms, shift: u32) {
        if terms.list().is_empty() {
            return;
        }
        let mut before = EDGE;
        for term in terms.list() {
            self.add(hash::mix(STEM, term.stem), shift);
            self.add(hash::mix(hash::mix(BIGRAM, before), term.stem), shift);
            before = term.stem;
        }
        self.add(hash::mix(hash::mix(BIGRAM, before), EDGE), shift);
    }

    fn grams(&mut self, terms: &Terms, shift: u32) {
        for run in terms.list().chunk_by(|_, next| next.glued) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                self.grams_of(terms.padded(first, last), shift);
            }
        }
    }

    /// Hashes all runs of two to four characters. `starts[j]` is the hash of the run that began `j + 1` characters ago.
    fn grams_of(&mut self, padded: &str, shift: u32) {
        let mut starts = [0u64; LONGEST_GRAM];
        for (i, c) in padded.chars().enumerate() {
            for j in (1..LONGEST_GRAM).rev() {
                starts[j] = hash::mix(starts[j - 1], u64::from(u32::from(c)));
            }
            starts[0] = hash::mix(GRAM, u64::from(u32::from(c)));
            for &gram in starts.iter().take(i + 1).skip(1) {
                self.add(gram, shift);
            }
        }
    }

    fn pairs(&mut self, terms: &Terms, shift: u32) {
        let mut stems = std::mem::take(&mut self.stems);
        stems.clear();
        for term in terms.list() {
            if stems.len() == MAX_PAIRED {
                break;
            }
            if !stems.contains(&term.stem) {
                stems.push(term.stem);
            }
        }
        for (i, &one) in stems.iter().enumerate() {
            for &other in &stems[i + 1..] {
                self.add(hash::mix(hash::mix(PAIR, one.min(other)), one.max(other)), shift);
            }
        }
        self.stems = stems;
    }
}

impl Found {
    /// The buckets of all blocks.
    pub(crate) fn all(&self) -> &[u32] {
        &self.buckets
    }

    /// The buckets of block 0 (A), 1 (B) or 2 (C).
    #[cfg(any(test, feature = "train"))]
    pub(crate) fn block(&self, block: usize) -> &[u32] {
        let start = if block == 0 { 0 } else { self.ends[block - 1] };
        &self.buckets[start..self.ends[block]]
    }

    /// The block of an item of [`Found::all`].
    pub(crate) fn block_of(&self, at: usize) -> usize {
        self.ends.iter().take(2).filter(|end| at >= **end).count()
    }

    /// Calls `take` with the place of each bucket, the bucket and its value: every block scaled to its length, the whole to length 1. `weights` are those of [`Found::all`].
    pub(crate) fn weigh(&self, space: Space, weights: &[f32], mut take: impl FnMut(usize, u32, f32)) {
        let range = |block: usize| if block == 0 { 0..self.ends[0] } else { self.ends[block - 1]..self.ends[block] };
        let lengths = [0, 1, 2].map(|block| length(weights.get(range(block)).unwrap_or_default()));
        let present = |block: usize| if lengths[block] > 0.0 { space.lengths[block] } else { 0.0 };
        let whole = (0..3).map(|block| present(block).powi(2)).sum::<f32>().sqrt();
        for block in 0..3 {
            if lengths[block] > 0.0 {
                let scale = space.lengths[block] / (lengths[block] * whole);
                let cells = range(block).zip(&self.buckets[range(block)]).zip(&weights[range(block)]);
                cells.for_each(|((at, bucket), weight)| take(at, *bucket, weight * scale));
            }
        }
    }
}

/// Length of a vector, in four sums that are added last.
fn length(values: &[f32]) -> f32 {
    let mut sums = [0f32; 4];
    let (chunks, rest) = values.as_chunks::<4>();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value * value);
    }
    let rest: f32 = rest.iter().map(|value| value * value).sum();
    (sums.iter().sum::<f32>() + rest).sqrt()
}

/// Whether a term is a word of its own, and not a sign.
pub(crate) fn is_word(term: &Term) -> bool {
    term.kind != Kind::Sign
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        terms::Lexicon,
        text::{MAX_TOKENS, Text},
    };

    /// Fine enough that nothing collides in a test.
    const SPACE: Space = Space { bits: 20, pairs: true, lengths: [1.0, 1.4, 1.0] };

    fn found(words: &[String]) -> Found {
        let lexicon = Lexicon::new(Some("en".into()), vec![], vec![]);
        let mut terms = Terms::default();
        lexicon.terms(&Text::new(&words.join(" ")), None, &mut terms);
        Features::default().extract(&terms, SPACE).clone()
    }

    fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[a-z]{1,6}|[一-十]{1,3}|[?!]", count)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_stands_after_the_first_512_tokens_changes_nothing(first in words(MAX_TOKENS..MAX_TOKENS + 1), more in words(1..300)) {
            let long: Vec<String> = first.iter().chain(&more).cloned().collect();
            let (read, all) = (found(&first), found(&long));
            prop_assert_eq!(read.all(), all.all());
            // A stem and a bigram a token, and the bigram at the end.
            prop_assert!(all.block(0).len() <= 2 * MAX_TOKENS + 1);
        }

        #[test]
        fn pairs_come_from_the_first_forty_stems(said in words(1..400)) {
            let distinct = MAX_PAIRED * (MAX_PAIRED - 1) / 2;
            prop_assert!(found(&said).block(2).len() <= distinct);
            let numbered: Vec<String> = (0..MAX_PAIRED).map(|i| format!("zz{i}")).collect();
            let longer: Vec<String> = numbered.iter().chain(&said).cloned().collect();
            let (pairs, short) = (found(&longer), found(&numbered));
            prop_assert_eq!(pairs.block(2), short.block(2));
            prop_assert!(pairs.block(2).len() > distinct - 5, "hashed into a million buckets, hardly two of 780 collide");
        }
    }
}

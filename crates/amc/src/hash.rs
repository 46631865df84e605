//! Hashing and seeded chance: fixed functions of their input on every machine, because hashes are stored in models.

use std::hash::{BuildHasherDefault, Hasher};

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes a value into a hash (multiply and fold, after the finaliser of SplitMix64, Steele et al. 2014).
pub(crate) const fn mix(hash: u64, value: u64) -> u64 {
    let x = (hash ^ value).wrapping_mul(MULTIPLIER);
    x ^ (x >> 29)
}

/// Hash of a byte string, eight bytes at a step. Steps are one-to-one in the state, so that any single changed byte changes the hash.
pub(crate) fn bytes(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = mix(seed, bytes.len() as u64);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0u8; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    finish(mix(hash, u64::from_le_bytes(last)))
}

/// Spreads every bit of the state over the result.
pub(crate) const fn finish(hash: u64) -> u64 {
    let x = (hash ^ (hash >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^ (x >> 32)
}

/// Of maps whose keys are hashes already.
pub(crate) type Identity = BuildHasherDefault<Key>;

/// A key that is its own hash.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Key(u64);

impl Hasher for Key {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): seeded chance for shuffles.
#[cfg(feature = "train")]
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

#[cfg(feature = "train")]
impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(MULTIPLIER);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which must not be 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

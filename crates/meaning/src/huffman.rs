//! Canonical Huffman codes: symbols of 64 levels, the shorter codes first, equally long ones in the order of levels.

use crate::weights::WeightsError;

/// How many levels a weight may have.
pub(crate) const LEVELS: usize = 64;
/// Bits of the longest code.
pub(crate) const LONGEST: usize = 11;
/// Codes that one look at eight bytes is sure to hold, wherever in the first byte they begin.
const CODES_A_LOOK: usize = 5;

/// Which level and how many bits every beginning of `LONGEST` bits has.
pub(crate) struct Code {
    table: Box<[Entry; 1 << LONGEST]>,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    level: u8,
    bits: u8,
}

impl Code {
    /// # Errors
    ///
    /// Where the lengths are those of no code, or of one that leaves sequences of bits without a meaning.
    pub(crate) fn new(lengths: &[u8]) -> Result<Self, WeightsError> {
        let mut table = Box::new([Entry::default(); 1 << LONGEST]);
        let mut next = 0;
        for bits in 1..=LONGEST {
            for level in (0..lengths.len()).filter(|&level| usize::from(lengths[level]) == bits) {
                let end = next + (1 << (LONGEST - bits));
                let entries = table.get_mut(next..end).ok_or(WeightsError::Damaged("a code is ambiguous"))?;
                entries.fill(Entry { level: level as u8, bits: bits as u8 });
                next = end;
            }
        }
        if next == table.len() { Ok(Self { table }) } else { Err(WeightsError::Damaged("a code is incomplete")) }
    }

    /// Decodes as many levels as `levels` takes, and returns how many bytes of `bytes` they need. Eight more must follow.
    pub(crate) fn decode(&self, bytes: &[u8], levels: &mut [u8]) -> Option<usize> {
        let mut place = 0;
        for some in levels.chunks_mut(CODES_A_LOOK) {
            let eight = bytes.get(place / 8..)?.first_chunk()?;
            let mut window = u64::from_be_bytes(*eight) << (place % 8);
            for level in some {
                let entry = self.table[(window >> (64 - LONGEST)) as usize];
                *level = entry.level;
                window <<= entry.bits;
                place += usize::from(entry.bits);
            }
        }
        Some(place.div_ceil(8))
    }
}

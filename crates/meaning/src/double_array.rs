//! A trie in the layout of darts-clone: a node's child by a byte lies at the exclusive or of the node's base and the byte.

/// Bits of a unit that hold the byte which leads to it; the topmost marks a value's unit, which no byte leads to.
const LABEL: u32 = 0x8000_00ff;
const HAS_VALUE: u32 = 1 << 8;

/// A map from byte strings to numbers below 2^31 that finds all its keys with which a text begins.
pub(crate) struct DoubleArray {
    units: Vec<u32>,
}

impl DoubleArray {
    pub(crate) fn new(units: Vec<u32>) -> Self {
        Self { units }
    }

    /// Length and value of every key that `text` begins with, the shortest first. Units that lead nowhere end the search.
    #[inline]
    pub(crate) fn prefixes(&self, text: &[u8], mut found: impl FnMut(usize, u32)) {
        let Some(&root) = self.units.first() else { return };
        let mut place = offset(root);
        for (index, &byte) in text.iter().enumerate() {
            place ^= usize::from(byte);
            let Some(&unit) = self.units.get(place) else { return };
            if unit & LABEL != u32::from(byte) {
                return;
            }
            place ^= offset(unit);
            if unit & HAS_VALUE != 0 {
                let Some(value) = self.units.get(place) else { return };
                found(index + 1, value & !(1 << 31));
            }
        }
    }
}

/// Large offsets are multiples of 256; bit 9 marks them.
fn offset(unit: u32) -> usize {
    ((unit >> 10) << ((unit & (1 << 9)) >> 6)) as usize
}

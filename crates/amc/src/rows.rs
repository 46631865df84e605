//! The hyperplanes as they lie in a model's bytes: for every bucket its term weight and its scale, two bytes each (the upper half of an `f32`), then
//! one signed byte for each class.

use std::ops::Range;

use crate::product::LANES;

/// Bytes of a row before its classes: term weight and scale.
const HEAD: usize = 4;
/// Rows begin at multiples of this.
const ALIGNED: usize = 4;

/// Where the rows lie.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    start: usize,
    stride: usize,
    /// Bytes of a row that are read together; they may reach into the next row.
    read: usize,
}

impl Table {
    /// `start` is where the first row begins.
    pub(crate) fn new(start: usize, classes: usize) -> Self {
        Self { start, stride: HEAD + classes.next_multiple_of(ALIGNED), read: classes.next_multiple_of(LANES) }
    }

    /// All rows' bytes, and what is read beyond the last one.
    pub(crate) fn range(&self, bits: u32) -> Range<usize> {
        self.start..self.start + (self.stride << bits) + LANES
    }

    fn row(&self, bucket: u32) -> usize {
        self.start + bucket as usize * self.stride
    }

    /// Term weight and scale of a bucket.
    pub(crate) fn head(&self, bytes: &[u8], bucket: u32) -> (f32, f32) {
        let head = bytes.get(self.row(bucket)..).and_then(|row| row.first_chunk::<HEAD>());
        let Some(&[a, b, c, d]) = head else { return (0.0, 0.0) };
        (f32::from_le_bytes([0, 0, a, b]), f32::from_le_bytes([0, 0, c, d]))
    }

    /// The weights of a bucket, a signed byte for each class, to be multiplied with the scale; what follows the last class means nothing.
    pub(crate) fn weights<'b>(&self, bytes: &'b [u8], bucket: u32) -> &'b [u8] {
        let start = self.row(bucket) + HEAD;
        bytes.get(start..start + self.read).unwrap_or_default()
    }

    /// Writes all rows; `row` adds a bucket's class weights to a list and gives its term weight, which must be [`coarse`].
    #[cfg(feature = "train")]
    pub(crate) fn write(&self, bits: u32, row: impl Fn(usize, &mut Vec<f32>) -> f32, to: &mut Vec<u8>) {
        to.reserve(self.range(bits).len());
        let mut weights = Vec::new();
        for bucket in 0..1usize << bits {
            weights.clear();
            let term = row(bucket, &mut weights);
            let scale = coarse(weights.iter().fold(0f32, |most, weight| most.max(weight.abs())) / 127.0);
            to.extend(upper_half(term));
            to.extend(upper_half(scale));
            let unit = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            // Rounded half up: the same on every machine, and fast.
            to.extend(weights.iter().map(|weight| ((weight * unit + 128.5) as i32 - 128) as u8));
            to.extend(std::iter::repeat_n(0, self.stride - HEAD - weights.len()));
        }
        to.extend([0; LANES]);
    }
}

/// The next number, upwards, whose lower half is empty; for numbers that are not negative.
#[cfg(feature = "train")]
pub(crate) fn coarse(value: f32) -> f32 {
    f32::from_bits(value.to_bits().saturating_add(0xFFFF) & 0xFFFF_0000)
}

#[cfg(feature = "train")]
fn upper_half(value: f32) -> [u8; 2] {
    let [_, _, a, b] = value.to_le_bytes();
    [a, b]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_they_were_written() {
        let rows: Vec<Vec<f32>> =
            (0..16).map(|row| (0..5).map(|class| (row * class) as f32 * 0.01 - 0.2).collect()).collect();
        let table = Table::new(3, 5);
        let mut bytes = vec![9; 3];
        let row = |bucket: usize, weights: &mut Vec<f32>| {
            weights.extend(&rows[bucket]);
            coarse(2.0 + bucket as f32 / 7.0)
        };
        table.write(4, row, &mut bytes);
        assert_eq!(bytes.len(), table.range(4).end);
        for bucket in 0..16u32 {
            let (term, scale) = table.head(&bytes, bucket);
            assert_eq!(term, coarse(2.0 + bucket as f32 / 7.0));
            for (read, written) in table.weights(&bytes, bucket).iter().zip(&rows[bucket as usize]) {
                assert!((f32::from(read.cast_signed()) * scale - written).abs() <= scale * 0.51);
            }
        }
        assert_eq!(coarse(0.0), 0.0);
        assert!(coarse(0.1) >= 0.1 && coarse(0.1) < 0.1008);
    }
}

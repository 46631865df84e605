//! The product of an utterance's features with the rows of the hyperplanes, in whole numbers: sixteen classes and four rows at a time.
//!
//! Weights are signed bytes. Factors are rounded to sixteen bits of a unit that is chosen for each utterance, so that products and sums are exact
//! in 32 bits and the same on every machine.

use wide::{i16x8, i32x4, u8x16};

/// Classes that are multiplied together; rows are padded to a multiple of it.
pub(crate) const LANES: usize = 16;
/// Sums of 255 times all factors, each half a unit larger, stay below 2³¹.
const LARGEST_SUM: f32 = 8_400_000.0;
/// Added to a signed weight, so that bytes can be widened with zeros.
const SHIFT: i32 = 128;

type Lanes = [i32x4; LANES / 4];

/// Buffers of a product, reused by the next.
#[derive(Debug, Default)]
pub(crate) struct Product {
    sums: Vec<Lanes>,
}

impl Product {
    /// Adds to each margin the sum over all cells of the cell's factor times its row's weight for that class. A row is a slice of bytes, each a
    /// signed weight; a class beyond its end has weight 0. Factors must not be negative.
    pub(crate) fn add<'r>(&mut self, cells: &[(u32, f32)], row: impl Fn(u32) -> &'r [u8], margins: &mut [f32]) {
        let unit = unit(cells.iter().map(|(_, factor)| *factor));
        if unit <= 0.0 {
            return;
        }
        self.sums.clear();
        self.sums.resize(margins.len().div_ceil(LANES), Lanes::default());
        let mut total = 0i32;
        let (fours, rest) = cells.as_chunks::<4>();
        for four in fours {
            let factors = four.map(|(_, factor)| whole(factor, unit));
            total += factors.iter().map(|factor| i32::from(*factor)).sum::<i32>();
            self.add_rows(four.map(|(at, _)| row(at)), factors);
        }
        for &(at, factor) in rest {
            let factor = whole(factor, unit);
            total += i32::from(factor);
            self.add_rows([row(at); 4], [factor, 0, 0, 0]);
        }
        self.write(unit, total, margins);
    }

    fn add_rows(&mut self, rows: [&[u8]; 4], [a, b, c, d]: [i16; 4]) {
        let (by_ab, by_cd) = (i16x8::from([a, b, a, b, a, b, a, b]), i16x8::from([c, d, c, d, c, d, c, d]));
        let [ones, twos, threes, fours] = rows.map(|row| row.as_chunks::<LANES>().0);
        for ((((sums, one), two), three), four) in self.sums.iter_mut().zip(ones).zip(twos).zip(threes).zip(fours) {
            let (ab, cd) = (products(one, two, by_ab), products(three, four, by_cd));
            sums.iter_mut().zip(ab).zip(cd).for_each(|((sum, ab), cd)| *sum += ab + cd);
        }
    }

    fn write(&self, unit: f32, total: i32, margins: &mut [f32]) {
        for (margins, sums) in margins.chunks_mut(LANES).zip(&self.sums) {
            let sums = sums.iter().flat_map(|lane| lane.to_array());
            margins.iter_mut().zip(sums).for_each(|(margin, sum)| *margin += (sum - SHIFT * total) as f32 * unit);
        }
    }
}

/// What the factors of an utterance are rounded to multiples of; 0 where there are none.
pub(crate) fn unit(factors: impl Iterator<Item = f32>) -> f32 {
    let (most, all) = factors.fold((0f32, 0f32), |(most, all), factor| (most.max(factor), all + factor));
    (most / f32::from(i16::MAX)).max(all / LARGEST_SUM)
}

/// How many units a factor is.
pub(crate) fn whole(factor: f32, unit: f32) -> i16 {
    (factor / unit + 0.5) as i16
}

/// For each class its two weights times their two factors.
fn products(one: &[u8; LANES], other: &[u8; LANES], factors: i16x8) -> Lanes {
    let shift = u8x16::splat(SHIFT as u8);
    let (one, other) = (u8x16::from(*one) ^ shift, u8x16::from(*other) ^ shift);
    let (low, high) = (u8x16::unpack_low(one, other), u8x16::unpack_high(one, other));
    [
        i16x8::from_u8x16_low(low).dot(factors),
        i16x8::from_u8x16_high(low).dot(factors),
        i16x8::from_u8x16_low(high).dot(factors),
        i16x8::from_u8x16_high(high).dot(factors),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_sum_of_factors_times_weights(
            rows in prop::collection::vec(prop::collection::vec(any::<i8>(), 32), 1..6),
            cells in prop::collection::vec((0usize..6, 0f32..2.0), 0..600),
            classes in 1usize..33,
        ) {
            let bytes: Vec<Vec<u8>> =
                rows.iter().map(|row| row.iter().map(|weight| weight.cast_unsigned()).collect()).collect();
            let cells: Vec<(u32, f32)> = cells.into_iter().map(|(row, factor)| ((row % rows.len()) as u32, factor)).collect();
            let mut margins = vec![-1.0; classes];
            Product::default().add(&cells, |row| &bytes[row as usize], &mut margins);
            let all: f64 = cells.iter().map(|(_, factor)| f64::from(*factor)).sum();
            for (class, margin) in margins.iter().enumerate() {
                let exact: f64 =
                    cells.iter().map(|(row, factor)| f64::from(*factor) * f64::from(rows[*row as usize][class])).sum();
                // Each factor is off by less than its unit, each weight is 128 at most.
                let bound = 128.0 * cells.len() as f64 * (2.0 / 32767.0f64).max(all / f64::from(LARGEST_SUM)) + 1e-3 * exact.abs() + 1e-2;
                prop_assert!((f64::from(*margin) + 1.0 - exact).abs() <= bound, "{margin} {exact}");
            }
        }
    }
}

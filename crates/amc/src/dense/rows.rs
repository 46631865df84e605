//! Rows of numbers as signed bytes, each row with a scale, and their products with a vector in whole numbers: the same on every machine.

use crate::codec::Writer;
use crate::codec::{DecodeError, Reader};

use super::MOST_NUMBERS;

/// The largest number of a query. With it, [`MOST_NUMBERS`] products with a byte stay below 2³¹.
const LARGEST: f32 = 16_383.0;
#[cfg(feature = "train")]
const LARGEST_BYTE: f32 = 127.0;

/// Rows that are equally long.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Rows {
    numbers: usize,
    /// What a row's bytes are to be multiplied with.
    scales: Vec<f32>,
    bytes: Vec<i8>,
}

/// A vector in whole numbers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Query {
    numbers: Vec<i16>,
    unit: f32,
}

impl Query {
    /// Rounds a vector; all its numbers must be finite.
    pub(crate) fn read(&mut self, vector: &[f32]) {
        let largest = vector.iter().fold(0f32, |most, number| most.max(number.abs()));
        self.unit = largest / LARGEST;
        let each = if self.unit > 0.0 { 1.0 / self.unit } else { 0.0 };
        self.numbers.clear();
        self.numbers.extend(vector.iter().map(|number| (number * each).round() as i16));
    }
}

impl Rows {
    #[cfg(feature = "train")]
    pub(crate) fn new(numbers: usize) -> Self {
        Self { numbers, ..Self::default() }
    }

    pub(crate) fn numbers(&self) -> usize {
        self.numbers
    }

    pub(crate) fn len(&self) -> usize {
        self.scales.len()
    }

    /// Adds a row, rounded to bytes.
    #[cfg(feature = "train")]
    pub(crate) fn push(&mut self, row: impl Iterator<Item = f32> + Clone) {
        let scale = row.clone().fold(0f32, |most, number| most.max(number.abs())) / LARGEST_BYTE;
        let each = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        self.scales.push(scale);
        self.bytes.extend(row.map(|number| (number * each).round() as i8));
    }

    /// The product of a row with a query of the same length; 0 where there is no such row.
    pub(crate) fn dot(&self, row: usize, query: &Query) -> f32 {
        let start = row * self.numbers;
        let bytes = self.bytes.get(start..start + self.numbers).unwrap_or_default();
        let sum: i32 =
            bytes.iter().zip(&query.numbers).map(|(byte, number)| i32::from(*byte) * i32::from(*number)).sum();
        sum as f32 * (self.scales.get(row).copied().unwrap_or_default() * query.unit)
    }

    pub(crate) fn write(&self, to: &mut Writer) {
        to.u32(self.numbers as u32);
        to.list(self.scales.iter(), |to, scale| to.f32(*scale));
        to.0.extend(self.bytes.iter().map(|byte| byte.cast_unsigned()));
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let numbers = from.u32()? as usize;
        if !(1..=MOST_NUMBERS).contains(&numbers) {
            return Err(DecodeError::Malformed);
        }
        let scales = from.list(Reader::f32)?;
        let bytes = from.take(scales.len() * numbers)?.iter().map(|byte| byte.cast_signed()).collect();
        Ok(Self { numbers, scales, bytes })
    }
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_product_is_that_of_the_numbers_to_the_precision_of_bytes(
            row in prop::collection::vec(-3f32..3.0, 40),
            vector in prop::collection::vec(-1f32..1.0, 40),
        ) {
            let mut rows = Rows::new(40);
            rows.push(std::iter::repeat_n(0.5, 40));
            rows.push(row.iter().copied());
            let mut query = Query::default();
            query.read(&vector);
            let exact: f32 = row.iter().zip(&vector).map(|(a, b)| a * b).sum();
            prop_assert!((rows.dot(1, &query) - exact).abs() <= 40.0 * (3.0 / 254.0 + 3.0 / 16_383.0));
            prop_assert_eq!(rows.dot(2, &query), 0.0);
            let mut bytes = Writer::default();
            rows.write(&mut bytes);
            prop_assert_eq!(Rows::read(&mut Reader::new(&bytes.0)).unwrap(), rows);
        }
    }

    #[test]
    fn the_largest_products_stay_in_range() {
        let mut rows = Rows::new(MOST_NUMBERS);
        rows.push(std::iter::repeat_n(-7.0, MOST_NUMBERS));
        let mut query = Query::default();
        query.read(&[9.0; MOST_NUMBERS]);
        assert!((rows.dot(0, &query) / (-63.0 * MOST_NUMBERS as f32) - 1.0).abs() < 1e-4);
        query.read(&[0.0; MOST_NUMBERS]);
        assert_eq!(rows.dot(0, &query), 0.0);
    }
}

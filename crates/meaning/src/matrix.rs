//! Products of whole numbers: weights of 8 bits, inputs of 14, sums of 32, so that every processor finds the same.

use wide::{i16x16, i32x8};

use crate::{
    number::{largest, nearest},
    weights::{SectionReader, WeightsError},
};

/// Inputs that one SIMD step takes.
const STEP: usize = 16;
/// Weights in sixteen numbers of the file: the lower bytes are the first sixteen, the upper ones the next.
const PACKED: usize = 2 * STEP;
/// The largest input. With weights of 127, sums of 1,280 products stay below 2^31.
const LARGEST_INPUT: f32 = 8191.0;
/// Outputs whose weights are unpacked together, and inputs that they are multiplied with together.
const ROWS: usize = 2;
const COLUMNS: usize = 2;

/// Numbers as whole multiples of `unit`.
#[derive(Default)]
pub(crate) struct Rounded {
    values: Vec<i16x16>,
    unit: f32,
}

impl Rounded {
    /// Rounds numbers so that the largest of them becomes 8,191, with `before` and `after` zeros around them.
    pub(crate) fn new(numbers: &[f32], before: usize, after: usize) -> Self {
        let most = largest(numbers);
        let (unit, each) = if most > 0.0 { (most / LARGEST_INPUT, LARGEST_INPUT / most) } else { (1.0, 0.0) };
        let mut values = vec![i16x16::ZERO; before / STEP];
        let (steps, _) = numbers.as_chunks::<STEP>();
        values.extend(steps.iter().map(|step| i16x16::new(step.map(|number| nearest(number * each) as i16))));
        values.resize(values.len() + after / STEP, i16x16::ZERO);
        Self { values, unit }
    }
}

/// Weights of a layer, row by row of its outputs.
pub(crate) struct Matrix {
    inputs: usize,
    /// What a weight of 1 is worth, for each output.
    scales: Vec<f32>,
    packed: Vec<[i16; STEP]>,
}

impl Matrix {
    pub(crate) fn read(dense: &mut SectionReader<'_>, inputs: usize, outputs: usize) -> Result<Self, WeightsError> {
        let scales = dense.take(outputs)?;
        Ok(Self { inputs, scales, packed: dense.take(inputs * outputs / PACKED)? })
    }

    pub(crate) fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Adds the products of `count` inputs to `sums`, a row of outputs for each. Inputs begin `stride` numbers after each other, and may
    /// overlap.
    ///
    /// Weights are unpacked once for all inputs: their way through memory costs as much as the arithmetic.
    pub(crate) fn add_product(&self, inputs: &Rounded, stride: usize, count: usize, sums: &mut [f32]) {
        let length = self.inputs / STEP;
        let input = |token: usize| &inputs.values[token * stride / STEP..][..length];
        let mut rows = vec![[i16x16::ZERO; ROWS]; length];
        for first in (0..self.outputs()).step_by(ROWS) {
            self.unpack(first, &mut rows);
            let scales: [f32; ROWS] = std::array::from_fn(|row| self.scales[first + row] * inputs.unit);
            let mut add = |token: usize, products: [i32; ROWS]| {
                let sums = &mut sums[token * self.outputs() + first..][..ROWS];
                (0..ROWS).for_each(|row| sums[row] += products[row] as f32 * scales[row]);
            };
            for token in (0..count - count % COLUMNS).step_by(COLUMNS) {
                let products = products(&rows, std::array::from_fn::<_, COLUMNS, _>(|column| input(token + column)));
                (0..COLUMNS).for_each(|column| add(token + column, products[column]));
            }
            for token in count - count % COLUMNS..count {
                add(token, products(&rows, [input(token)])[0]);
            }
        }
    }

    /// The weights of some outputs side by side.
    fn unpack(&self, first: usize, rows: &mut [[i16x16; ROWS]]) {
        let length = self.inputs / PACKED;
        for row in 0..ROWS {
            let packed = &self.packed[(first + row) * length..][..length];
            for (pair, both) in rows.chunks_exact_mut(2).zip(packed) {
                pair[0][row] = i16x16::new(both.map(|bytes| (bytes << 8) >> 8));
                pair[1][row] = i16x16::new(both.map(|bytes| bytes >> 8));
            }
        }
    }
}

/// What some inputs (columns) give with the weights of some outputs (rows).
fn products<const N: usize>(rows: &[[i16x16; ROWS]], columns: [&[i16x16]; N]) -> [[i32; ROWS]; N] {
    let mut sums = [[i32x8::ZERO; ROWS]; N];
    for (step, weights) in rows.iter().enumerate() {
        for (sums, column) in sums.iter_mut().zip(columns) {
            let input = column[step];
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight.dot(input));
        }
    }
    sums.map(|sums| sums.map(i32x8::reduce_add))
}

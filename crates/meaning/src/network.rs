//! From the numbers of a text's pieces to those of the text: n-grams of orders 2, 3 and 5, their sum, and four dense layers.

use crate::{
    matrix::{Matrix, Rounded},
    number::{normalise_layer, tanh},
    vector::{SIZE, Vector},
    weights::{SectionReader, WeightsError},
};

/// Numbers of a piece within each order.
const WIDTH: usize = 256;
/// Neighbouring pieces that an order looks at, and how many of them come before the piece itself.
const ORDERS: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];
/// A piece's own numbers, and those of each order.
const FEATURES: usize = SIZE + ORDERS.len() * WIDTH;
/// Outputs of the narrower dense layers.
const NARROW: usize = 320;

pub(crate) struct Network {
    projection: Matrix,
    projection_bias: Vec<f32>,
    /// One for the numbers of all orders together.
    projection_norm: Norm,
    orders: Vec<[Window; 2]>,
    feature_norm: Norm,
    sentence: Matrix,
    sentence_bias: Vec<f32>,
    dense: Dense,
}

/// Gain and bias of a layer norm.
struct Norm {
    gain: Vec<f32>,
    bias: Vec<f32>,
}

/// A layer over some neighbouring pieces, whose output is added to its input.
struct Window {
    matrix: Matrix,
    bias: Vec<f32>,
}

/// The last layers, each fed by one or two of those before.
struct Dense {
    first: Matrix,
    second: [Matrix; 2],
    third: Matrix,
    /// The second layer's weights twice, the other time what rounding left of them: they need more than 8 bits.
    fourth: [Matrix; 3],
}

impl Network {
    pub(crate) fn read(from: &mut SectionReader<'_>) -> Result<Self, WeightsError> {
        let all = ORDERS.len() * WIDTH;
        let projection = Matrix::read(from, SIZE, all)?;
        let projection_bias = from.take(all)?;
        let projection_norm = Norm::read(from, all)?;
        Ok(Self {
            projection,
            projection_bias,
            projection_norm,
            orders: ORDERS.iter().map(|&(count, _)| Window::pair(from, count)).collect::<Result<_, _>>()?,
            feature_norm: Norm::read(from, FEATURES)?,
            sentence: Matrix::read(from, FEATURES, SIZE)?,
            sentence_bias: from.take(SIZE)?,
            dense: Dense::read(from)?,
        })
    }

    /// `embeddings` holds 512 numbers for each piece.
    pub(crate) fn encode(&self, embeddings: &[f32]) -> Vector {
        let pieces = embeddings.len() / SIZE;
        let projected = self.project(embeddings);
        let mut features = vec![0.0; pieces * FEATURES];
        copy_columns(embeddings, SIZE, &mut features, 0);
        for (order, ((count, before), windows)) in ORDERS.into_iter().zip(&self.orders).enumerate() {
            let mut numbers = columns(&projected, order * WIDTH);
            windows.iter().for_each(|window| window.apply(&mut numbers, before, count - 1 - before));
            copy_columns(&numbers, WIDTH, &mut features, SIZE + order * WIDTH);
        }
        features.chunks_exact_mut(FEATURES).for_each(|row| self.feature_norm.apply(row));
        self.dense.apply(&self.sentence(&features))
    }

    /// Numbers of all orders for each piece.
    fn project(&self, embeddings: &[f32]) -> Vec<f32> {
        let pieces = embeddings.len() / SIZE;
        let mut projected = self.projection_bias.repeat(pieces);
        self.projection.add_product(&Rounded::new(embeddings, 0, 0), SIZE, pieces, &mut projected);
        projected.chunks_exact_mut(self.projection.outputs()).for_each(|row| self.projection_norm.apply(row));
        projected
    }

    /// The pieces' features, summed, multiplied and divided by the root of their number.
    fn sentence(&self, features: &[f32]) -> Vec<f32> {
        let count = (features.len() / FEATURES) as f32;
        let mut sum = vec![0.0; FEATURES];
        for row in features.chunks_exact(FEATURES) {
            sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += number);
        }
        let mut numbers: Vec<f32> = self.sentence_bias.iter().map(|bias| bias * count).collect();
        self.sentence.add_product(&Rounded::new(&sum, 0, 0), 0, 1, &mut numbers);
        let root = count.sqrt();
        numbers.iter_mut().for_each(|number| *number /= root);
        numbers
    }
}

impl Norm {
    fn read(from: &mut SectionReader<'_>, size: usize) -> Result<Self, WeightsError> {
        Ok(Self { gain: from.take(size)?, bias: from.take(size)? })
    }

    fn apply(&self, row: &mut [f32]) {
        normalise_layer(row, &self.gain, &self.bias);
    }
}

impl Window {
    fn read(from: &mut SectionReader<'_>, count: usize) -> Result<Self, WeightsError> {
        Ok(Self { matrix: Matrix::read(from, count * WIDTH, WIDTH)?, bias: from.take(WIDTH)? })
    }

    fn pair(from: &mut SectionReader<'_>, count: usize) -> Result<[Self; 2], WeightsError> {
        Ok([Self::read(from, count)?, Self::read(from, count)?])
    }

    /// Nothing stands before the first piece and after the last one: zeros.
    fn apply(&self, numbers: &mut [f32], before: usize, after: usize) {
        let pieces = numbers.len() / WIDTH;
        let mut sums = self.bias.repeat(pieces);
        let rounded = Rounded::new(numbers, before * WIDTH, after * WIDTH);
        self.matrix.add_product(&rounded, WIDTH, pieces, &mut sums);
        numbers.iter_mut().zip(&sums).for_each(|(number, sum)| *number += positive(*sum));
    }
}

impl Dense {
    fn read(from: &mut SectionReader<'_>) -> Result<Self, WeightsError> {
        Ok(Self {
            first: Matrix::read(from, SIZE, NARROW)?,
            second: [Matrix::read(from, SIZE, NARROW)?, Matrix::read(from, NARROW, NARROW)?],
            third: Matrix::read(from, NARROW, SIZE)?,
            fourth: [
                Matrix::read(from, NARROW, SIZE)?,
                Matrix::read(from, NARROW, SIZE)?,
                Matrix::read(from, SIZE, SIZE)?,
            ],
        })
    }

    fn apply(&self, sentence: &[f32]) -> Vector {
        let sentence = Rounded::new(sentence, 0, 0);
        let first = rectified(layer(&[(&self.first, &sentence)]));
        let second = rectified(layer(&[(&self.second[0], &sentence), (&self.second[1], &first)]));
        let third = rectified(layer(&[(&self.third, &second)]));
        let [rounded, remainder, from_third] = &self.fourth;
        let fourth = layer(&[(rounded, &second), (remainder, &second), (from_third, &third)]);
        Vector::towards(&fourth.into_iter().map(tanh).collect::<Vec<_>>())
    }
}

/// The sum of some products.
fn layer(products: &[(&Matrix, &Rounded)]) -> Vec<f32> {
    let mut sums = vec![0.0; products.first().map_or(0, |(matrix, _)| matrix.outputs())];
    products.iter().for_each(|(matrix, inputs)| matrix.add_product(inputs, 0, 1, &mut sums));
    sums
}

fn rectified(mut numbers: Vec<f32>) -> Rounded {
    numbers.iter_mut().for_each(|number| *number = positive(*number));
    Rounded::new(&numbers, 0, 0)
}

/// The number, or 0 if it is less. `f32::max` leaves open which zero it returns.
fn positive(number: f32) -> f32 {
    if number > 0.0 { number } else { 0.0 }
}

/// The numbers of one order, of all pieces.
fn columns(projected: &[f32], first: usize) -> Vec<f32> {
    let rows = projected.chunks_exact(ORDERS.len() * WIDTH);
    rows.flat_map(|row| &row[first..first + WIDTH]).copied().collect()
}

/// Writes rows of `width` numbers into the features' rows, from column `first` on.
fn copy_columns(numbers: &[f32], width: usize, features: &mut [f32], first: usize) {
    for (row, own) in features.chunks_exact_mut(FEATURES).zip(numbers.chunks_exact(width)) {
        row[first..first + width].copy_from_slice(own);
    }
}

//! One-vs-rest linear support vector machines by dual coordinate descent.
//!
//! Solves, for every class, `min ½‖w‖² + Σ Cᵢ max(0, 1 − yᵢ w·xᵢ)²` in its dual, one coordinate at a time in random order, with shrinking
//! (Hsieh, Chang, Lin, Keerthi, Sundararajan: A Dual Coordinate Descent Method for Large-scale Linear SVM, ICML 2008; algorithm 3).
//! Eight classes are solved side by side, one per SIMD lane: they share the rows that are read, each lane takes its own steps.

use std::sync::atomic::{AtomicUsize, Ordering};

use wide::f32x8;

use crate::hash::Dice;

const LANES: usize = 8;

/// Sparse rows: for each, `(column, value)` pairs with distinct columns.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    starts: Vec<u32>,
    cells: Vec<(u32, f32)>,
    squares: Vec<f32>,
    columns: usize,
}

impl Rows {
    pub(crate) fn new(columns: usize) -> Self {
        Self { starts: vec![0], columns, ..Self::default() }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = (u32, f32)>) {
        let from = self.cells.len();
        self.cells.extend(cells);
        self.squares.push(self.cells.iter().skip(from).map(|(_, v)| v * v).sum());
        self.starts.push(self.cells.len() as u32);
    }

    pub(crate) fn len(&self) -> usize {
        self.squares.len()
    }

    pub(crate) fn row(&self, i: usize) -> &[(u32, f32)] {
        &self.cells[self.starts[i] as usize..self.starts[i + 1] as usize]
    }
}

/// What the solver is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    /// Price of an error, `C`.
    pub(crate) cost: f32,
    /// Errors on a class's own rows cost `(negatives / positives)^balance` times as much.
    pub(crate) balance: f32,
    /// Stop where the projected gradients of a pass differ by less.
    pub(crate) tolerance: f32,
    pub(crate) max_passes: usize,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
}

/// The hyperplanes: weights of eight classes for each column, the bias last.
#[derive(Debug)]
pub(crate) struct Hyperplanes {
    blocks: Vec<Vec<f32x8>>,
    classes: usize,
}

impl Hyperplanes {
    /// Weights of a column (or of the bias, where `column` is the number of columns) for all classes.
    pub(crate) fn column(&self, column: usize) -> impl Iterator<Item = f32> {
        self.blocks.iter().flat_map(move |block| block[column].to_array()).take(self.classes)
    }
}

/// Solves for all classes. Labels are class indices; the result depends on neither the number of threads nor their timing.
pub(crate) fn solve(rows: &Rows, labels: &[u32], classes: usize, task: &Task) -> Hyperplanes {
    let count = classes.div_ceil(LANES);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut solved = Vec::new();
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= count {
                return solved;
            }
            solved.push((block, Block::new(rows, labels, block * LANES, task).solve(task)));
        }
    };
    let threads = task.threads.clamp(1, count.max(1));
    let mut solved = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut solved = work();
        // A helper thread can only fail by a panic, and that must not be swallowed.
        others.into_iter().for_each(|other| match other.join() {
            Ok(more) => solved.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        });
        solved
    });
    solved.sort_by_key(|(block, _)| *block);
    Hyperplanes { blocks: solved.into_iter().map(|(_, weights)| weights).collect(), classes }
}

/// The problem of eight neighbouring classes.
struct Block<'r> {
    rows: &'r Rows,
    labels: &'r [u32],
    first: usize,
    /// `1 / (2C)` of a lane's negative and positive rows.
    negative: f32x8,
    positive: f32x8,
    weights: Vec<f32x8>,
    alphas: Vec<f32x8>,
    dice: Dice,
}

impl<'r> Block<'r> {
    fn new(rows: &'r Rows, labels: &'r [u32], first: usize, task: &Task) -> Self {
        let mut positives = [0usize; LANES];
        for &label in labels {
            if let Some(count) = (label as usize).checked_sub(first).and_then(|lane| positives.get_mut(lane)) {
                *count += 1;
            }
        }
        let positive = positives.map(|count| {
            let ratio = (labels.len() - count).max(1) as f32 / count.max(1) as f32;
            0.5 / (task.cost * ratio.powf(task.balance))
        });
        Self {
            rows,
            labels,
            first,
            negative: f32x8::splat(0.5 / task.cost),
            positive: f32x8::new(positive),
            weights: vec![f32x8::ZERO; rows.columns + 1],
            alphas: vec![f32x8::ZERO; rows.len()],
            dice: Dice::new(crate::hash::mix(task.seed, first as u64)),
        }
    }

    fn solve(mut self, task: &Task) -> Vec<f32x8> {
        let mut active: Vec<u32> = (0..self.rows.len() as u32).collect();
        let everything = f32x8::splat(f32::INFINITY);
        let mut bound = everything;
        for _ in 0..task.max_passes {
            self.dice.shuffle(&mut active);
            let (low, high) = self.pass(&mut active, bound);
            let settled = (high - low).simd_gt(f32x8::splat(task.tolerance)).none();
            if settled && active.len() == self.rows.len() {
                break;
            }
            if settled {
                active = (0..self.rows.len() as u32).collect();
                bound = everything;
            } else {
                bound = high.simd_gt(f32x8::ZERO).select(high, everything);
            }
        }
        self.weights
    }

    /// One step on every active row; rows that no lane will move any more leave. Gives the range of the projected gradients.
    fn pass(&mut self, active: &mut Vec<u32>, bound: f32x8) -> (f32x8, f32x8) {
        let mut low = f32x8::splat(f32::INFINITY);
        let mut high = f32x8::splat(f32::NEG_INFINITY);
        let mut at = 0;
        while at < active.len() {
            let row = active[at] as usize;
            let (sign, penalty) = self.target(row);
            let alpha = self.alphas[row];
            let gradient = (sign * self.margin(row)) - f32x8::ONE + penalty * alpha;
            let resting = alpha.simd_eq(f32x8::ZERO);
            if (resting & gradient.simd_gt(bound)).all() {
                active.swap_remove(at);
                continue;
            }
            at += 1;
            let projected = resting.select(gradient.fast_min(f32x8::ZERO), gradient);
            low = low.fast_min(projected);
            high = high.fast_max(projected);
            let moved =
                (alpha - gradient / (penalty + f32x8::splat(self.rows.squares[row] + 1.0))).fast_max(f32x8::ZERO);
            let step = (moved - alpha) * sign;
            if step.simd_eq(f32x8::ZERO).all() {
                continue;
            }
            self.alphas[row] = moved;
            self.step(row, step);
        }
        (low, high)
    }

    /// Per lane: +1 for the class of the row and -1 otherwise, with the matching `1 / (2C)`.
    fn target(&self, row: usize) -> (f32x8, f32x8) {
        let lane = (self.labels[row] as usize).wrapping_sub(self.first);
        if lane >= LANES {
            return (f32x8::splat(-1.0), self.negative);
        }
        let mut signs = [-1.0; LANES];
        signs[lane] = 1.0;
        let signs = f32x8::new(signs);
        (signs, signs.simd_gt(f32x8::ZERO).select(self.positive, self.negative))
    }

    fn margin(&self, row: usize) -> f32x8 {
        let bias = self.weights[self.rows.columns];
        self.rows
            .row(row)
            .iter()
            .fold(bias, |sum, &(column, value)| sum + self.weights[column as usize] * f32x8::splat(value))
    }

    fn step(&mut self, row: usize, step: f32x8) {
        self.weights[self.rows.columns] += step;
        for &(column, value) in self.rows.row(row) {
            self.weights[column as usize] += step * f32x8::splat(value);
        }
    }
}

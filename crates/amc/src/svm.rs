//! One-vs-rest linear support vector machines by dual coordinate descent.
//!
//! Solves, for every class, `min ½‖w‖² + Σ Cᵢ max(0, 1 − yᵢ w·xᵢ)²` in its dual, one coordinate at a time in random order, with shrinking
//! (Hsieh, Chang, Lin, Keerthi, Sundararajan: A Dual Coordinate Descent Method for Large-scale Linear SVM, ICML 2008; algorithm 3).
//! Eight classes are solved side by side, one per SIMD lane: they share the rows that are read, each lane takes its own steps.

use std::sync::atomic::{AtomicUsize, Ordering};

use wide::f32x8;

use crate::hash::Dice;

const LANES: usize = 8;
/// Rows times blocks from which on rows that hardly move leave their block for good; CLINC150 has 290,000. Of the classes of so large a bot each
/// has a handful of rows of its own, and all passes but the first two are about these and the few that are like them; the first one needs but some of the others.
const QUIET_FROM: usize = 2_000_000;
/// The same for rows whose numbers all count, of which each costs ten times as much.
const DENSE_QUIET_FROM: usize = 20_000;
/// Of such a bot's rows one in so many is in a block's first pass.
const FIRST_OF: u32 = 8;
/// A row hardly moves where its projected gradients are less than this share of the tolerance.
const QUIET: f32 = 0.25;

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

    pub(crate) fn row(&self, i: usize) -> &[(u32, f32)] {
        &self.cells[self.starts[i] as usize..self.starts[i + 1] as usize]
    }
}

/// Rows that the solver can read.
pub(crate) trait Matrix: Sync {
    /// How many rows there are.
    fn len(&self) -> usize;
    /// How many numbers a row has.
    fn columns(&self) -> usize;
    /// Rows times blocks from which on rows that hardly move leave their block for good.
    fn quiet_from(&self) -> usize;
    /// The sum of a row's squares.
    fn square(&self, row: usize) -> f32;
    /// `start` and the product of a row with eight weights a column.
    fn dot(&self, row: usize, weights: &[f32x8], start: f32x8) -> f32x8;
    /// Adds a row times eight steps to the weights.
    fn add_to(&self, row: usize, weights: &mut [f32x8], steps: f32x8);
}

impl Matrix for Rows {
    fn len(&self) -> usize {
        self.squares.len()
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn quiet_from(&self) -> usize {
        QUIET_FROM
    }

    fn square(&self, row: usize) -> f32 {
        self.squares[row]
    }

    fn dot(&self, row: usize, weights: &[f32x8], start: f32x8) -> f32x8 {
        let cells = self.row(row).iter();
        cells.fold(start, |sum, &(column, value)| sum + weights[column as usize] * f32x8::splat(value))
    }

    fn add_to(&self, row: usize, weights: &mut [f32x8], steps: f32x8) {
        for &(column, value) in self.row(row) {
            weights[column as usize] += steps * f32x8::splat(value);
        }
    }
}

/// Rows of which every number counts, as they lie elsewhere; at least one, all equally long.
#[derive(Debug)]
pub(crate) struct DenseRows<'v>(pub(crate) Vec<&'v [f32]>);

impl Matrix for DenseRows<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn columns(&self) -> usize {
        self.0.first().map_or(0, |row| row.len())
    }

    fn quiet_from(&self) -> usize {
        DENSE_QUIET_FROM
    }

    fn square(&self, row: usize) -> f32 {
        self.0[row].iter().map(|value| value * value).sum()
    }

    /// Four sums side by side, which need not wait for each other.
    fn dot(&self, row: usize, weights: &[f32x8], start: f32x8) -> f32x8 {
        let (values, rest) = self.0[row].as_chunks::<4>();
        let (fours, last) = weights[..self.columns()].as_chunks::<4>();
        let mut sums = [start, f32x8::ZERO, f32x8::ZERO, f32x8::ZERO];
        for (weights, values) in fours.iter().zip(values) {
            let products = weights.iter().zip(values).map(|(weight, value)| *weight * f32x8::splat(*value));
            sums.iter_mut().zip(products).for_each(|(sum, product)| *sum += product);
        }
        let rest = last.iter().zip(rest).fold(f32x8::ZERO, |sum, (weight, value)| sum + *weight * f32x8::splat(*value));
        (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
    }

    fn add_to(&self, row: usize, weights: &mut [f32x8], steps: f32x8) {
        weights.iter_mut().zip(self.0[row]).for_each(|(weight, value)| *weight += steps * f32x8::splat(*value));
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
    /// The weight of a column (or the bias, where `column` is the number of columns) for one class.
    pub(crate) fn weight(&self, column: usize, class: usize) -> f32 {
        self.blocks[class / LANES][column].as_array()[class % LANES]
    }

    /// Weights of a column (or of the bias, where `column` is the number of columns) for all classes.
    pub(crate) fn column(&self, column: usize) -> impl Iterator<Item = f32> {
        (0..self.classes).map(move |class| self.weight(column, class))
    }
}

/// Solves for all classes. Labels are class indices; the result depends on neither the number of threads nor their timing.
pub(crate) fn solve(rows: &impl Matrix, labels: &[u32], classes: usize, task: &Task) -> Hyperplanes {
    let is_large = rows.len() * classes.div_ceil(LANES) >= rows.quiet_from();
    solve_all(rows, labels, classes, task, if is_large { QUIET * task.tolerance } else { 0.0 })
}

/// Rows leave whose projected gradients are below `quiet`.
fn solve_all(rows: &impl Matrix, labels: &[u32], classes: usize, task: &Task, quiet: f32) -> Hyperplanes {
    let count = classes.div_ceil(LANES);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut solved = Vec::new();
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= count {
                return solved;
            }
            solved.push((block, Block::new(rows, labels, block * LANES, task).solve(task, quiet)));
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
struct Block<'r, M> {
    rows: &'r M,
    labels: &'r [u32],
    first: usize,
    /// `1 / (2C)` of a lane's negative and positive rows.
    negative: f32x8,
    positive: f32x8,
    weights: Vec<f32x8>,
    alphas: Vec<f32x8>,
    dice: Dice,
}

impl<'r, M: Matrix> Block<'r, M> {
    fn new(rows: &'r M, labels: &'r [u32], first: usize, task: &Task) -> Self {
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
            weights: vec![f32x8::ZERO; rows.columns() + 1],
            alphas: vec![f32x8::ZERO; rows.len()],
            dice: Dice::new(crate::hash::mix(task.seed, first as u64)),
        }
    }

    fn solve(mut self, task: &Task, quiet: f32) -> Vec<f32x8> {
        let everything = f32x8::splat(f32::INFINITY);
        let mut active: Vec<u32> = if quiet > 0.0 { self.first_rows() } else { self.all_rows() };
        let mut bound = everything;
        for pass in 0..task.max_passes {
            self.dice.shuffle(&mut active);
            // In the first pass the bias is not yet found, without which every row moves or seems to rest.
            let (low, high) = self.pass(&mut active, bound, if pass == 0 { 0.0 } else { quiet });
            if pass == 0 && quiet > 0.0 {
                active = self.all_rows();
                continue;
            }
            let settled = (high - low).simd_gt(f32x8::splat(task.tolerance)).none();
            if settled && (quiet > 0.0 || active.len() == self.rows.len()) {
                break;
            }
            if settled {
                active = self.all_rows();
                bound = everything;
            } else {
                bound = high.simd_gt(f32x8::ZERO).select(high, everything);
            }
        }
        self.weights
    }

    fn all_rows(&self) -> Vec<u32> {
        (0..self.rows.len() as u32).collect()
    }

    /// Enough rows to find the bias by: those of the block's own classes, and some of the others.
    fn first_rows(&self) -> Vec<u32> {
        let is_own = |row: &u32| (self.labels[*row as usize] as usize).wrapping_sub(self.first) < LANES;
        (0..self.rows.len() as u32).filter(|row| is_own(row) || row % FIRST_OF == 0).collect()
    }

    /// One step on every active row; rows that no lane will move any more, or hardly, leave. Gives the range of the projected gradients.
    fn pass(&mut self, active: &mut Vec<u32>, bound: f32x8, quiet: f32) -> (f32x8, f32x8) {
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
            let projected = resting.select(gradient.fast_min(f32x8::ZERO), gradient);
            if projected.abs().simd_lt(f32x8::splat(quiet)).all() {
                active.swap_remove(at);
                continue;
            }
            at += 1;
            low = low.fast_min(projected);
            high = high.fast_max(projected);
            let moved =
                (alpha - gradient / (penalty + f32x8::splat(self.rows.square(row) + 1.0))).fast_max(f32x8::ZERO);
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
        self.rows.dot(row, &self.weights, self.weights[self.rows.columns()])
    }

    fn step(&mut self, row: usize, step: f32x8) {
        let bias = self.rows.columns();
        self.weights[bias] += step;
        self.rows.add_to(row, &mut self.weights[..bias], step);
    }
}

#[cfg(test)]
mod tests {
    use linfa::{Dataset, traits::Fit};
    use linfa_svm::Svm;
    use ndarray::{Array1, Array2};

    use super::*;

    const COLUMNS: usize = 60;
    const CLASSES: usize = 11;

    /// Sparse rows of unit length: each class likes four columns of its own, and noise is everywhere.
    fn sample(count: usize, seed: u64) -> (Rows, Vec<u32>) {
        let mut dice = Dice::new(seed);
        let (mut rows, mut labels) = (Rows::new(COLUMNS), Vec::new());
        for i in 0..count {
            let class = i % CLASSES;
            let mut columns: Vec<u32> = (0..3).map(|_| (class * 4 + dice.below(4)) as u32).collect();
            columns.extend((0..4).map(|_| dice.below(COLUMNS) as u32));
            columns.sort_unstable();
            columns.dedup();
            let value = 1.0 / (columns.len() as f32).sqrt();
            rows.push(columns.into_iter().map(|column| (column, value)));
            labels.push(class as u32);
        }
        (rows, labels)
    }

    fn margins(planes: &Hyperplanes, rows: &Rows, i: usize) -> Vec<f32> {
        let mut margins: Vec<f32> = planes.column(COLUMNS).collect();
        for &(column, value) in rows.row(i) {
            margins
                .iter_mut()
                .zip(planes.column(column as usize))
                .for_each(|(margin, weight)| *margin += weight * value);
        }
        margins
    }

    fn task(threads: usize) -> Task {
        Task { cost: 1.0, balance: 0.0, tolerance: 1e-4, max_passes: 2000, seed: 7, threads }
    }

    /// Squared hinge loss is the hinge loss with a hard margin, once every row has a column of its own that holds `√(1/2C)`
    /// (Cortes and Vapnik 1995, section 3); the regularised bias is a column of ones.
    fn oracle(rows: &Rows, labels: &[u32], class: u32) -> Vec<f64> {
        let n = rows.len();
        let mut records = Array2::<f64>::zeros((n, COLUMNS + 1 + n));
        for i in 0..n {
            rows.row(i).iter().for_each(|&(column, value)| records[[i, column as usize]] = f64::from(value));
            records[[i, COLUMNS]] = 1.0;
            records[[i, COLUMNS + 1 + i]] = 0.5f64.sqrt();
        }
        let targets: Array1<bool> = labels.iter().map(|&label| label == class).collect();
        let data = Dataset::new(records.clone(), targets);
        let svm = Svm::<f64, bool>::params().pos_neg_weights(1e6, 1e6).linear_kernel().eps(1e-5).fit(&data).unwrap();
        // w = Σ αᵢxᵢ, b = −ρ, without the rows' own columns.
        let mut weights = vec![0.0; COLUMNS + 1];
        for (i, alpha) in svm.alpha.iter().enumerate() {
            (0..=COLUMNS).for_each(|column| weights[column] += alpha * records[[i, column]]);
        }
        weights[COLUMNS] -= svm.rho;
        weights
    }

    fn correlation(pairs: &[(f64, f64)]) -> f64 {
        let n = pairs.len() as f64;
        let (a, b) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
        let product: f64 = pairs.iter().map(|p| (p.0 - a) * (p.1 - b)).sum();
        let squares = |mean: f64, of: fn(&(f64, f64)) -> f64| pairs.iter().map(|p| (of(p) - mean).powi(2)).sum::<f64>();
        product / (squares(a, |p| p.0) * squares(b, |p| p.1)).sqrt()
    }

    #[test]
    fn coordinate_descent_finds_the_solution_that_linfa_finds() {
        let (rows, labels) = sample(20 * CLASSES, 1);
        let (unseen, _) = sample(300, 2);
        let planes = solve(&rows, &labels, CLASSES, &task(1));
        let oracles: Vec<Vec<f64>> = (0..CLASSES as u32).map(|class| oracle(&rows, &labels, class)).collect();
        let (mut pairs, mut agree) = (Vec::new(), 0);
        for i in 0..unseen.len() {
            let ours = margins(&planes, &unseen, i);
            let theirs: Vec<f64> = oracles
                .iter()
                .map(|w| {
                    w[COLUMNS]
                        + unseen
                            .row(i)
                            .iter()
                            .map(|&(column, value)| w[column as usize] * f64::from(value))
                            .sum::<f64>()
                })
                .collect();
            let best = |of: &dyn Fn(usize) -> f64| (0..CLASSES).max_by(|&a, &b| of(a).total_cmp(&of(b)));
            agree += usize::from(best(&|c| f64::from(ours[c])) == best(&|c| theirs[c]));
            pairs.extend(ours.iter().zip(&theirs).map(|(our, their)| (f64::from(*our), *their)));
        }
        let correlation = correlation(&pairs);
        assert!(correlation >= 0.998, "margins correlate by {correlation}");
        assert!(agree * 100 >= unseen.len() * 99, "{agree} of {} agree", unseen.len());
    }

    #[test]
    fn rows_that_hardly_move_may_leave() {
        let (rows, labels) = sample(40 * CLASSES, 5);
        let (unseen, _) = sample(300, 6);
        let task = Task { tolerance: 0.2, max_passes: 40, ..task(1) };
        let (all, moving) = (
            solve_all(&rows, &labels, CLASSES, &task, 0.0),
            solve_all(&rows, &labels, CLASSES, &task, QUIET * task.tolerance),
        );
        let pairs = (0..unseen.len()).flat_map(|i| {
            let both = margins(&all, &unseen, i).into_iter().zip(margins(&moving, &unseen, i));
            both.map(|(one, other)| (f64::from(one), f64::from(other))).collect::<Vec<_>>()
        });
        let correlation = correlation(&pairs.collect::<Vec<_>>());
        assert!(correlation >= 0.99, "margins correlate by {correlation}");
    }

    #[test]
    fn threads_do_not_change_the_hyperplanes() {
        let (rows, labels) = sample(200, 3);
        let (one, three) = (solve(&rows, &labels, CLASSES, &task(1)), solve(&rows, &labels, CLASSES, &task(3)));
        assert!((0..=COLUMNS).all(|column| one.column(column).eq(three.column(column))));
    }

    /// Where the gradient of the primal problem is zero, `w = Σ 2C max(0, 1 − yᵢ w·xᵢ) yᵢ xᵢ`: shrinking has lost nothing.
    #[test]
    fn the_gradient_is_zero_at_the_solution() {
        let (rows, labels) = sample(200, 4);
        let planes = solve(&rows, &labels, CLASSES, &task(1));
        for class in 0..CLASSES {
            let mut sums = vec![0f32; COLUMNS];
            for (i, label) in labels.iter().enumerate() {
                let sign = if *label as usize == class { 1.0 } else { -1.0 };
                let alpha = 2.0 * (1.0 - sign * margins(&planes, &rows, i)[class]).max(0.0);
                rows.row(i).iter().for_each(|&(column, value)| sums[column as usize] += alpha * sign * value);
            }
            for (column, sum) in sums.iter().enumerate() {
                let weight = planes.column(column).nth(class).unwrap();
                assert!((weight - sum).abs() < 2e-3, "class {class} column {column}: {weight} {sum}");
            }
        }
    }
}

//! The other gate: a support vector machine with a Gaussian kernel (linfa-svm) on the same signals, which the regression must not lose to.

use linfa::{Dataset, traits::Fit};
use linfa_svm::Svm;
use ndarray::{Array1, Array2};
use sbf_amc::tuning::Case;

use crate::size;

/// Every fit makes the whole kernel matrix, so that only a part of the cases is used.
const MOST_CASES: usize = 2000;

/// Width and price of an error.
#[derive(Clone, Copy)]
pub(crate) struct Kernel {
    pub(crate) width: f64,
    pub(crate) cost: f64,
}

/// What is compared.
pub(crate) const KERNELS: [Kernel; 4] = [
    Kernel { width: 10.0, cost: 1.0 },
    Kernel { width: 40.0, cost: 1.0 },
    Kernel { width: 40.0, cost: 10.0 },
    Kernel { width: 160.0, cost: 10.0 },
];

/// A fitted machine and the scale of its inputs.
pub(crate) struct Machine {
    mean: Vec<f64>,
    deviation: Vec<f64>,
    svm: Svm<f64, bool>,
}

impl Machine {
    /// Learns inside against outside; cases with a wrong top intent are left out, as in the regression.
    pub(crate) fn fit(cases: &[&Case], kernel: Kernel) -> Self {
        let used: Vec<&Case> = cases.iter().filter(|c| c.right || !c.inside).copied().collect();
        let used: Vec<&Case> = used.iter().step_by(used.len().div_ceil(MOST_CASES)).copied().collect();
        let rows: Vec<Vec<f64>> = used.iter().map(|case| inputs(case)).collect();
        let columns = rows[0].len();
        let mean: Vec<f64> =
            (0..columns).map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / rows.len() as f64).collect();
        let spread = |j: usize| rows.iter().map(|row| (row[j] - mean[j]).powi(2)).sum::<f64>() / rows.len() as f64;
        let deviation: Vec<f64> = (0..columns).map(|j| spread(j).sqrt().max(1e-9)).collect();
        let scaled = |i: usize, j: usize| (rows[i][j] - mean[j]) / deviation[j];
        let records = Array2::from_shape_fn((rows.len(), columns), |(i, j)| scaled(i, j));
        let targets = Array1::from_iter(used.iter().map(|case| case.inside));
        // No shrinking: linfa-svm 0.8.1 returns wrong weights with it.
        let params = Svm::<f64, bool>::params().pos_neg_weights(kernel.cost, kernel.cost).gaussian_kernel(kernel.width);
        let svm = params.eps(1e-3).fit(&Dataset::new(records, targets)).unwrap();
        Self { mean, deviation, svm }
    }

    /// Distance from the separating surface.
    pub(crate) fn score(&self, case: &Case) -> f64 {
        let row = inputs(case);
        let scaled =
            row.iter().zip(&self.mean).zip(&self.deviation).map(|((x, mean), deviation)| (x - mean) / deviation);
        self.svm.weighted_sum(&Array1::from_iter(scaled)) - self.svm.rho
    }
}

fn inputs(case: &Case) -> Vec<f64> {
    let (each, intents) = size(case);
    case.signals.iter().map(|signal| f64::from(*signal)).chain([each, intents]).collect()
}

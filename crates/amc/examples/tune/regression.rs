//! Logistic regression on a few thousand cases.

use sbf_amc::tuning::Case;

use crate::Inputs;

pub(crate) fn dot(weights: &[f64], inputs: &[f64]) -> f64 {
    weights.iter().zip(inputs).map(|(w, x)| w * x).sum()
}

/// Ridge logistic regression of inside against outside by Newton's method; cases with a wrong top intent are left out.
pub(crate) fn fit(cases: &[&Case], inputs: &Inputs) -> Vec<f64> {
    let data: Vec<(Vec<f64>, f64)> =
        cases.iter().filter(|c| c.right || !c.inside).map(|c| (inputs(c), f64::from(u8::from(c.inside)))).collect();
    let n = data[0].0.len();
    let mut weights = vec![0.0; n];
    for _ in 0..12 {
        let mut gradient: Vec<f64> = weights.iter().map(|w| -0.5 * w).collect();
        let mut hessian = vec![vec![0.0; n]; n];
        for (i, row) in hessian.iter_mut().enumerate() {
            row[i] = 0.5;
        }
        for (x, y) in &data {
            let p = 1.0 / (1.0 + (-dot(&weights, x)).exp());
            for i in 0..n {
                gradient[i] += (y - p) * x[i];
                for j in 0..=i {
                    hessian[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        // Only the lower triangle was summed.
        let lower = hessian.clone();
        for (i, row) in lower.iter().enumerate() {
            row.iter().take(i).enumerate().for_each(|(j, value)| hessian[j][i] = *value);
        }
        let step = solve(hessian, gradient);
        weights.iter_mut().zip(step).for_each(|(w, s)| *w += s);
    }
    weights
}

fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|&x, &y| a[x][i].abs().total_cmp(&a[y][i].abs())).unwrap();
        a.swap(i, pivot);
        b.swap(i, pivot);
        let (above, below) = a.split_at_mut(i + 1);
        for (k, row) in below.iter_mut().enumerate() {
            let factor = row[i] / above[i][i];
            row.iter_mut().zip(&above[i]).skip(i).for_each(|(value, pivot)| *value -= factor * pivot);
            b[i + 1 + k] -= factor * b[i];
        }
    }
    for i in (0..n).rev() {
        b[i] = (b[i] - (i + 1..n).map(|j| a[i][j] * b[j]).sum::<f64>()) / a[i][i];
    }
    b
}

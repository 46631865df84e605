//! The gate's regression against a Gaussian-kernel machine of linfa-svm on the same signals, on simulated bots that neither has seen.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/tune/comparison.rs"]
mod comparison;
#[path = "../examples/tune/gaussian.rs"]
mod gaussian;
#[path = "../examples/tune/regression.rs"]
mod regression;

use comparison::{Comparison, Inputs, size};

#[test]
fn the_regression_ranks_no_worse_than_a_gaussian_machine() {
    let Some(both) = Comparison::fit() else { return };
    let (ours, theirs) = (both.auroc(|case| both.ours(case)), both.auroc(|case| both.theirs(case)));
    assert!(ours > 0.9 && ours > theirs - 0.003, "regression {ours}, Gaussian machine {theirs}");
}

//! The gate's regression against a Gaussian-kernel machine of linfa-svm on the same signals, on simulated bots that neither has seen.

use crate::{comparison::Comparison, shared_data};

#[test]
fn the_regression_ranks_no_worse_than_a_gaussian_machine() {
    let Some(both) = shared_data("nlu/clinc_full").and_then(|_| Comparison::fit()) else { return };
    let (ours, theirs) = (both.auroc(|case| both.ours(case)), both.auroc(|case| both.theirs(case)));
    assert!(ours > 0.9 && ours > theirs - 0.003, "regression {ours}, Gaussian machine {theirs}");
}

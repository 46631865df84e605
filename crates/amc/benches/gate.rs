//! The gate's regression and a Gaussian-kernel machine of linfa-svm: how well they rank what a bot knows above what it does not, and how long a
//! score takes. `cargo bench -p sbf-amc --features tune --bench gate`; it needs CLINC150 in `../shared/data` (or `SBF_SHARED_DATA`).

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

#[path = "../examples/tune/comparison.rs"]
mod comparison;
#[path = "../examples/tune/gaussian.rs"]
mod gaussian;
#[path = "../examples/tune/regression.rs"]
mod regression;

use std::hint::black_box;

use comparison::{Comparison, Inputs, size};
use criterion::{Criterion, criterion_group, criterion_main};

fn run(criterion: &mut Criterion) {
    let Some(both) = Comparison::fit() else { return };
    let (ours, theirs) = (both.auroc(|case| both.ours(case)), both.auroc(|case| both.theirs(case)));
    println!("AUROC on unseen bots: regression {ours:.4}, Gaussian machine {theirs:.4}");
    let mut group = criterion.benchmark_group("gate");
    let mut cases = both.unseen.iter().cycle();
    group.bench_function("regression", |b| b.iter(|| black_box(cases.next().map(|case| both.ours(case)))));
    let mut cases = both.unseen.iter().cycle();
    group.bench_function("Gaussian machine", |b| b.iter(|| black_box(cases.next().map(|case| both.theirs(case)))));
    group.finish();
}

criterion_group!(benches, run);
criterion_main!(benches);

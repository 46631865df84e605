//! The gate's regression against a Gaussian-kernel machine of linfa-svm on the same signals, on simulated bots that neither has seen.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and says that it is skipped")]

#[path = "../examples/tune/gaussian.rs"]
mod gaussian;
#[path = "../examples/tune/regression.rs"]
mod regression;

use std::{fs, path::PathBuf};

use sbf_amc::{
    evaluate::{parse, samples},
    tuning::{Case, Plan, simulate},
};

type Inputs = Box<dyn Fn(&Case) -> Vec<f64>>;

/// What the weights depend on: one over the root of the utterances of an intent, and of the number of intents.
fn size(case: &Case) -> (f64, f64) {
    let (intents, total) = (case.size.0 as f64, case.size.1 as f64);
    ((total / intents).powf(-0.5), intents.powf(-0.5))
}

/// Every signal alone and times the two sizes, as `make tune` has it.
fn inputs() -> Inputs {
    Box::new(|case| {
        let (each, intents) = size(case);
        let of_signal = case.signals.iter().flat_map(|&signal| {
            let signal = f64::from(signal);
            [signal, signal * each, signal * intents]
        });
        [1.0, each, intents].into_iter().chain(of_signal).collect()
    })
}

/// Chance that an inside case scores above an outside one.
fn auroc(scored: &[(f64, bool)]) -> f64 {
    let (inside, outside): (Vec<_>, Vec<_>) = scored.iter().partition(|(_, inside)| *inside);
    let wins = inside.iter().map(|(score, _)| outside.iter().filter(|(other, _)| other < score).count()).sum::<usize>();
    wins as f64 / (inside.len() * outside.len()) as f64
}

#[test]
fn the_regression_ranks_no_worse_than_a_gaussian_machine() {
    let shared =
        std::env::var_os("SBF_SHARED_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let Ok(text) = fs::read_to_string(shared.join("nlu/clinc_full/train.tsv")) else {
        println!("skipped: there is no nlu/clinc_full in {}", shared.display());
        return;
    };
    let labelled = parse(&text).unwrap();
    let mut cases = Vec::new();
    for (bot, (intents, each)) in
        [(5, 3), (8, 5), (12, 8), (20, 12), (40, 5), (5, 5), (8, 3), (12, 12), (20, 5), (40, 8)]
            .into_iter()
            .cycle()
            .take(40)
            .enumerate()
    {
        cases.extend(simulate(&samples(&labelled), &[], "en", Plan { bot, intents, each, cases: 60 }).unwrap());
    }
    let (train, test): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.bot < 20);
    let (inputs, kernel) = (inputs(), gaussian::KERNELS[3]);
    let weights = regression::fit(&train, &inputs);
    let machine = gaussian::Machine::fit(&train, kernel);
    let scored = |score: &dyn Fn(&Case) -> f64| -> f64 {
        auroc(&test.iter().map(|case| (score(case), case.inside)).collect::<Vec<_>>())
    };
    let ours = scored(&|case| regression::dot(&weights, &inputs(case)));
    let theirs = scored(&|case| machine.score(case));
    println!("AUROC: regression {ours:.4}, Gaussian machine {theirs:.4}");
    assert!(ours > 0.9 && ours > theirs - 0.003, "regression {ours}, Gaussian machine {theirs}");
}

//! The gate's regression beside a Gaussian-kernel machine of linfa-svm: fitted on the same simulated bots, measured on others.

use std::{fs, path::PathBuf};

use sbf_amc::{
    evaluate::{parse, samples},
    tuning::{Case, Plan, simulate},
};

use crate::{gaussian, regression};

pub(crate) type Inputs = Box<dyn Fn(&Case) -> Vec<f64>>;

/// What the weights depend on: one over the root of the utterances of an intent, and of the number of intents.
pub(crate) fn size(case: &Case) -> (f64, f64) {
    let (intents, total) = (case.size.0 as f64, case.size.1 as f64);
    ((total / intents).powf(-0.5), intents.powf(-0.5))
}

/// Both, fitted, and the cases that neither has seen.
pub(crate) struct Comparison {
    pub(crate) unseen: Vec<Case>,
    inputs: Inputs,
    weights: Vec<f64>,
    machine: gaussian::Machine,
}

impl Comparison {
    /// On bots drawn from CLINC150; `None`, said on standard error, where it is not at hand.
    pub(crate) fn fit() -> Option<Self> {
        let shared =
            std::env::var_os("SBF_SHARED_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
        let Ok(text) = fs::read_to_string(shared.join("nlu/clinc_full/train.tsv")) else {
            // A test's own output is kept from sight where it passes.
            let skipped = format!("skipped: there is no nlu/clinc_full in {}\n", shared.display());
            std::io::Write::write_all(&mut std::io::stderr(), skipped.as_bytes()).unwrap();
            return None;
        };
        let labelled = parse(&text).unwrap();
        let shapes = [(5, 3), (8, 5), (12, 8), (20, 12), (40, 5), (5, 5), (8, 3), (12, 12), (20, 5), (40, 8)];
        let bots = shapes.into_iter().cycle().take(40).enumerate();
        let cases: Vec<Case> = bots
            .flat_map(|(bot, (intents, each))| {
                simulate(&samples(&labelled), &[], "en", Plan { bot, intents, each, cases: 60 }).unwrap()
            })
            .collect();
        let (seen, unseen): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| case.bot < 20);
        let (seen, inputs): (Vec<&Case>, Inputs) = (seen.iter().collect(), inputs());
        let weights = regression::fit(&seen, &inputs);
        let machine = gaussian::Machine::fit(&seen, gaussian::KERNELS[3]);
        Some(Self { unseen, inputs, weights, machine })
    }

    /// The regression's score.
    pub(crate) fn ours(&self, case: &Case) -> f64 {
        regression::dot(&self.weights, &(self.inputs)(case))
    }

    /// The machine's score.
    pub(crate) fn theirs(&self, case: &Case) -> f64 {
        self.machine.score(case)
    }

    /// Chance that an unseen inside case scores above an outside one.
    pub(crate) fn auroc(&self, score: impl Fn(&Case) -> f64) -> f64 {
        let (inside, outside): (Vec<_>, Vec<_>) =
            self.unseen.iter().map(|case| (score(case), case.inside)).partition(|(_, inside)| *inside);
        let below = |score: &f64| outside.iter().filter(|(other, _)| other < score).count();
        let wins: usize = inside.iter().map(|(score, _)| below(score)).sum();
        wins as f64 / (inside.len() * outside.len()) as f64
    }
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

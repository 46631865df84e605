//! Tries other values of every option, and fits the gate's constants on simulated bots: `cargo run --release -p sbf-amc --features tune --example tune -- ../shared/data/nlu`.
//!
//! Bots of 3 to 140 intents with 2 to 100 utterances each are drawn from training files. Utterances that a bot was not trained on, of its
//! intents and of others, are told apart by a logistic regression on the gate's signals and their products with the bot's size.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it is a program for developers")]

mod choices;
mod gaussian;
mod regression;
mod ties;

use std::fs;

use regression::{dot, fit};

use sbf_amc::{
    Sample,
    evaluate::{Labelled, parse},
    tuning::{Case, Plan, measure, simulate},
};

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/data/nlu".into());
    let load = |name: &str| parse(&fs::read_to_string(format!("{folder}/{name}/train.tsv")).unwrap()).unwrap();
    let read = |path: &str| parse(&fs::read_to_string(format!("{folder}/{path}")).unwrap()).unwrap();
    choices::print(&choices::settings(read));
    let val = read("clinc_full/val.tsv");
    ties::print("clinc_small", &read("clinc_small/train.tsv"), &val, &[5, 10, 30]);
    ties::print("clinc_full", &read("clinc_full/train.tsv"), &val, &[5, 10, 30, 50, 100]);
    let (clinc, en, es, snips, ubuntu, web, chat) = (
        load("clinc_full"),
        load("nlpjs_en"),
        load("nlpjs_es"),
        load("snips_small"),
        load("askubuntu"),
        load("webapps"),
        load("chatbot"),
    );
    let foreign: Vec<&str> =
        [&en, &snips, &ubuntu, &web, &chat].iter().flat_map(|c| c.iter().map(|l| l.utterance.as_str())).collect();
    let from_clinc: Vec<&str> = clinc.iter().map(|l| l.utterance.as_str()).collect();
    let mut cases = Vec::new();
    let mut bot = 0;
    for round in 0..4 {
        for intents in [3, 5, 8, 12, 20, 40, 80, 140] {
            for each in [2, 3, 5, 8, 12, 25, 50, 100] {
                let total = intents * each;
                if total > 4000 || (total > 800 && round > 0) {
                    continue;
                }
                bot += 1;
                let plan = Plan { bot, intents, each, cases: 60 };
                cases.extend(simulate(&rows(&clinc), &foreign, "en", plan).unwrap());
                if intents <= 40 && each <= 3 {
                    bot += 1;
                    cases.extend(simulate(&rows(&en), &from_clinc, "en", Plan { bot: bot + 10_000, ..plan }).unwrap());
                    bot += 1;
                    cases.extend(simulate(&rows(&es), &[], "es", Plan { bot: bot + 20_000, ..plan }).unwrap());
                }
                if intents <= 5 && each >= 5 {
                    bot += 1;
                    cases.extend(
                        simulate(&rows(&snips), &from_clinc, "en", Plan { bot: bot + 30_000, ..plan }).unwrap(),
                    );
                }
            }
        }
    }
    println!("{} bots, {} cases", bot, cases.len());
    let file = |name: &str| parse(&fs::read_to_string(format!("{folder}/clinc_full/{name}.tsv")).unwrap()).unwrap();
    let (val, mut oos) = (file("val"), file("oos_val"));
    oos.extend(file("oos_train"));
    let val: Vec<(&str, &str)> = val.iter().map(|l| (l.utterance.as_str(), l.label.as_str())).collect();
    let oos: Vec<&str> = oos.iter().map(|l| l.utterance.as_str()).collect();
    let full = measure(&rows(&clinc), &val, &oos, "en", Plan { bot: 0, intents: 150, each: 100, cases: 0 }).unwrap();
    let few: Vec<Sample<'_>> = rows(&clinc).chunks(100).flat_map(|intent| intent[..10].to_vec()).collect();
    let few = measure(&few, &val, &oos, "en", Plan { bot: 0, intents: 150, each: 100, cases: 0 }).unwrap();
    let sizes = [0, 30, 60, 120, 300, 800, 100_000];
    let in_fold = |case: &Case, fold: usize| case.bot % 2 == fold;
    for kernel in gaussian::KERNELS {
        let mut scores = vec![0.0; cases.len()];
        for fold in 0..2 {
            let train: Vec<&Case> = cases.iter().filter(|c| in_fold(c, fold)).collect();
            let machine = gaussian::Machine::fit(&train, kernel);
            for (i, case) in cases.iter().enumerate().filter(|(_, c)| !in_fold(c, fold)) {
                scores[i] = machine.score(case);
            }
        }
        print!("{:34}", format!("linfa-svm, width {}, C {}", kernel.width, kernel.cost));
        print_by_size(&scores, &cases, &sizes);
        let machine = gaussian::Machine::fit(&cases.iter().collect::<Vec<_>>(), kernel);
        for set in [&few, &full] {
            let scored: Vec<(f64, &Case)> = set.iter().map(|case| (machine.score(case), case)).collect();
            let (auc, recall, threshold) = quality(&scored);
            print!("|| {auc:.4} {recall:.3} {threshold:6.2} ");
        }
        println!();
    }
    for (name, inputs) in variants() {
        let mut scores = vec![0.0; cases.len()];
        for fold in 0..2 {
            let train: Vec<&Case> = cases.iter().filter(|c| in_fold(c, fold)).collect();
            let weights = fit(&train, &inputs);
            for (i, case) in cases.iter().enumerate().filter(|(_, c)| !in_fold(c, fold)) {
                scores[i] = dot(&weights, &inputs(case));
            }
        }
        print!("{name:34}");
        print_by_size(&scores, &cases, &sizes);
        let train: Vec<&Case> = cases.iter().collect();
        let weights = fit(&train, &inputs);
        for set in [&few, &full] {
            let scored: Vec<(f64, &Case)> = set.iter().map(|c| (dot(&weights, &inputs(c)), c)).collect();
            let (auc, recall, threshold) = quality(&scored);
            print!("|| {auc:.4} {recall:.3} {threshold:6.2} ");
        }
        println!();
    }
    let (_, inputs) = variants().pop().unwrap();
    let all: Vec<&Case> = cases.iter().collect();
    let weights = fit(&all, &inputs);
    for row in weights.chunks(3) {
        println!("    [{:.5}, {:.5}, {:.5}],", row[0], row[1], row[2]);
    }
    for (name, wrong_too) in [("THRESHOLD", true), ("THRESHOLD_OF_RIGHT", false)] {
        let inside = all.iter().filter(|c| c.inside && (c.right || wrong_too));
        let scores: Vec<(Vec<f64>, f64)> =
            inside.map(|c| (inputs(c)[..3].to_vec(), dot(&weights, &inputs(c)))).collect();
        println!("const {name}: [f32; 3] = {:.5?};", quantiles(&scores));
    }
}

fn print_by_size(scores: &[f64], cases: &[Case], sizes: &[usize]) {
    for bounds in sizes.windows(2) {
        let in_range = |case: &Case| (bounds[0]..bounds[1]).contains(&case.size.1);
        let pick: Vec<(f64, &Case)> = scores.iter().copied().zip(cases).filter(|(_, c)| in_range(c)).collect();
        let (auc, recall, threshold) = quality(&pick);
        print!("| {auc:.3} {recall:.3} {threshold:6.2} ");
    }
}

/// Regression of the 5 % quantile by averaged subgradient descent on the pinball loss.
fn quantiles(cases: &[(Vec<f64>, f64)]) -> Vec<f64> {
    let mut weights = vec![-2.0, 0.0, 0.0];
    for step in 0..20_000 {
        let mut gradient = [0.0; 3];
        for (inputs, score) in cases.iter().skip(step % 10).step_by(10) {
            let slope = if *score < dot(&weights, inputs) { -0.95 } else { 0.05 };
            gradient.iter_mut().zip(inputs).for_each(|(g, x)| *g += slope * x);
        }
        let rate = 40.0 / cases.len() as f64 / (1.0 + step as f64 / 500.0);
        weights.iter_mut().zip(gradient).for_each(|(w, g)| *w += rate * g);
    }
    weights
}

type Inputs = Box<dyn Fn(&Case) -> Vec<f64>>;

/// What the weights depend on: one over the root of the utterances of an intent, and of the number of intents.
fn size(case: &Case) -> (f64, f64) {
    let (intents, total) = (case.size.0 as f64, case.size.1 as f64);
    ((total / intents).powf(-0.5), intents.powf(-0.5))
}

fn variants() -> Vec<(&'static str, Inputs)> {
    fn some(pick: &'static [usize], products: bool) -> Inputs {
        Box::new(move |case| {
            let (each, intents) = size(case);
            let mut inputs = vec![1.0, each, intents];
            for &i in pick {
                let x = f64::from(case.signals[i]);
                inputs.push(x);
                if products {
                    inputs.push(x * each);
                    inputs.push(x * intents);
                }
            }
            inputs
        })
    }
    vec![
        ("margin", some(&[0], false)),
        ("margins", some(&[0, 1, 2], true)),
        ("without the last", some(&[0, 1, 2, 3, 4, 5, 6, 7], true)),
        ("0..9", some(&[0, 1, 2, 3, 4, 5, 6, 7, 8], true)),
        ("0..10", some(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], true)),
        ("all", some(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], true)),
    ]
}

/// AUROC, share of outside cases below the 5 % quantile of the inside ones, and that quantile.
fn quality(cases: &[(f64, &Case)]) -> (f64, f64, f64) {
    let mut inside: Vec<f64> = cases.iter().filter(|(_, c)| c.inside).map(|(s, _)| *s).collect();
    inside.sort_by(f64::total_cmp);
    let outside: Vec<f64> = cases.iter().filter(|(_, c)| !c.inside).map(|(s, _)| *s).collect();
    let threshold = inside[inside.len() / 20];
    let wins: f64 = outside.iter().map(|s| (inside.len() - inside.partition_point(|i| i < s)) as f64).sum();
    let recall = outside.iter().filter(|s| **s < threshold).count() as f64 / outside.len() as f64;
    (wins / (inside.len() * outside.len()) as f64, recall, threshold)
}

fn rows(labelled: &[Labelled]) -> Vec<Sample<'_>> {
    labelled.iter().map(|one| Sample { utterance: &one.utterance, intent: &one.label }).collect()
}

//! Prints the evaluation of one or more corpora: `cargo run --release -p sbf-amc --example measure -- FOLDER…`.
//!
//! Before the folders `--none FILE` gives utterances that are to be refused, one a line; `--bits N`, `--tolerance X`, `--passes N`, `--cost X`, `--balance X`, `--seed N`, `--names yes|no` and `--threads N` change options.
//! A folder holds `train.tsv` and, where it has them, `test.tsv` and `oos_test.tsv`; `FOLDER=OTHER` tests on the other folder's files,
//! `FOLDER:5` trains on five utterances an intent (in five draws), `FOLDER:10x5` bots of ten intents with five utterances each, `FOLDER:typos` tests with typos in 30 % of the words.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::{fs, path::Path};

use sbf_amc::{
    Options,
    benchmark::{Benchmark, Variant},
    evaluate::{Labelled, parse},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "corpus | acc | F1 | ECE | by chance | kept | fit s | train s | p50 µs | p99 µs | bytes | load ms | AUROC | at 95 | in-scope | refused"
    );
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if let Some(option) = argument.strip_prefix("--") {
            set(&mut options, option, &arguments.next().unwrap_or_default())?;
            continue;
        }
        let (train, test) = argument.split_once('=').unwrap_or((&argument, &argument));
        let read = |folder: &str, file: &str| -> Result<Vec<Labelled>, Box<dyn std::error::Error>> {
            let text = fs::read_to_string(Path::new(folder).join(file)).unwrap_or_default();
            parse(&text).map_err(|errors| errors[0].to_string().into())
        };
        let (test, variant) = match test.split_once(':') {
            Some((test, "typos")) => (test, Variant::Typos(0.3)),
            Some((test, drawn)) => match drawn.split_once('x') {
                Some((intents, each)) => (test, Variant::Bots { intents: intents.parse()?, each: each.parse()? }),
                None => (test, Variant::Few(drawn.parse()?)),
            },
            None => (test, Variant::Whole),
        };
        let train = train.split(':').next().unwrap_or_default();
        let benchmark = Benchmark {
            train: read(train, "train.tsv")?,
            test: Some(read(test, "test.tsv")?).filter(|test| !test.is_empty()),
            oos: read(test, "oos_test.tsv")?,
        };
        let language = if train.contains("_es") { "es" } else { "en" };
        let options = Options { language: Some(language.to_owned()), ..options.clone() }.check()?;
        let found = benchmark.measure(variant, None, &options)?;
        let oos = found.oos.map_or(String::from("–"), |oos| {
            format!(
                "{:.4} | {:.4} | {:.4} | {:.4}",
                oos.auroc, oos.recall_at_95_retention, oos.in_scope_accuracy, oos.recall
            )
        });
        println!(
            "{} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.3} | {:.3} | {:.1} | {:.1} | {} | {:.2} | {oos}",
            Path::new(train).file_name().unwrap_or_default().to_string_lossy(),
            found.accuracy,
            found.macro_f1,
            found.ece,
            found.ece_by_chance,
            found.retention,
            found.fit_seconds,
            found.train_seconds,
            found.classify_us_p50,
            found.classify_us_p99,
            found.model_bytes,
            found.load_ms,
        );
    }
    Ok(())
}

fn set(options: &mut Options, option: &str, value: &str) -> Result<(), Box<dyn std::error::Error>> {
    match option {
        "bits" => options.bucket_bits = Some(value.parse()?),
        "tolerance" => options.tolerance = value.parse()?,
        "passes" => options.max_passes = value.parse()?,
        "cost" => options.cost = value.parse()?,
        "balance" => options.balance = value.parse()?,
        "seed" => options.seed = value.parse()?,
        "threads" => options.threads = value.parse()?,
        "none" => options.none = parse_list(&fs::read_to_string(value)?),
        _ => return Err(format!("there is no option --{option}").into()),
    }
    Ok(())
}

/// The utterances of lines with or without a label.
fn parse_list(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split('\t').next_back().unwrap_or(line).to_owned()).collect()
}

//! How often a single question is split, and how often a double one is: `cargo run --release -p sbf-amc --example clauses -- FOLDER…`.
//!
//! A folder holds `train.tsv`, `test.tsv` and, where it has it, `oos_test.tsv`; `FOLDER:5` trains on the first five utterances of each intent.
//! `--file NAME` tests on `NAME.tsv` and `oos_NAME.tsv`. Every utterance is one question; two of different intents, joined by "and", by a comma, a
//! full stop or a question mark in turn, are a double one, which may be split into its two intents (right), into others, or not at all.
//! `--list` prints the single questions that are split.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::{collections::HashMap, error::Error, fs, path::Path};

use sbf_amc::{
    Model, Options,
    evaluate::{DEFAULT_THRESHOLD, Labelled, parse, samples},
    train,
};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut file, mut list) = ("test".to_owned(), false);
    println!(
        "corpus | single questions | split | of training | split | out of scope | split | double | split rightly | otherwise | both clauses understood"
    );
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--file" => file = arguments.next().unwrap_or_default(),
            "--list" => list = true,
            folder => measure(folder, &file, list)?,
        }
    }
    Ok(())
}

fn measure(argument: &str, file: &str, list: bool) -> Result<(), Box<dyn Error>> {
    let (folder, each) = argument.split_once(':').unwrap_or((argument, "1000000"));
    let read = |name: &str| -> Result<Vec<Labelled>, Box<dyn Error>> {
        let text = fs::read_to_string(Path::new(folder).join(name)).unwrap_or_default();
        parse(&text).map_err(|errors| errors[0].to_string().into())
    };
    let (whole, test, oos) = (read("train.tsv")?, read(&format!("{file}.tsv"))?, read(&format!("oos_{file}.tsv"))?);
    let language = if folder.contains("_es") { "es" } else { "en" };
    let taught = first_of_each(whole, each.parse()?);
    let model = trained(&taught, language)?;
    let is_split = |one: &&Labelled| model.clauses(&one.utterance, DEFAULT_THRESHOLD).len() > 1;
    let count = |of: &[Labelled]| of.iter().filter(is_split).count();
    let (doubles, rightly, otherwise, understood) = double(&model, &test, if language == "es" { "y" } else { "and" });
    println!(
        "{argument} | {} | {} | {} | {} | {} | {} | {doubles} | {rightly} | {otherwise} | {understood}",
        test.len(),
        count(&test),
        taught.len(),
        count(&taught),
        oos.len(),
        count(&oos)
    );
    for one in test.iter().chain(&oos).filter(|_| list).filter(is_split) {
        let clauses = model.clauses(&one.utterance, DEFAULT_THRESHOLD);
        let told = clauses
            .iter()
            .map(|clause| format!("[{}] {}", &one.utterance[clause.span.clone()], clause.found.ranked[0].intent));
        println!("  {}: {}", one.label, told.collect::<Vec<_>>().join(" "));
    }
    Ok(())
}

fn first_of_each(whole: Vec<Labelled>, each: usize) -> Vec<Labelled> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut is_taken = |one: &Labelled| {
        let taken = taken.entry(one.label.clone()).or_default();
        *taken += 1;
        *taken <= each
    };
    whole.into_iter().filter(|one| is_taken(one)).collect()
}

fn trained(taught: &[Labelled], language: &str) -> Result<Model, Box<dyn Error>> {
    let options = Options { language: Some(language.to_owned()), ..Options::default() };
    Ok(train(&samples(taught), &options.check()?, &mut |_| {})?.model)
}

/// Double questions asked, split into their two intents, split otherwise, and of which both halves alone are understood.
fn double(model: &Model, test: &[Labelled], and: &str) -> (usize, usize, usize, usize) {
    let joints = [&format!(" {and} "), ", ", ". ", "? "];
    let (mut asked, mut rightly, mut otherwise, mut understood) = (0, 0, 0, 0);
    for i in 0..test.len() {
        // Strides without a common factor with most lengths: every utterance takes part, beside a far one.
        let (one, other) = (&test[i * 7919 % test.len()], &test[(i * 104_729 + 17) % test.len()]);
        if one.label == other.label {
            continue;
        }
        asked += 1;
        let first = one.utterance.trim_end_matches(['?', '.', '!']);
        let clauses = model.clauses(&format!("{first}{}{}", joints[i % 4], other.utterance), DEFAULT_THRESHOLD);
        let intents: Vec<&str> = clauses.iter().map(|clause| clause.found.ranked[0].intent).collect();
        let right = intents == [&one.label, &other.label];
        rightly += usize::from(right);
        otherwise += usize::from(!right && clauses.len() > 1);
        let is_understood = |half: &Labelled| {
            let found = model.classify(&half.utterance);
            found.confidence.get() >= DEFAULT_THRESHOLD && found.ranked[0].intent == half.label
        };
        understood += usize::from(is_understood(one) && is_understood(other));
    }
    (asked, rightly, otherwise, understood)
}

//! One step of the classifier's life, for counting its instructions: `make count` runs each under callgrind, which counts inside `counted` only.
//!
//! `count load|classify|train FOLDER` reads `train.tsv` and, for `classify`, `test.tsv` of a corpus folder; it prints how often the step was done.

#![allow(clippy::print_stdout, reason = "it is a program for developers")]

use std::{fs, hint::black_box, path::Path};

use sbf_amc::{
    CheckedOptions, Model, Options,
    evaluate::{Labelled, parse, samples},
    train,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [step, folder] = arguments.as_slice() else { return Err("count load|classify|train FOLDER".into()) };
    let read = |file: &str| -> Result<Vec<Labelled>, Box<dyn std::error::Error>> {
        parse(&fs::read_to_string(Path::new(folder).join(file))?).map_err(|errors| errors[0].to_string().into())
    };
    let language = if folder.contains("_es") { "es" } else { "en" };
    let options = Options { language: Some(language.to_owned()), threads: 1, ..Options::default() }.check()?;
    let labelled = read("train.tsv")?;
    let bytes = train(&samples(&labelled), &options, &mut |_| {})?.model.encode();
    let steps = match step.as_str() {
        "load" => counted_load(bytes)?,
        "classify" => {
            let (model, test) = (Model::decode(bytes)?, read("test.tsv")?);
            model.classify(&test[0].utterance);
            counted_classify(&model, &test)
        }
        _ => counted_train(&labelled, &options)?,
    };
    println!("{steps}");
    Ok(())
}

#[inline(never)]
fn counted_load(bytes: Vec<u8>) -> Result<usize, Box<dyn std::error::Error>> {
    black_box(Model::decode(bytes)?);
    Ok(1)
}

#[inline(never)]
fn counted_classify(model: &Model, test: &[Labelled]) -> usize {
    test.iter().for_each(|one| {
        black_box(model.classify(&one.utterance));
    });
    test.len()
}

#[inline(never)]
fn counted_train(labelled: &[Labelled], options: &CheckedOptions) -> Result<usize, Box<dyn std::error::Error>> {
    black_box(train(&samples(labelled), options, &mut |_| {})?);
    Ok(1)
}

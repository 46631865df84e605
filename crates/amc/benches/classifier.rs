//! Load, classify, train: `cargo bench -p sbf-amc`.
//!
//! Measured on a generated bot of 50 intents, and on CLINC150 where `../shared/data` (or `SBF_SHARED_DATA`) holds it.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::{fs, hint::black_box, path::PathBuf};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use sbf_amc::{
    Model, Options, Sample,
    evaluate::{Labelled, parse},
    train,
};

/// Utterances of words that partly belong to their intent and partly to all.
fn generated(intents: usize, each: usize) -> Vec<Labelled> {
    let word = |n: usize| {
        ["ka", "to", "mi", "re", "su", "lo", "ne", "vi"].map(|s| s)[n % 8].to_owned()
            + ["lar", "den", "pos", "tur", "gan"][n / 8 % 5]
    };
    let utterance = |intent: usize, i: usize| {
        let own = (0..3).map(|k| format!("{}{}", word(intent * 3 + k + i), word(intent + k)));
        let common = (0..4).map(|k| word(i * 7 + k * 3));
        own.chain(common).collect::<Vec<_>>().join(" ")
    };
    (0..intents * each)
        .map(|n| Labelled { label: format!("intent{}", n / each), utterance: utterance(n / each, n % each) })
        .collect()
}

fn corpora() -> Vec<(&'static str, Vec<Labelled>)> {
    let root = std::env::var_os("SBF_SHARED_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let mut corpora = vec![("generated 50 x 5", generated(50, 5))];
    if let Ok(text) = fs::read_to_string(root.join("nlu/clinc_full/train.tsv")) {
        corpora.push(("clinc_full", parse(&text).unwrap()));
    }
    corpora
}

fn run(criterion: &mut Criterion) {
    for (name, labelled) in corpora() {
        let samples: Vec<Sample<'_>> =
            labelled.iter().map(|one| Sample { utterance: &one.utterance, intent: &one.label }).collect();
        let options = Options { language: Some("en".into()), ..Options::default() }.check().unwrap();
        let model = train(&samples, &options, &mut |_| {}).unwrap().model;
        let bytes = model.encode();
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        group.bench_function("load", |b| {
            b.iter_batched(|| bytes.clone(), |bytes| Model::decode(bytes).unwrap(), BatchSize::LargeInput)
        });
        let mut turn = 0;
        group.bench_function("classify", |b| {
            b.iter(|| {
                turn = (turn + 7919) % samples.len();
                black_box(model.classify(samples[turn].utterance));
            });
        });
        let long = "words and more words ".repeat(50_000);
        group.bench_function("classify 1 MB", |b| b.iter(|| black_box(model.classify(&long))));
        if samples.len() < 1000 {
            group.bench_function("train", |b| b.iter(|| train(&samples, &options, &mut |_| {}).unwrap()));
        }
        group.finish();
    }
}

criterion_group!(benches, run);
criterion_main!(benches);

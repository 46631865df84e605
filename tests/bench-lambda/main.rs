//! `bench-lambda CORE TRAIN [FOLDER]`: what the release bootstraps of core and train take on the Runtime API test bench.
//!
//! FOLDER holds a corpus as `train.tsv` and `test.tsv` (`label<TAB>utterance` lines): of the first a large brain is made, which is
//! asked the second's first utterance.
#![allow(clippy::unwrap_used, reason = "a bench ends by panicking")]
#![allow(clippy::print_stdout, reason = "it prints its figures")]

mod figures;
mod services;
mod starts;

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use sbf_brain::artefact::PACKED;
use sbf_tests::{
    moto::Moto,
    runtime::{TestStack, event::http_answer, stack::Programs},
};
use serde_json::{Value, json};

use crate::figures::{megabytes, since};

/// A brain to bench.
struct Bot {
    /// Its bucket.
    bucket: &'static str,
    /// What it is made of.
    source: String,
    knowledge: Value,
    configs: Value,
    /// What it answers by itself.
    utterance: String,
    /// Milliseconds to the first answer.
    goal: f64,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [core, train, rest @ ..] = arguments.as_slice() else { panic!("usage: bench-lambda CORE TRAIN [FOLDER]") };
    let moto = Moto::start();
    let stack = TestStack::start(Programs { core: core.clone(), train: train.clone() }).await;
    let stack = match &moto {
        Some(moto) => stack.signing_in_at(moto),
        None => stack,
    };
    let sample = sample();
    bench(&stack, &sample).await;
    services::conversation(&stack, &sample).await;
    services::voice(&stack, &sample).await;
    if let Some(moto) = &moto {
        services::token(&stack, &sample, moto).await;
    }
    match rest.first().map(|folder| folder.join("train.tsv")).filter(|file| file.is_file()) {
        Some(file) => bench(&stack, &large(&file)).await,
        None => println!("no corpus: the figures of a large brain are left out"),
    }
}

fn sample() -> Bot {
    let source = "brain/en".to_owned();
    let folder = sbf_tests::repository().join(&source);
    let read = |name: &str| serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap();
    let (knowledge, configs) = (read("knowledge.json"), read("configs.json"));
    Bot { bucket: "sample", source, knowledge, configs, utterance: "what is your name".to_owned(), goal: 15.0 }
}

/// A bot with an intent for each label.
fn large(file: &Path) -> Bot {
    let mut intents = serde_json::Map::new();
    for (label, utterance) in labelled(file) {
        let utterances = intents.entry(label).or_insert_with(|| json!([])).as_array_mut().unwrap();
        utterances.push(json!(utterance));
    }
    let item = |(label, utterances): (String, Value)| json!({"_id": label, "_intents": utterances, "_source": {"response": [{"text": format!("About {label}.")}]}});
    let knowledge = json!({"brainName": "corpus", "knowledge": intents.into_iter().map(item).collect::<Vec<_>>()});
    let (source, configs) = (file.display().to_string(), json!({"language_tag": "en-US"}));
    let (_, utterance) = labelled(&file.with_file_name("test.tsv")).swap_remove(0);
    Bot { bucket: "large", source, knowledge, configs, utterance, goal: 40.0 }
}

/// The labels and utterances of a file.
fn labelled(file: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(file).unwrap();
    let pair = |line: &str| line.split_once('\t').map(|(label, utterance)| (label.to_owned(), utterance.to_owned()));
    text.lines().map(|line| pair(line).unwrap()).collect()
}

/// Trains a brain in a bucket of its own, starts core on it again and again, and talks with it.
async fn bench(stack: &TestStack, bot: &Bot) {
    let began = Instant::now();
    let outcome = stack.teach(bot.bucket, &bot.knowledge, &bot.configs).await.unwrap();
    assert_eq!(outcome["outcome"], "published", "{outcome}");
    let (seconds, bytes) = (since(began) / 1000.0, stack.object(bot.bucket, PACKED).await.unwrap().len());
    println!(
        "{}: trained by the bootstrap in {seconds:.1} s, start and all; artefact {:.2} MB",
        bot.source,
        megabytes(bytes as u64)
    );
    let core = stack.core(bot.bucket, "");
    starts::cold(&core, bot).await;
    starts::warm(&core, bot).await;
}

fn assert_understood(answer: &Value) {
    let (status, said) = http_answer(answer);
    assert!(status == 200 && said.pointer("/desiredMatch/bestMatchID").is_some(), "{status} {said}");
}

//! `bench-lambda CORE TRAIN [FOLDER]`: what the release bootstraps of core and train take on the Runtime API test bench.
//!
//! FOLDER holds a corpus as `train.tsv` (`label<TAB>utterance` lines), of which a large brain is made.
#![allow(clippy::unwrap_used, reason = "a bench ends by panicking")]
#![allow(clippy::print_stdout, reason = "it prints its figures")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use sbf_brain::artefact::PACKED;
use sbf_tests::runtime::{
    FunctionSettings, Sandbox, TestStack,
    api::RuntimeApi,
    event::{http_answer, turn},
    sandbox::arn,
    stack::Programs,
};
use serde_json::{Value, json};

/// Starts that a median is of.
const STARTS: usize = 25;
/// Warm turns, after as many that are not counted as there are starts.
const TURNS: usize = 2000;

#[tokio::main]
async fn main() {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [core, train, rest @ ..] = arguments.as_slice() else { panic!("usage: bench-lambda CORE TRAIN [FOLDER]") };
    let stack = TestStack::start(Programs { core: core.clone(), train: train.clone() }).await;
    let sample = sbf_tests::repository().join("brain/en");
    let read = |name: &str| serde_json::from_slice(&fs::read(sample.join(name)).unwrap()).unwrap();
    let (knowledge, configs): (Value, Value) = (read("knowledge.json"), read("configs.json"));
    bench(&stack, "sample", "brain/en", &knowledge, &configs, "what is your name", 15.0).await;
    match rest.first().map(|folder| folder.join("train.tsv")).filter(|file| file.is_file()) {
        Some(file) => {
            let knowledge = knowledge_of(&file);
            let name = file.display().to_string();
            let utterance = "how would you say fly in italian";
            bench(&stack, "large", &name, &knowledge, &json!({"language_tag": "en-US"}), utterance, 40.0).await;
        }
        None => println!("no corpus: the figures of a large brain are left out"),
    }
}

/// Trains a brain in a bucket of its own, starts core on it again and again, and talks with it.
async fn bench(
    stack: &TestStack,
    bucket: &str,
    what: &str,
    knowledge: &Value,
    configs: &Value,
    utterance: &str,
    goal: f64,
) {
    let began = Instant::now();
    let outcome = stack.teach(bucket, knowledge, configs).await.unwrap();
    assert_eq!(outcome["outcome"], "published", "{outcome}");
    let seconds = began.elapsed().as_secs_f64();
    let bytes = stack.object(bucket, PACKED).await.unwrap().len();
    println!("{what}: trained by the bootstrap in {seconds:.1} s, start and all; artefact {:.2} MB", megabytes(bytes));
    let core = stack.core(bucket, "");
    let (mut first, mut get, mut decode, mut resident, mut peak) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..STARTS {
        let start = cold(&core, utterance).await;
        first.push(start.first - start.get);
        get.push(start.get);
        decode.push(start.decode);
        resident.push(start.resident);
        peak.push(start.peak);
    }
    let first = median(&mut first);
    println!(
        "  exec to first answer  {first:6.1} ms  goal {goal:.0} ms, {}; without the S3 get of {:.1} ms; decoding takes {:.1} ms of it (medians of {STARTS} starts)",
        verdict(first <= goal),
        median(&mut get),
        median(&mut decode),
    );
    let resident = median(&mut resident);
    println!(
        "  resident memory       {resident:6.1} MB  goal 40 MB, {}; at most {:.1} MB on the way (medians of {STARTS})",
        verdict(resident <= 40.0),
        median(&mut peak),
    );
    warm(&core, utterance).await;
}

struct Start {
    first: f64,
    get: f64,
    decode: f64,
    resident: f64,
    peak: f64,
}

/// One start, with an invocation waiting, as when somebody's message starts a sandbox. The turn has no session, so that nothing but S3 is asked.
async fn cold(core: &FunctionSettings, utterance: &str) -> Start {
    let api = RuntimeApi::start(&arn(&core.name)).await;
    let event = turn(&json!({"text": utterance}));
    let began = Instant::now();
    let mut sandbox = Sandbox::on(api, core);
    let answer = sandbox.started(&event).await.unwrap();
    let first = milliseconds(began);
    assert_understood(&answer);
    let read = sandbox.logged("a brain was read").await;
    let field = |name: &str| read.get(name).or_else(|| read["fields"].get(name)).and_then(Value::as_f64).unwrap();
    let memory = sandbox.memory();
    Start {
        first,
        get: field("get_ms"),
        decode: field("decode_ms"),
        resident: memory.resident as f64 / 1e6,
        peak: memory.peak as f64 / 1e6,
    }
}

/// Warm turns: from the invocation to its response, the Runtime API's two requests included.
async fn warm(core: &FunctionSettings, utterance: &str) {
    let mut sandbox = Sandbox::start(core).await;
    let event = turn(&json!({"text": utterance}));
    let mut times = Vec::new();
    for number in 0..TURNS + STARTS {
        let began = Instant::now();
        let answer = sandbox.invoke(&event).await.unwrap();
        if number >= STARTS {
            times.push(milliseconds(began));
        }
        assert_understood(&answer);
    }
    let (half, most) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    println!(
        "  warm plain turn       {half:6.2} ms  goal 1 ms, {}; p99 {most:.2} ms ({TURNS} turns, the Runtime API's loopback included)",
        verdict(half <= 1.0)
    );
}

fn assert_understood(answer: &Value) {
    let (status, said) = http_answer(answer);
    assert!(status == 200 && said.pointer("/desiredMatch/bestMatchID").is_some(), "{status} {said}");
}

/// A bot with an intent for each label.
fn knowledge_of(file: &Path) -> Value {
    let mut intents = serde_json::Map::new();
    for line in fs::read_to_string(file).unwrap().lines() {
        let (label, utterance) = line.split_once('\t').unwrap();
        let utterances = intents.entry(label).or_insert_with(|| json!([])).as_array_mut().unwrap();
        utterances.push(json!(utterance));
    }
    let item = |(label, utterances): (String, Value)| json!({"_id": label, "_intents": utterances, "_source": {"response": [{"text": format!("About {label}.")}]}});
    json!({"brainName": "corpus", "knowledge": intents.into_iter().map(item).collect::<Vec<_>>()})
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}

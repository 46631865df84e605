//! Large brains, and what they cost: `cargo run --release -p sbf-brain --example large -- COMMAND …`.
//!
//! * `patterns N [PATTERN]` and `intents N M` print a knowledge.json: N patterns such as `/(wN \w+)/`, a hundred a parameter; N intents with M utterances each;
//! * `corpus FILE.tsv` prints one of the `intent<TAB>utterance` lines of a file;
//! * `check FOLDER`, `train FOLDER` and `decode FOLDER` do that with a folder's files; `train` writes the artefacts, `decode` reads one a hundred times.
//!
//! The last three print seconds, seconds of all processors and the process's most memory (Linux alone tells).

#![allow(clippy::print_stdout, reason = "it is a program for developers")]

use std::{collections::BTreeMap, fs, hint::black_box, path::Path, time::Instant};

use sbf_brain::artefact::{CONFIGS, KNOWLEDGE, PACKED};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["patterns", count] => print(&patterns(count.parse()?, r"/(w$ \w+)/")),
        ["patterns", count, pattern] => print(&patterns(count.parse()?, pattern)),
        ["intents", count, each] => print(&intents(count.parse()?, each.parse()?)),
        ["corpus", file] => print(&corpus(&fs::read_to_string(file)?)),
        ["check", folder] => check(Path::new(folder)),
        ["train", folder] => train(Path::new(folder)),
        ["decode", folder] => decode(Path::new(folder)),
        _ => Err("large patterns|intents|corpus|check|train|decode …: see the first lines of this file".into()),
    }
}

fn print(knowledge: &[Value]) -> Outcome {
    println!("{}", json!({ "knowledge": knowledge }));
    Ok(())
}

/// `$` in the pattern is its number.
fn patterns(count: usize, pattern: &str) -> Vec<Value> {
    const OF_A_PARAMETER: usize = 100;
    let numbers: Vec<usize> = (0..count).collect();
    let parameter = |(index, numbers): (usize, &[usize])| {
        let written: Vec<String> = numbers.iter().map(|number| pattern.replace('$', &number.to_string())).collect();
        json!({"name": format!("p{index}"), "payloadPosition": index, "regexList": written, "noMatchAsk": [{"text": "Which?"}]})
    };
    let parameters: Vec<Value> = numbers.chunks(OF_A_PARAMETER).enumerate().map(parameter).collect();
    let item = |(index, parameters): (usize, &[Value])| {
        json!({
            "_id": format!("order{index}"),
            "_intents": [format!("order number {index}"), format!("please order {index}")],
            "_source": {"arn": "order", "parameters": parameters},
        })
    };
    parameters.chunks(9).enumerate().map(item).collect()
}

/// Utterances of three to eight words; a third of the words are the intent's own topic.
fn intents(count: usize, each: usize) -> Vec<Value> {
    let mut dice = 42_u64;
    let mut below = |limit: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % limit
    };
    let mut item = |index: usize| {
        let topic: Vec<String> = (0..3).map(|_| word(below(4_000))).collect();
        let mut utterance = || {
            let length = 3 + below(6);
            let words: Vec<String> =
                (0..length).map(|_| if below(3) == 0 { topic[below(3)].clone() } else { word(below(600)) }).collect();
            words.join(" ")
        };
        let utterances: Vec<String> = (0..each).map(|_| utterance()).collect();
        answered(&format!("intent-{index}"), &utterances)
    };
    (0..count).map(&mut item).collect()
}

/// A word that reads as one, by its number.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "co", "di", "fu", "ga", "he", "lo", "mi", "no", "pe", "ra", "so", "ti", "va", "wo", "xu"];
    let mut rest = number + 16;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[rest % 16]);
        rest /= 16;
    }
    word
}

fn corpus(lines: &str) -> Vec<Value> {
    let mut intents: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (intent, utterance) in lines.lines().filter_map(|line| line.split_once('\t')) {
        intents.entry(intent).or_default().push(utterance.to_owned());
    }
    intents.iter().map(|(intent, utterances)| answered(intent, utterances)).collect()
}

fn answered(id: &str, utterances: &[String]) -> Value {
    json!({"_id": id, "_intents": utterances, "_source": {"response": [{"text": format!("Answer of {id}.")}]}})
}

fn check(folder: &Path) -> Outcome {
    let start = Instant::now();
    let (checked, problems) = read(folder)?;
    println!("checked: {}; {} problems", checked.is_some(), problems.len());
    for problem in problems.iter().take(3) {
        println!("{} {}: {} ({})", problem.file, problem.path, problem.rule, problem.found);
    }
    cost(start)
}

fn train(folder: &Path) -> Outcome {
    let (checked, _) = read(folder)?;
    let start = Instant::now();
    let trained = sbf_brain::train(checked.ok_or("the brain has errors")?, &mut |_| {})?;
    println!("accuracy {:.4}; classifier {:.2} s", trained.report.accuracy, trained.report.train_seconds);
    let packed = sbf_brain::encode(&trained.brain);
    println!("{PACKED}: {} bytes", packed.len());
    fs::write(folder.join(PACKED), packed)?;
    cost(start)?;
    for (name, bytes) in trained.readable() {
        println!("{name}: {} bytes", bytes.len());
        fs::write(folder.join(name), bytes)?;
    }
    println!("{} findings", trained.findings().len());
    cost(start)
}

fn decode(folder: &Path) -> Outcome {
    const TIMES: u32 = 100;
    let bytes = fs::read(folder.join(PACKED))?;
    let start = Instant::now();
    let brain = sbf_brain::decode(&bytes)?;
    println!("{} intents, first {:.2} ms", brain.intents().len(), start.elapsed().as_secs_f64() * 1e3);
    cost(start)?;
    let mut each: Vec<f64> = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        black_box(sbf_brain::decode(black_box(&bytes))?);
        each.push(start.elapsed().as_secs_f64() * 1e3);
    }
    each.sort_by(f64::total_cmp);
    println!("the fastest of {TIMES} {:.3} ms, the middle one {:.3} ms", each[0], each[each.len() / 2]);
    Ok(())
}

fn read(folder: &Path) -> Result<(Option<sbf_brain::CheckedKnowledge>, Vec<sbf_brain::Problem>), std::io::Error> {
    let config = fs::read(folder.join(CONFIGS)).ok();
    Ok(sbf_brain::read(&fs::read(folder.join(KNOWLEDGE))?, config.as_deref()))
}

fn cost(start: Instant) -> Outcome {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    let times = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, in hundredths of a second; the second field, a name, may hold blanks.
    let after_name: Vec<&str> = times.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = after_name.iter().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    println!("{:.2} s, {:.2} s of processors, at most {most}", start.elapsed().as_secs_f64(), ticks / 100.0);
    Ok(())
}

//! `sbf` as a program: what it prints and how it exits.

mod control;

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use sbf_tests::{
    brains,
    process::{address_in, program},
    repository,
};
use serde_json::{Value, json};
use tempfile::TempDir;

#[test]
fn check_names_every_problem_and_exits_with_1() {
    let folder = TempDir::new().unwrap();
    brains::write(
        folder.path(),
        "knowledge.json",
        &json!({"knowledge": [
            {"_id": "a", "_intents": [], "_source": {"response": []}},
            {"_id": "a", "_intents": ["x"], "_source": {"response": [{"text": "t", "speech": "t", "condition": "hasTag("}]}}
        ]}),
    );
    let output = sbf(&["check", "--json"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(printed["problems"].as_array().unwrap().len() >= 4, "{printed:#}");
    for problem in printed["problems"].as_array().unwrap() {
        assert!(
            problem["path"].is_string() && problem["rule"].is_string() && problem["found"].is_string(),
            "{problem}"
        );
    }
}

#[test]
fn a_folder_without_a_brain_is_misuse() {
    let folder = TempDir::new().unwrap();
    for command in ["check", "train", "test", "chat"] {
        let output = sbf(&[command], folder.path());
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("knowledge.json"), "{command}");
    }
    assert_eq!(Command::new(program()).arg("nonsense").output().unwrap().status.code(), Some(2));
    assert_eq!(Command::new(program()).arg("--help").output().unwrap().status.code(), Some(0));
}

#[test]
fn train_writes_every_artefact_and_always_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    brains::copy("en", folder.path());
    assert_eq!(sbf(&["train"], folder.path()).status.code(), Some(0));
    let artefacts = [
        "brain-amcClassificationsImpl.pgk",
        "brain-amcClassificationsImpl.json",
        "confusion-matrix.json",
        "word-distribution.csv",
        "training-report.json",
        "problems.json",
    ];
    let first: Vec<Vec<u8>> = artefacts.iter().map(|name| fs::read(folder.path().join(name)).unwrap()).collect();
    assert_eq!(sbf(&["train"], folder.path()).status.code(), Some(0));
    for (name, before) in artefacts.iter().zip(&first) {
        assert_eq!(&fs::read(folder.path().join(name)).unwrap(), before, "{name}");
    }
    let elsewhere = folder.path().join("elsewhere.pgk");
    let output = Command::new(program()).arg("train").arg(folder.path()).arg("-o").arg(&elsewhere).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read(elsewhere).unwrap(), first[0]);
}

#[test]
fn test_draws_the_matrix_and_fails_on_a_failed_utterance() {
    let folder = TempDir::new().unwrap();
    brains::copy("en", folder.path());
    let output = sbf(&["test"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(fs::read_to_string(folder.path().join("confusion-matrix.html")).unwrap().contains("<svg"));

    let mut knowledge = brains::read(folder.path(), "knowledge.json");
    knowledge["knowledge"][0]["_tests"] = json!({"wrong": ["order a pizza"]});
    brains::write(folder.path(), "knowledge.json", &knowledge);
    let output = sbf(&["test", "--json"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["ok"], false);
}

#[test]
fn eval_prints_every_figure() {
    let folder = TempDir::new().unwrap();
    let lines: String = (0..12).map(|n| format!("yes\tof course {n}\nno\tnever ever {n}\n")).collect();
    let train = folder.path().join("train.tsv");
    fs::write(&train, lines).unwrap();
    let oos = folder.path().join("oos.tsv");
    fs::write(&oos, "oos\tzzz qqq\noos\twww kkk\n").unwrap();
    let output = Command::new(program())
        .args(["eval", "--json", "--train"])
        .arg(&train)
        .arg("--oos")
        .arg(&oos)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    for field in [
        "n_train",
        "n_test",
        "n_intents",
        "n_features",
        "accuracy",
        "macro_f1",
        "ece",
        "ece_by_chance",
        "fit_seconds",
        "train_seconds",
        "classify_us_p50",
        "classify_us_p99",
        "model_bytes",
        "load_ms",
    ] {
        assert!(printed[field].is_number(), "{field}: {printed}");
    }
    for field in ["auroc", "recall_at_95_retention", "in_scope_accuracy", "recall", "decided_right"] {
        assert!(printed["oos"][field].is_number(), "oos.{field}: {printed}");
    }
    // Without test utterances, only what is refused is measured.
    let empty = folder.path().join("test.tsv");
    fs::write(&empty, "").unwrap();
    let mut eval = Command::new(program());
    let eval = eval.args(["eval", "--train"]).arg(&train).arg("--test").arg(&empty);
    let said = String::from_utf8(eval.arg("--oos").arg(&oos).output().unwrap().stdout).unwrap();
    assert!(
        said.contains("0 to test") && said.contains("refused at the default") && !said.contains("accuracy"),
        "{said}"
    );
    fs::write(&train, "no tab here\n").unwrap();
    let output = Command::new(program()).args(["eval", "--train"]).arg(&train).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 1"));
}

#[test]
fn chat_answers_on_standard_output() {
    let output = answer(&repository().join("brain/en"), "order pizza\ncancel\n");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(said.contains("Greek") && !said.contains("<button"), "{said}");
}

#[test]
fn chat_takes_a_knowledge_file_by_any_name() {
    let folder = TempDir::new().unwrap();
    let bot = |answer: &str| json!({"knowledge": [{"_id": "a", "_intents": ["good morning", "hello there", "hi"], "_source": {"response": [{"text": answer, "speech": answer}]}}]});
    brains::write(folder.path(), "other.json", &bot("from the other file"));
    // Alone, and beside one of the usual name.
    for _ in 0..2 {
        let output = answer(&folder.path().join("other.json"), "good morning\n");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && said.contains("from the other file"), "{said}");
        brains::write(folder.path(), "knowledge.json", &bot("from the usual file"));
    }
}

/// What `sbf chat` says to these lines.
fn answer(brain: &Path, lines: &str) -> Output {
    let mut chat = Command::new(program());
    chat.arg("chat").arg(brain).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut chat = chat.spawn().unwrap();
    chat.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    chat.wait_with_output().unwrap()
}

#[test]
fn what_would_be_ignored_is_misuse() {
    let folder = TempDir::new().unwrap();
    brains::copy("en", folder.path());
    assert_eq!(sbf(&["check"], folder.path()).status.code(), Some(0));
    for option in ["--region", "--profile"] {
        let output = sbf(&["check", option, "x"], folder.path());
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("--stack"), "{output:?}");
    }
    let output = Command::new(program()).args(["bench", "nlu"]).output().unwrap();
    assert!(
        output.status.code() == Some(2) && String::from_utf8_lossy(&output.stderr).contains("--data"),
        "{output:?}"
    );
}

#[test]
fn a_program_that_prints_no_address_is_not_waited_for_without_end() {
    let (silent, kept) = std::io::pipe().unwrap();
    let error = address_in(silent, Duration::from_millis(50)).unwrap_err();
    assert!(error.contains("no address was printed"), "{error}");
    drop(kept);
    let ended = address_in(&b"starting\n"[..], Duration::from_secs(60)).unwrap_err();
    assert!(ended.contains("it ended"), "{ended}");
    let found = address_in(&b"starting\n at http://127.0.0.1:81/ (Ctrl-C)\n"[..], Duration::from_secs(60));
    assert_eq!(found.as_deref(), Ok("http://127.0.0.1:81"));
}

fn sbf(arguments: &[&str], folder: &Path) -> Output {
    Command::new(program()).args(arguments).arg(folder).output().unwrap()
}

#[test]
fn explain_tells_what_each_word_adds_and_sums_up() {
    let folder = TempDir::new().unwrap();
    brains::copy("en", folder.path());
    let explain = |more: &[&str]| {
        let path = folder.path().join("knowledge.json");
        Command::new(program()).arg("explain").arg(path).arg("tell me your name please").args(more).output().unwrap()
    };
    let output = explain(&["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let sum: f64 = told["words"].as_array().unwrap().iter().map(|word| number(&word["contribution"])).sum();
    assert!((sum + number(&told["bias"]) - number(&told["margin"])).abs() < 1e-4, "{told:#}");
    assert!(told["nearest"]["path"].as_str().unwrap().starts_with("knowledge["));
    assert!(told["gate"]["signals"].as_array().unwrap().len() == 11 && told["decision"]["answered"].is_boolean());
    let text = String::from_utf8(explain(&[]).stdout).unwrap();
    assert!(text.contains("█") && text.contains("(bias)") && text.contains("= margin"), "{text}");
    assert_eq!(explain(&["--intent", "unheard of"]).status.code(), Some(2));
    assert_eq!(sbf(&["train"], folder.path()).status.code(), Some(0));
    let packed = folder.path().join("brain-amcClassificationsImpl.pgk");
    let output =
        Command::new(program()).arg("explain").arg(packed).args(["tell me your name please", "--json"]).output();
    assert_eq!(serde_json::from_slice::<Value>(&output.unwrap().stdout).unwrap(), told);
}

/// What is written to goes away, or is full, as `sbf … | head` and `sbf … > file` may have it.
#[test]
fn standard_output_that_is_closed_or_full_ends_no_command_in_a_panic() {
    let (good, bad) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    brains::copy("en", good.path());
    brains::write(bad.path(), "knowledge.json", &json!({"knowledge": [{"_id": "a", "_intents": []}]}));
    let (good, bad) = (good.path().to_str().unwrap(), bad.path().to_str().unwrap());
    let calls: [(&[&str], i32); 7] = [
        (&["check", good], 0),
        (&["check", good, "--json"], 0),
        (&["check", bad], 1),
        (&["train", good], 0),
        (&["explain", good, "hello"], 0),
        (&["cost"], 0),
        (&["--help"], 0),
    ];
    for (call, status) in calls {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let closed = Command::new(program()).args(call).stdout(writer).output().unwrap();
        assert_eq!((closed.status.code(), text(&closed.stderr)), (Some(status), String::new()), "{call:?} | true");
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let full = Command::new(program()).args(call).stdout(full).output().unwrap();
        let said = text(&full.stderr);
        assert_eq!((full.status.code(), said.lines().count()), (Some(1), 1), "{call:?} > /dev/full: {said}");
        assert!(said.starts_with("sbf: standard output cannot be written: No space left on device"), "{said}");
    }
}

#[test]
fn standard_error_that_is_closed_keeps_the_exit_status() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let misused = Command::new(program()).args(["check", "/nonexistent"]).stderr(writer).output().unwrap();
    assert_eq!(misused.status.code(), Some(2));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

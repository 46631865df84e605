//! A brain may come from anybody: none of its control characters reaches a terminal.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use sbf_tests::{brains, process::program};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::sbf;

/// Clears a terminal, moves its cursor by one byte and by two, rings, goes back, turns writing round.
const STEERS: &str = "\u{1b}[2J\u{9b}1A\u{7}\r\u{8}\u{7f}\u{202e}";

/// A brain with such characters wherever a text may stand.
fn brain(folder: &Path, faulty: bool) {
    let say = |text: &str| json!([{"text": format!("{text}{STEERS}"), "speech": text}]);
    let mut knowledge = json!({
        "brainName": format!("steers{STEERS}"),
        "i18n": {"welcomeMessage": {"text": format!("Welcome{STEERS}"), "speech": "Welcome"}},
        "knowledge": [
            {"_id": format!("hi{STEERS}"), "_intents": [format!("hello{STEERS}"), "good morning", "hi there friend"],
             "_tests": {format!("kind{STEERS}"): [format!("see you{STEERS}")]}, "_source": {"response": say("Hi")}},
            {"_id": "bye", "_intents": ["see you", "good bye", format!("hello again{STEERS}")],
             "_source": {"response": say("Bye")}}
        ]
    });
    if faulty {
        knowledge["knowledge"][0]["_source"]["response"][0]["condition"] = json!(format!("hasTag({STEERS}"));
        knowledge["knowledge"][1]["_source"][format!("unknown{STEERS}")] = json!(STEERS);
    }
    brains::write(folder, "knowledge.json", &knowledge);
    brains::write(folder, "configs.json", &json!({"name": format!("steers{STEERS}"), "language_tag": "en-US"}));
    fs::write(folder.join("a.talk"), format!("> hello{STEERS}\n< something else{STEERS}\n")).unwrap();
}

/// Printed, and nothing in it that steers a terminal.
fn assert_plain(output: &Output, about: &str) {
    for bytes in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(bytes);
        let steering = text.chars().find(|c| (c.is_control() && !"\n\t".contains(*c)) || *c == '\u{202e}');
        assert_eq!(steering, None, "{about}: {text:?}");
    }
    assert!(output.stdout.len() + output.stderr.len() > 0, "{about}");
}

#[test]
fn what_check_train_and_test_print_steers_no_terminal() {
    for faulty in [true, false] {
        let folder = TempDir::new().unwrap();
        brain(folder.path(), faulty);
        for command in ["check", "train", "test"] {
            assert_plain(&sbf(&[command], folder.path()), command);
            let output = sbf(&[command, "--json"], folder.path());
            assert_plain(&output, command);
            serde_json::from_slice::<Value>(&output.stdout).unwrap();
        }
    }
}

#[test]
fn what_chat_prints_steers_no_terminal() {
    let folder = TempDir::new().unwrap();
    brain(folder.path(), false);
    let mut command = Command::new(program());
    command.arg("chat").arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut chat = command.spawn().unwrap();
    chat.stdin.take().unwrap().write_all(format!("good morning\nsee you\n{STEERS}\n").as_bytes()).unwrap();
    let output = chat.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Hi\\u001b[2J"), "{output:?}");
    assert_plain(&output, "chat");
}

#[test]
fn what_dev_prints_and_logs_steers_no_terminal() {
    for faulty in [true, false] {
        let (folder, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        brain(folder.path(), faulty);
        let mut command = Command::new(program());
        command.args(["dev", "--port", "0", "--state"]).arg(state.path()).arg(folder.path()).env("RUST_LOG", "debug");
        let mut dev = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut out, mut errors) = (dev.stdout.take().unwrap(), dev.stderr.take().unwrap());
        let logged = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            errors.read_to_end(&mut bytes).unwrap();
            bytes
        });
        let mut stdout = Vec::new();
        let mut byte = [0];
        while !String::from_utf8_lossy(&stdout).contains("http://") {
            assert_eq!(out.read(&mut byte).unwrap(), 1);
            stdout.push(byte[0]);
        }
        // Time for the log of what came after.
        std::thread::sleep(Duration::from_millis(200));
        dev.kill().unwrap();
        let status = dev.wait().unwrap();
        assert_plain(&Output { status, stdout, stderr: logged.join().unwrap() }, "dev");
    }
}

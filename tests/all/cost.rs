//! `sbf cost`: its quantities come from real calls, and its arithmetic is right.

use std::{
    fs,
    process::{Command, Output},
    sync::OnceLock,
};

use sbf_tests::{deployment::translated, process::program, repository};
use serde_json::Value;
use tempfile::TempDir;

fn sbf(arguments: &[&str]) -> Output {
    Command::new(program()).arg("cost").args(arguments).current_dir(repository()).output().unwrap()
}

fn printed(arguments: &[&str]) -> Value {
    let output = sbf(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn measured() -> &'static Value {
    static MEASURED: OnceLock<Value> = OnceLock::new();
    MEASURED.get_or_init(|| printed(&["--measure", "--json"]))
}

fn of<'v>(of: &'v Value, list: &str, kind: &str) -> &'v Value {
    let list = of.pointer(list).unwrap().as_array().unwrap();
    list.iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("there is no {kind}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn calls_are_counted_where_the_sdk_sends_them() {
    let turn = |kind| of(measured(), "/measurements/turns", kind);
    let all = |kind, what: [&str; 4]| what.map(|what| number(&turn(kind)[what]));
    let counts = |kind| all(kind, ["reads", "writes", "invokes", "pollyCalls"]);
    let sounds = |kind| all(kind, ["apiRequests", "soundGets", "soundPuts", "pollyCalls"]);
    assert_eq!(counts("first"), [0.0, 0.0, 0.0, 0.0], "a plain first question needs no session");
    assert_eq!(counts("plain"), [1.0, 1.0, 0.0, 0.0]);
    assert_eq!(counts("backend"), [1.0, 2.0, 1.0, 0.0], "the claim is a write of its own");
    let parameter = counts("parameter");
    assert!(parameter[0] <= 1.0 && parameter[1] == 1.0 && parameter[2] == 0.0, "{parameter:?}");
    assert_eq!(sounds("plain"), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(sounds("voice"), [2.0, 1.0, 1.0, 1.0], "looked for, made, kept");
    assert_eq!(sounds("kept"), [2.0, 1.0, 0.0, 0.0]);
    assert!(number(&turn("voice")["pollyCharacters"]) > 20.0);
    assert_eq!(number(&turn("kept")["pollyCharacters"]), 0.0);
    // Answers hold the sound: four characters of Base64 for three bytes.
    let heard = number(&turn("voice")["responseBytes"]) - number(&turn("plain")["responseBytes"]);
    assert!(heard > number(&turn("voice")["pollyCharacters"]) * 400.0 * 4.0 / 3.0, "{heard}");
    for kind in ["first", "plain", "parameter", "backend", "voice", "kept"] {
        assert!(number(&turn(kind)["logBytes"]) > 100.0 && number(&turn(kind)["handlerMs"]) > 0.0, "{kind}");
        assert!(number(&turn(kind)["writeUnits"]) >= number(&turn(kind)["writes"]), "{kind}");
    }
}

/// The milliseconds of a debug build would be an upper bound, and no figure for the README.
#[test]
fn recorded_times_are_those_of_a_release_build() {
    let recorded = fs::read_to_string(repository().join("crates/cli/src/cost/measured.json")).unwrap();
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(recorded["measuredBy"], "sbf cost --measure, release build");
}

#[test]
fn recorded_counts_are_those_of_today() {
    let recorded = printed(&["--json"]);
    for turn in measured()["measurements"]["turns"].as_array().unwrap() {
        let was = of(&recorded, "/measurements/turns", turn["kind"].as_str().unwrap());
        for what in ["apiRequests", "reads", "readUnits", "writes", "invokes", "pollyCalls", "soundGets", "soundPuts"] {
            assert_eq!(
                turn[what], was[what],
                "{} of {}: `sbf cost --measure --record` records anew",
                what, turn["kind"]
            );
        }
        // A sentence of the sample brain is chosen by chance.
        for what in ["writeUnits", "responseBytes", "logBytes", "pollyCharacters"] {
            let (now, then) = (number(&turn[what]), number(&was[what]));
            assert!(
                (now - then).abs() <= 0.25 * then + 0.5,
                "{what} of {}: {then} was recorded, {now} measured",
                turn["kind"]
            );
        }
    }
}

/// The arithmetic anew, from the tables that are printed with it.
#[test]
fn bills_are_quantities_times_prices() {
    let all = printed(&["--json"]);
    let price = |key: &str| {
        let prices = all["prices"]["prices"].as_array().unwrap();
        let price = prices.iter().find(|price| price["key"] == key).unwrap();
        assert!(price["source"].as_str().unwrap().starts_with("https://aws.amazon.com/"), "{price}");
        number(&price["dollars"]) / number(&price["per"])
    };
    let assumed = |key: &str| number(&all["measurements"]["assumed"][key]);
    for turn in all["measurements"]["turns"].as_array().unwrap() {
        let t = |key: &str| number(&turn[key]);
        let requests = t("apiRequests");
        let looks = requests * assumed("brainLooks");
        let milliseconds = (t("handlerMs")
            + (t("reads") + t("writes")) * assumed("dynamoMs")
            + (looks + t("soundGets")) * assumed("s3Ms")
            + t("soundPuts") * assumed("s3PutMs")
            + t("invokes") * assumed("backendMs")
            + t("pollyCalls") * assumed("pollyMs")
            + requests * assumed("coldShare") * assumed("coldMs"))
        .ceil();
        let each_log = assumed("platformLogBytes") + assumed("accessLogBytes");
        let log = t("logBytes") + requests * (each_log + assumed("logLines") * assumed("lineOverheadBytes"));
        let gb = 1024.0_f64.powi(3);
        let backend = t("invokes")
            * (price("lambdaRequest")
                + assumed("backendMs") / 1000.0 * assumed("backendMemoryMb") / 1024.0 * price("lambdaGbSecond"));
        let one = requests * (price("apiRequest") + price("lambdaRequest"))
            + milliseconds / 1000.0 * assumed("memoryMb") / 1024.0 * price("lambdaGbSecond")
            + t("readUnits") * price("dynamoRead")
            + (t("writeUnits") + assumed("countWrites")) * price("dynamoWrite")
            + (looks + t("soundGets")) * price("s3Get")
            + t("soundPuts") * price("s3Put")
            + log / gb * price("logsGb")
            + backend
            + t("pollyCharacters") * price("pollyNeural");
        let sent = t("responseBytes") + requests * assumed("headerBytes");
        let outside = requests * price("cloudFrontRequest") + sent / gb * price("cloudFrontGb");
        let bill = of(&all, "/bills", turn["kind"].as_str().unwrap());
        let close = |printed: &Value, expected: f64| {
            assert!((number(printed) - expected).abs() < 1e-6 * expected, "{printed} {expected}")
        };
        close(&bill["dollars"], 1e6 * one);
        close(&bill["dollarsWithCloudFront"], 1e6 * (one + outside));
    }
}

#[test]
fn a_million_plain_turns_cost_less_than_five_dollars() {
    for all in [&printed(&["--json"]), measured()] {
        for kind in ["first", "plain"] {
            let bill = of(all, "/bills", kind);
            assert!(number(&bill["dollars"]) < 5.0, "{kind}: {}", bill["dollars"]);
            let keys: Vec<&str> =
                bill["lines"].as_array().unwrap().iter().map(|line| line["price"].as_str().unwrap()).collect();
            for key in ["apiRequest", "lambdaRequest", "lambdaGbSecond", "dynamoRead", "dynamoWrite", "logsGb"] {
                assert!(keys.contains(&key), "{key} is not counted");
            }
            assert_eq!(number(&bill["lexV2"]["dollars"]).round(), 750.0);
        }
        for kind in ["voice", "kept"] {
            assert_eq!(number(&of(all, "/bills", kind)["lexV2"]["dollars"]).round(), 4000.0);
        }
        // The template's voice is neural by default.
        assert_eq!(translated()["Parameters"]["SpeechEngine"]["Default"], "neural");
        let lines = of(all, "/bills", "voice")["lines"].as_array().unwrap();
        assert!(lines.iter().any(|line| line["price"] == "pollyNeural"), "{lines:#?}");
    }
    // Memory is what the template gives core.
    let memory = &translated()["Resources"]["CoreFunction"]["Properties"]["MemorySize"];
    assert_eq!(number(&printed(&["--json"])["measurements"]["assumed"]["memoryMb"]), number(memory));
}

#[test]
fn the_arithmetic_is_shown_line_by_line() {
    let output = String::from_utf8(sbf(&[]).stdout).unwrap();
    for said in
        ["us-east-1", "checked on 20", "× 1,000,000 ×", "$750.00", "$4000.00", "https://aws.amazon.com/lambda/pricing/"]
    {
        assert!(output.contains(said), "{said}: {output}");
    }
}

#[test]
fn figures_of_ones_own_are_taken_from_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("measured.json");
    let name = file.to_str().unwrap();
    let mut own = printed(&["--json"])["measurements"].clone();
    own["assumed"]["memoryMb"] = 512.into();
    fs::write(&file, own.to_string()).unwrap();
    let (less, usual) = (printed(&["--json", "--measurements", name]), printed(&["--json"]));
    assert!(number(&of(&less, "/bills", "plain")["dollars"]) < number(&of(&usual, "/bills", "plain")["dollars"]));
    fs::write(&file, "{}").unwrap();
    assert_eq!(sbf(&["--measurements", name]).status.code(), Some(2));
    assert_eq!(sbf(&["--measurements", "nowhere.json"]).status.code(), Some(2));
    assert_eq!(sbf(&["--record", name]).status.code(), Some(2), "nothing is measured");
}

#[test]
fn a_brain_may_take_a_quarter_of_cores_memory() {
    let memory = &translated()["Resources"]["CoreFunction"]["Properties"]["MemorySize"];
    assert_eq!(memory.as_u64().map(|megabytes| megabytes << 20), Some(4 * sbf_brain::memory::BUDGET as u64));
}

#[test]
fn the_folder_of_sbf_dev_takes_files_as_large_as_an_authors_may_be() {
    assert_eq!(sbf_local::MAX_FILE_BYTES, sbf_brain::artefact::MAX_BYTES);
}

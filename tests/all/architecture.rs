//! What may depend on what, held by cargo's own dependency graph and by the sources.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sbf_tests::repository;
use serde_json::Value;

/// Packages whose names begin so must not be reachable from the crate by normal dependencies.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("sbf-languages", &["sbf-", "tokio", "aws-", "axum", "hyper", "reqwest", "async-trait", "regex"]),
    ("sbf-amc", &["tokio", "aws-", "axum", "hyper", "reqwest", "async-trait", "rayon"]),
    ("sbf-meaning", &["sbf-", "tokio", "aws-", "axum", "hyper", "reqwest", "async-trait", "rayon"]),
    ("sbf-brain", &["sbf-dialog", "sbf-aws", "sbf-local", "tokio", "aws-", "axum", "hyper", "reqwest", "async-trait"]),
    ("sbf-dialog", &["sbf-aws", "sbf-local", "tokio", "aws-", "axum", "hyper", "reqwest", "linfa", "ndarray"]),
    ("sbf-aws", &["sbf-local", "sbf-samples", "dynoxide", "s3s", "clap", "lambda_http"]),
    ("sbf-core", &["sbf-local", "plotters", "linfa", "ndarray", "clap", "dynoxide", "s3s"]),
    ("sbf-train", &["sbf-local", "sbf-dialog", "axum", "aws-sdk-dynamodb", "aws-sdk-polly", "aws-sdk-lambda", "clap"]),
    ("sbf-local", &["sbf-amc", "sbf-brain", "sbf-dialog", "sbf-aws"]),
    ("sbf-alerts", &["sbf-", "axum", "aws-sdk-s3", "aws-sdk-dynamodb", "reqwest", "clap"]),
    ("sbf-samples", &["sbf-amc", "sbf-brain", "sbf-dialog", "sbf-aws", "sbf-local"]),
];

/// All crates of this workspace that the lowest ones may know.
const LOWEST: &[(&str, &[&str])] = &[
    ("sbf-languages", &[]),
    ("sbf-meaning", &[]),
    ("sbf-amc", &["sbf-languages"]),
    ("sbf-brain", &["sbf-amc", "sbf-languages", "sbf-meaning"]),
];

/// Crates without files, clock, environment, network and chance.
const PURE: [&str; 5] = ["languages", "amc", "meaning", "brain", "dialog"];

#[test]
fn dependencies_point_one_way() {
    for (package, forbidden) in FORBIDDEN {
        for dependency in dependencies(package) {
            let wrong = forbidden.iter().any(|prefix| dependency.starts_with(prefix)) && dependency != *package;
            assert!(!wrong, "{package} must not depend on {dependency}");
        }
    }
}

#[test]
fn the_lowest_crates_know_only_those_below_them() {
    for (package, below) in LOWEST {
        let own: BTreeSet<String> =
            dependencies(package).into_iter().filter(|name| name.starts_with("sbf-") && name != package).collect();
        assert_eq!(own, below.iter().map(|name| (*name).to_owned()).collect(), "{package}");
    }
}

#[test]
fn a_forbidden_dependency_would_be_seen() {
    assert!(dependencies("sbf-dialog").iter().any(|name| name == "sbf-brain"));
    assert!(dependencies("sbf-train").iter().any(|name| name == "sbf-amc"));
}

/// `sbf-features` has the outside dependencies of all crates with all their features; where one lags behind, parts of the workspace are
/// checked with everything below them built once more.
#[test]
fn the_package_of_features_asks_for_all_that_the_crates_ask_for() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--locked", "--offline", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (mut asked, mut offered) = (BTreeSet::new(), BTreeSet::new());
    for package in metadata["packages"].as_array().unwrap() {
        let wants = if package["name"] == "sbf-features" { &mut offered } else { &mut asked };
        let outside = package["dependencies"].as_array().unwrap().iter().filter(|one| !one["source"].is_null());
        for dependency in outside {
            let name = dependency["name"].as_str().unwrap();
            wants.insert(name.to_owned());
            let features = dependency["features"].as_array().unwrap().iter().filter_map(Value::as_str);
            wants.extend(features.map(|feature| format!("{name}, its feature {feature}")));
        }
    }
    assert!(asked.len() > 50, "{asked:#?}");
    let lacking: Vec<_> = asked.symmetric_difference(&offered).collect();
    assert!(lacking.is_empty(), "tests/features/Cargo.toml lacks these, or has them alone: {lacking:#?}");
}

#[test]
fn core_links_no_trainer() {
    assert_eq!(tree("sbf-core", "{p} {f}").lines().find(|line| line.starts_with("sbf-amc ")).map(features), Some(""));
    assert_eq!(
        tree("sbf-train", "{p} {f}").lines().find(|line| line.starts_with("sbf-amc ")).map(features),
        Some("train")
    );
}

/// The features at the end of a line `package version (path) features`.
fn features(line: &str) -> &str {
    line.rsplit(')').next().unwrap_or_default().trim()
}

/// Clippy takes the `clippy.toml` that is nearest to a crate; `make lint` runs it.
#[test]
fn clippy_keeps_the_outside_world_from_pure_crates() {
    let folder = |krate: &str| repository().join("crates").join(krate);
    let rules = PURE.map(|krate| fs::read_to_string(folder(krate).join("clippy.toml")).unwrap());
    assert!(rules.iter().all(|own| *own == rules[0]), "the clippy.toml of pure crates differ");
    for path in ["std::fs::read", "std::env::var", "std::time::Instant::now", "std::net::TcpStream"] {
        assert!(rules[0].contains(&format!("\"{path}\"")), "{path} is allowed");
    }
    for krate in PURE {
        let library = fs::read_to_string(folder(krate).join("src/lib.rs")).unwrap();
        let on = "#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]";
        assert!(library.contains(on), "{krate} does not turn the lints on");
    }
}

/// Who may switch the lints off again: those that say how long something took, and the ports' stand-ins.
#[test]
fn few_files_of_pure_crates_touch_the_outside_world() {
    const EXCEPT: &[&str] = &["amc/src/train.rs", "amc/src/evaluate.rs", "dialog/src/memory.rs"];
    for krate in PURE {
        for file in sources(&format!("crates/{krate}/src")) {
            let switches = product_code(&file).contains("allow(clippy::disallowed");
            let may = EXCEPT.iter().any(|known| file.ends_with(known));
            assert_eq!(switches, may, "{}", file.display());
        }
    }
}

#[test]
fn knowledge_field_names_stay_in_the_files_that_read_them() {
    const FIELDS: &[&str] =
        &["\"_intents\"", "\"noMatchAsk\"", "\"validationSuccessMessage\"", "\"auntMaricotaDistanceConfidence\""];
    let homes = ["knowledge.rs", "config.rs"];
    for file in sources("crates/brain/src").into_iter().chain(sources("crates/dialog/src")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if homes.contains(&name.as_str()) || file.components().any(|part| part.as_os_str() == "knowledge") {
            continue;
        }
        let text = product_code(&file);
        // The dialog's wire format sends two of these names back to clients.
        let wire = name == "wire.rs" || file.components().any(|part| part.as_os_str() == "wire");
        for field in FIELDS.iter().filter(|_| !wire) {
            assert!(!text.contains(field), "{} names {field}", file.display());
        }
    }
}

/// The JSON of `POST /core` is one rendering of a response, and no other part of the product depends on it.
#[test]
fn the_router_alone_renders_responses_as_json() {
    let mut renderers = Vec::new();
    for file in sources("crates") {
        let path = file.strip_prefix(repository()).unwrap().to_string_lossy().into_owned();
        let defines = path.starts_with("crates/dialog/src/wire");
        let code = product_code(&file);
        let imports = code.split("wire::{").skip(1).any(|rest| rest.split('}').next().unwrap().contains("render"));
        if path.contains("/src/") && !defines && (imports || code.contains("wire::render")) {
            renderers.push(path);
        }
    }
    assert_eq!(renderers, ["crates/aws/src/router/chat.rs"]);
}

fn dependencies(package: &str) -> Vec<String> {
    tree(package, "{p}").lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn tree(package: &str, format: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "-p", package, "-e", "normal", "--prefix", "none", "--format", format])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every Rust file of a folder, however deep.
pub(crate) fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&repository().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} holds no sources");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A file without its tests, which may do as they please: those in it, in a file `tests.rs` beside it, or in a folder `tests`.
pub(crate) fn product_code(file: &Path) -> String {
    let place = file.strip_prefix(repository()).unwrap_or(file).with_extension("");
    if place.components().any(|part| part.as_os_str().to_string_lossy().ends_with("tests")) {
        return String::new();
    }
    let text = fs::read_to_string(file).unwrap();
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

//! What this crate promises about itself.

use std::{fs, path::Path};

/// Names of the wire's JSON that mean nothing outside it.
const WIRE_NAMES: [&str; 17] = [
    "rawIntent",
    "bestMatchID",
    "desiredMatch",
    "desiredKnowledgeID",
    "asyncConversation",
    "payloadPosition",
    "generateReturn",
    "customPronunciation",
    "endConversation",
    "validationSuccessMessage",
    "validationErrorMessage",
    "richResponseObject",
    "pollyOnServer",
    "sessionExpired",
    "_tags",
    "_entities",
    "hashBase",
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The code of a file: without its tests, which stand last, and without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn wire_names_stand_in_wire_and_fulfilment_only() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 10);
    for (path, text) in files {
        if path.contains("/wire") || path.ends_with("/fulfilment.rs") {
            continue;
        }
        for line in code(&text) {
            let name = WIRE_NAMES.iter().find(|name| line.contains(&format!("\"{name}\"")));
            assert_eq!(name, None, "{path}: {line}");
        }
    }
}

#[test]
fn no_runtime_and_no_cloud_are_depended_upon() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
    for name in ["tokio", "aws", "axum", "hyper", "reqwest", "rand", "uuid"] {
        assert!(!dependencies.contains(name), "{name}");
    }
}

//! `deny.toml` over every dependency of the workspace: its licence, whether it is banned, which versions it asks for, where it comes from.
//!
//! cargo-deny reads the same file in `make audit`, but takes minutes to build. What it can do beyond this is not asked for here: a licence is
//! what a crate says, never what its files look like.

mod rules;

use std::{collections::BTreeSet, fs, process::Command};

use sbf_tests::repository;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use self::rules::faults;

/// What `deny.toml` leaves open; its other settings have the values that a test below knows.
#[derive(Debug, Deserialize)]
struct Policy {
    graph: Graph,
    licenses: Licenses,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Graph {
    /// Platforms, as `rustc` names them.
    targets: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    /// SPDX licences.
    allow: Vec<String>,
    #[serde(default)]
    clarify: Vec<Clarification>,
}

/// What somebody read in the files of a crate.
#[derive(Debug, Deserialize)]
struct Clarification {
    #[serde(rename = "crate")]
    name: String,
    /// An SPDX expression.
    expression: String,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
}

/// What `cargo metadata` tells.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A crate, ours or somebody else's.
#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<String>,
    /// `None` for a crate of this repository.
    source: Option<String>,
    /// The registries that it may be published to; `None` stands for all.
    publish: Option<Vec<String>>,
    dependencies: Vec<Dependency>,
}

/// What a crate writes in its Cargo.toml.
#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    req: String,
    source: Option<String>,
    /// `dev` or `build`; `None` for what the crate itself links.
    kind: Option<String>,
}

#[test]
fn every_dependency_keeps_the_rules_of_deny_toml() {
    let policy: Policy = deny_toml();
    let mut found = BTreeSet::new();
    for target in &policy.graph.targets {
        let packages = packages(target);
        assert!(packages.len() > 300, "{target} has hardly any dependencies");
        found.extend(packages.iter().flat_map(|package| faults(&policy, package)));
    }
    let found: Vec<_> = found.into_iter().collect();
    let help = "`cargo tree --workspace --all-features --target all --invert NAME` shows what brings a crate";
    assert!(found.is_empty(), "{}\n{help}", found.join("\n"));
}

#[test]
fn deny_toml_has_no_setting_that_is_not_kept() {
    let mut settings: Value = deny_toml();
    // Lists of any length, and what `make audit` alone looks at.
    for (table, key) in [("graph", "targets"), ("licenses", "allow"), ("licenses", "clarify"), ("bans", "deny")] {
        settings[table].as_object_mut().unwrap().remove(key);
    }
    settings.as_object_mut().unwrap().remove("advisories");
    let kept = json!({
        "graph": {"all-features": true},
        "licenses": {"include-dev": true},
        "bans": {"multiple-versions": "allow", "wildcards": "deny", "allow-wildcard-paths": true},
        "sources": {"unknown-registry": "deny", "unknown-git": "deny"},
    });
    assert_eq!(settings, kept, "tests/all/dependencies does not know how to keep these settings of deny.toml");
    let policy: Policy = deny_toml();
    assert!(
        policy.bans.deny.iter().all(|ban| !ban.name.contains([':', '@'])),
        "only names are kept: {:?}",
        policy.bans
    );
}

fn deny_toml<T: DeserializeOwned>() -> T {
    let text = fs::read_to_string(repository().join("deny.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("deny.toml: {error}"))
}

/// All crates that may be built for a platform. Those that only it needs are downloaded.
///
/// Some of them are not built: where a feature only adds to an optional dependency (`ring?/std`), cargo tells of that dependency too.
fn packages(target: &str) -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--all-features", "--format-version", "1", "--filter-platform", target])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Metadata>(&output.stdout).unwrap().packages
}

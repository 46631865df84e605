//! `template.yaml` as CloudFormation would get it, and what it says about a function.
//!
//! `make template` translates it; without that, or after a change without it, whoever asks fails and says so.

use std::{fs, sync::OnceLock, time::Duration};

use serde_json::Value;

use crate::repository;

/// What `make template` wrote: the template with SAM's shorthands written out.
pub fn translated() -> &'static Value {
    static TRANSLATED: OnceLock<Value> = OnceLock::new();
    TRANSLATED.get_or_init(|| {
        let file = repository().join("target/template.json");
        let text = fs::read_to_string(&file).expect("target/template.json is not there: run `make template` first");
        let mut written: Value = serde_json::from_str(&text).unwrap();
        let source = fs::read_to_string(repository().join("template.yaml")).unwrap();
        assert_eq!(written["source"], source, "target/template.json is not of this template.yaml: run `make template`");
        written["translated"].take()
    })
}

/// A function as it is deployed with the defaults of all parameters.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// Its own variables.
    pub environment: Vec<(String, String)>,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Memory in MB.
    pub memory_mb: u32,
}

/// The function of this logical id. What its variables refer to in the stack (a bucket, a table, the stack's name) is `given` by name.
///
/// # Panics
/// Where a variable is given that the template does not set, or needs a value that is not given.
pub fn deployed(id: &str, given: &[(&str, &str)]) -> Deployed {
    let properties = &translated()["Resources"][id]["Properties"];
    let variables = properties["Environment"]["Variables"].as_object().unwrap();
    for (name, _) in given {
        assert!(variables.contains_key(*name), "template.yaml gives {id} no {name}");
    }
    let value = |name: &str, written: &Value| {
        let given = given.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
        given.or_else(|| plain(written)).unwrap_or_else(|| panic!("{id} needs a value for {name}: {written}"))
    };
    let number = |name: &str| properties[name].as_u64().unwrap_or_else(|| panic!("{id} has no {name}"));
    Deployed {
        environment: variables.iter().map(|(name, written)| (name.clone(), unpacked(value(name, written)))).collect(),
        timeout: Duration::from_secs(number("Timeout")),
        memory_mb: number("MemorySize").try_into().unwrap(),
    }
}

/// Where a file of a layer lies on this machine, whose `/opt` is its own.
fn unpacked(value: String) -> String {
    match value.strip_prefix("/opt/") {
        Some(file) => repository().join("crates/meaning/weights").join(file).display().to_string(),
        None => value,
    }
}

/// A text as it is written, or a parameter's default.
fn plain(written: &Value) -> Option<String> {
    let parameter = || translated()["Parameters"].get(written["Ref"].as_str()?)?.get("Default");
    match written.as_str().map_or_else(parameter, |_| Some(written))? {
        Value::String(text) => Some(text.clone()),
        number => Some(number.to_string()),
    }
}

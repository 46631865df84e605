//! Faults in a brain, as data.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{path::place, secret::masked};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The brain cannot be trained until this is mended.
    Error,
    /// The brain trains, but probably not as its author means it.
    Warning,
}

/// One fault in a brain: where it is, the rule it breaks and what was found there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Whether training is refused.
    pub severity: Severity,
    /// `knowledge.json` or `configs.json`.
    pub file: String,
    /// JSON path in that file, such as `knowledge[3]._source.parameters[0].regexList[1]`; empty for the whole file.
    pub path: String,
    /// The rule, as a sentence without a full stop.
    pub rule: String,
    /// What was found, without secrets and shortened to 80 characters.
    pub found: String,
}

impl Problem {
    /// An error in a file, as others than the check find it; what was found is shortened, and no secret is shown.
    pub fn error(file: &str, path: &str, rule: String, found: &str) -> Self {
        Self::new(Severity::Error, file, path, rule, found)
    }

    fn new(severity: Severity, file: &str, path: &str, rule: String, found: &str) -> Self {
        let found = shorten(&masked(path, found));
        Self { severity, file: file.to_owned(), path: path.to_owned(), rule, found }
    }
}

const MAX_FOUND: usize = 80;
/// Problems that are listed.
const MAX_LISTED: usize = 2_000;

/// The first ones, errors before warnings where there are too many, with one that says how many are not listed.
pub(crate) fn listed(mut all: Vec<Problem>) -> Vec<Problem> {
    let Some(more) = all.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) else { return all };
    all.sort_by_key(|problem| problem.severity);
    let severity = all[MAX_LISTED].severity;
    all.truncate(MAX_LISTED);
    let rule = format!("{MAX_LISTED} problems are listed, and there are more; mend these first");
    let file = all.first().map_or_else(String::new, |problem| problem.file.clone());
    all.push(Problem::new(severity, &file, "", rule, &format!("{more} more")));
    all
}

/// All problems of one file, as they are found.
#[derive(Debug)]
pub(crate) struct Problems {
    file: &'static str,
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) fn of(file: &'static str) -> Self {
        Self { file, found: Vec::new() }
    }

    pub(crate) fn error(&mut self, path: &str, rule: impl Into<String>, found: &str) {
        self.add(Severity::Error, path, rule.into(), found);
    }

    pub(crate) fn warning(&mut self, path: &str, rule: impl Into<String>, found: &str) {
        self.add(Severity::Warning, path, rule.into(), found);
    }

    /// Whether there is an error among them.
    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// In the order of the file.
    pub(crate) fn sorted(mut self, file: &Value) -> Vec<Problem> {
        self.found.sort_by_cached_key(|problem| place(file, &problem.path));
        self.found
    }

    fn add(&mut self, severity: Severity, path: &str, rule: String, found: &str) {
        self.found.push(Problem::new(severity, self.file, path, rule, found));
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= MAX_FOUND {
        return text.to_owned();
    }
    text.chars().take(MAX_FOUND - 1).chain(['…']).collect()
}

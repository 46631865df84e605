//! Faults in a brain, as data.

use serde::{Deserialize, Serialize};

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
    /// What was found, shortened to 80 characters.
    pub found: String,
}

//! From two files to what lies in the bucket: the part without a bucket, which may take seconds.

use bytes::Bytes;
use sbf_brain::{
    Meaning, Problem, Severity,
    artefact::{self, Files, KNOWLEDGE, REPORT, Summary},
    report::Comparison,
};
use serde::Deserialize;
use serde_json::Value;

/// The artefact that was in the bucket when a run began.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) etag: Option<String>,
    pub(super) content: Bytes,
    /// Seconds since 1970.
    modified: i64,
    /// What it says about itself; `None` where there is none, or nobody can answer from it.
    summary: Option<Summary>,
    /// What the last report says was changed by the version it is about.
    reported: Option<Reported>,
}

/// The part of `training-report.json` that a repeated run keeps.
#[derive(Debug, Deserialize)]
struct Reported {
    version: String,
    comparison: Option<Comparison>,
}

/// A trained brain as it will lie in the bucket.
pub(super) struct Made {
    pub(super) version: String,
    pub(super) packed: Bytes,
    /// Name and content of what is written for people.
    pub(super) readable: Vec<(&'static str, Vec<u8>)>,
    pub(super) report: Value,
    pub(super) problems: Vec<Problem>,
}

/// Why nothing was made.
pub(super) enum Unmade {
    /// The files have errors.
    Refused(Vec<Problem>),
    /// The artefact cannot be read back: a fault of ours.
    Broken(String),
}

impl Live {
    pub(super) fn new(etag: Option<String>, modified: i64, content: Vec<u8>, report: Option<&[u8]>) -> Self {
        let summary = artefact::summary(&content).ok();
        let reported = report.and_then(|report| serde_json::from_slice(report).ok());
        Self { etag, content: content.into(), modified, summary, reported }
    }

    /// Whether it was made of exactly these files.
    pub(super) fn is_of(&self, files: &Files) -> bool {
        self.summary.as_ref().is_some_and(|summary| summary.is_of(files))
    }

    /// Whether it went live after this second; then it may be of something newer than what came in that second.
    pub(super) fn is_since(&self, second: i64) -> bool {
        self.summary.is_some() && self.modified > second
    }

    /// Whether what lies beside it for people is about it.
    pub(super) fn is_reported(&self) -> bool {
        let versions = self.summary.as_ref().zip(self.reported.as_ref());
        versions.is_some_and(|(summary, reported)| summary.version == reported.version)
    }
}

/// Checks, trains, packs and compares: the part without a bucket, which may take seconds.
pub(super) fn make(files: &Files, live: &Live, meaning: Option<&Meaning>) -> Result<Made, Unmade> {
    let (checked, mut problems) = sbf_brain::read(&files.knowledge, files.config.as_deref());
    let Some(checked) = checked else { return Err(Unmade::Refused(problems)) };
    let mut trained = match sbf_brain::train_with_meaning(checked, meaning, &mut |_| ()) {
        Ok(trained) => trained,
        Err(error) => {
            problems.push(untrainable(&error));
            return Err(Unmade::Refused(problems));
        }
    };
    let packed = sbf_brain::encode(&trained.brain);
    // Read back as core will read it: what it would refuse must not replace what answers now.
    sbf_brain::decode(&packed).map_err(|error| Unmade::Broken(error.to_string()))?;
    trained.report.comparison = compare(&trained, packed.len(), live, meaning);
    let mut readable = trained.readable();
    // The report first: as long as it names another brain than the live one, a run did not write all of them.
    readable.sort_by_key(|(name, _)| *name != REPORT);
    Ok(Made {
        version: trained.brain.version().to_owned(),
        packed: packed.into(),
        readable,
        report: trained.report.to_json(&trained.brain),
        problems,
    })
}

/// What the new brain changes in the live one. Of a brain that is live already, what it changed when it went live stays said.
fn compare(trained: &sbf_brain::Trained, bytes: usize, live: &Live, meaning: Option<&Meaning>) -> Option<Comparison> {
    if live.content.is_empty() {
        return None;
    }
    let mut brain = match sbf_brain::decode(&live.content) {
        Ok(brain) => brain,
        Err(error) => {
            tracing::warn!(%error, "the live brain cannot be read and is not compared with");
            return None;
        }
    };
    brain.attach(meaning);
    let reported = live.reported.as_ref().filter(|reported| reported.version == trained.brain.version());
    match reported {
        Some(reported) if brain.version() == trained.brain.version() => reported.comparison.clone(),
        _ => Some(trained.compared_with(&brain, live.content.len(), bytes)),
    }
}

fn untrainable(error: &sbf_brain::TrainError) -> Problem {
    Problem {
        severity: Severity::Error,
        file: KNOWLEDGE.to_owned(),
        path: String::new(),
        rule: "must hold utterances that a classifier can be trained on".to_owned(),
        found: error.to_string(),
    }
}

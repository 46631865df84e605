//! A trained bot and how it does.

use crate::{
    brain::Brain,
    findings::Finding,
    report::{Comparison, Report},
};

/// A trained bot and how it does.
#[derive(Debug)]
pub struct Trained {
    /// The bot.
    pub brain: Brain,
    /// How it does on utterances that it was not trained on.
    pub report: Report,
}

impl Trained {
    /// All findings, by kind and in the order of the file: those of the report, utterances in the wrong intent, and words that decide alone.
    /// `sbf test` prints them.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.report.findings.clone();
        findings.extend(self.report.further_findings(&self.brain));
        findings
    }

    /// The artefacts for people, by name: readable brain, confusion matrix and its picture, word distribution, training report.
    pub fn readable(&self) -> Vec<(&'static str, Vec<u8>)> {
        self.report.artefacts(&self.brain)
    }

    /// Compares with the bot that is live, whose artefact has `live_bytes`; the new one's has `bytes`.
    pub fn compared_with(&self, live: &Brain, live_bytes: usize, bytes: usize) -> Comparison {
        Comparison::between(live, live_bytes, &self.brain, bytes)
    }
}

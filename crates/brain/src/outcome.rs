//! What a bot understands from utterances whose meaning is known.

use serde::Serialize;

use crate::brain::Brain;

/// What was understood from an utterance whose meaning is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The intent that it means.
    pub desired: String,
    /// The utterance.
    #[serde(rename = "intent")]
    pub utterance: String,
    /// `canonical` for a training utterance, held out; else the kind of test that the author named.
    #[serde(rename = "type")]
    pub kind: String,
    /// The best intent, whether its confidence sufficed or not.
    pub predicted: Option<String>,
    /// The best intent's probability.
    pub probability: f32,
    /// The gate's confidence.
    pub confidence: f32,
    /// Whether the bot would answer with the best intent, and not say that it did not understand.
    pub accepted: bool,
}

impl Outcome {
    /// Whether the bot would answer with the intent that is meant.
    pub fn passed(&self) -> bool {
        self.accepted && self.predicted.as_ref() == Some(&self.desired)
    }

    /// The intent the bot would answer with.
    pub fn answered(&self) -> Option<&str> {
        self.predicted.as_deref().filter(|_| self.accepted)
    }
}

/// Runs the author's own tests (`_tests`).
pub fn run_tests(brain: &Brain) -> Vec<Outcome> {
    brain.content.tests.iter().map(|test| run_test(brain, test)).collect()
}

/// Runs one test (kind, utterance, intent meant), which may be another brain's.
pub(crate) fn run_test(brain: &Brain, (kind, utterance, desired): &(String, String, String)) -> Outcome {
    let understood = brain.understand(utterance);
    let best = understood.candidates.first();
    Outcome {
        desired: desired.clone(),
        utterance: utterance.clone(),
        kind: kind.clone(),
        predicted: best.map(|best| best.intent.id.clone()),
        probability: best.map_or(0.0, |best| best.probability),
        confidence: understood.confidence,
        accepted: understood.accepted.is_some(),
    }
}

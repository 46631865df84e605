//! How a trained bot does, and the artefacts that people read.

mod compare;
mod matrix;
mod words;

use std::{collections::BTreeMap, sync::Arc};

use sbf_amc::TrainReport;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    artefact::{CONFUSION_MATRIX, CONFUSION_PICTURE, READABLE, REPORT, WORD_DISTRIBUTION},
    brain::Brain,
    findings::{self, Finding},
    problem::Problem,
    train::Trained,
};

pub use self::{
    compare::Comparison,
    matrix::{Confusion, ConfusionMatrix, DrawError, REFUSED},
};

/// The kind of an utterance that the classifier was trained on, as the reference names it.
const CANONICAL: &str = "canonical";
/// Confused pairs listed in the training report.
const MOST_CONFUSIONS: usize = 50;

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

/// How a bot does on utterances that it was not trained on.
#[derive(Debug, Clone)]
pub struct Report {
    /// Number of intents.
    pub intents: usize,
    /// Utterances as written.
    pub utterances: usize,
    /// Texts that these became by expansion.
    pub texts: usize,
    /// Features in use.
    pub features: usize,
    /// Share of held-out texts whose best intent is the right one, whatever the confidence.
    pub accuracy: f64,
    /// Held-out training texts; on large bots a part of them.
    pub held_out: Vec<Outcome>,
    /// The author's own tests.
    pub tests: Vec<Outcome>,
    /// Warnings of the check.
    pub warnings: Vec<Problem>,
    /// What the author can mend, as far as training knows it anyway.
    pub findings: Vec<Finding>,
    /// Seconds for the hyperplanes of the final classifier.
    pub fit_seconds: f64,
    /// Seconds for everything in the classifier, held-out measurements included.
    pub train_seconds: f64,
    /// What it changes in the brain that is live, where somebody compared.
    pub comparison: Option<Comparison>,
    pub(crate) training: Vec<Text>,
    /// For each held-out text its place in `training`.
    pub(crate) held_out_texts: Vec<usize>,
}

/// One training text.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    /// Index of the intent.
    pub(crate) intent: usize,
    pub(crate) text: String,
    /// JSON path of the utterance that it was expanded from.
    pub(crate) path: Arc<str>,
}

/// Runs the author's own tests (`_tests`).
pub fn run_tests(brain: &Brain) -> Vec<Outcome> {
    brain.content.tests.iter().map(|test| run_test(brain, test)).collect()
}

/// Runs one test (kind, utterance, intent meant), which may be another brain's.
fn run_test(brain: &Brain, (kind, utterance, desired): &(String, String, String)) -> Outcome {
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

impl Report {
    pub(crate) fn new(
        brain: &Brain,
        utterances: usize,
        training: Vec<Text>,
        measured: TrainReport,
        warnings: Vec<Problem>,
    ) -> Self {
        let threshold = brain.content.config.threshold;
        let held_out = measured.predictions.into_iter().filter_map(|prediction| {
            let utterance = training.get(prediction.sample)?.text.clone();
            let outcome = Outcome {
                utterance,
                desired: prediction.desired,
                kind: CANONICAL.to_owned(),
                accepted: prediction.predicted.is_some() && prediction.confidence >= threshold,
                predicted: prediction.predicted,
                probability: prediction.probability,
                confidence: prediction.confidence,
            };
            Some((outcome, prediction.sample))
        });
        let (held_out, held_out_texts): (Vec<Outcome>, Vec<usize>) = held_out.unzip();
        let findings = findings::cheap(brain, &training, &held_out, &held_out_texts);
        Self {
            intents: brain.intents().len(),
            utterances,
            texts: training.len(),
            features: measured.n_features,
            accuracy: measured.accuracy,
            held_out,
            tests: run_tests(brain),
            warnings,
            fit_seconds: measured.fit_seconds,
            train_seconds: measured.train_seconds,
            findings,
            comparison: None,
            training,
            held_out_texts,
        }
    }

    /// What `training-report.json` holds; without seconds, so that equal bots have equal reports.
    pub fn to_json(&self, brain: &Brain) -> Value {
        let failed: Vec<&Outcome> = self.tests.iter().filter(|test| !test.passed()).collect();
        json!({
            "name": brain.name(),
            "version": brain.version(),
            "language": brain.language(),
            "intents": self.intents,
            "utterances": self.utterances,
            "texts": self.texts,
            "features": self.features,
            "heldOut": {
                "texts": self.held_out.len(),
                "accuracy": round(self.accuracy),
                "threshold": round(f64::from(brain.config().threshold)),
                "answeredRightly": round(share(&self.held_out, Outcome::passed)),
                "refused": round(share(&self.held_out, |outcome| !outcome.accepted)),
            },
            "tests": { "total": self.tests.len(), "passed": self.tests.len() - failed.len(), "failed": failed },
            "confused": self.confusions(),
            "comparison": self.comparison,
            "findings": self.findings,
            "warnings": self.warnings,
        })
    }

    /// Pairs of intents that were taken for each other, the most frequent first, each with an example.
    fn confusions(&self) -> Vec<Value> {
        let mut pairs: BTreeMap<(&str, &str), (usize, &str, Option<&str>)> = BTreeMap::new();
        let paths = self.held_out_texts.iter().map(|text| self.training.get(*text).map(|text| &*text.path));
        // The author's tests have no place of their own here.
        let paths = paths.chain(std::iter::repeat(None));
        for (outcome, path) in self.held_out.iter().chain(&self.tests).zip(paths) {
            let Some(predicted) = outcome.predicted.as_deref().filter(|predicted| *predicted != outcome.desired) else {
                continue;
            };
            pairs.entry((&outcome.desired, predicted)).or_insert((0, &outcome.utterance, path)).0 += 1;
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by_key(|(_, (times, ..))| std::cmp::Reverse(*times));
        let pair = |((desired, predicted), (times, example, path))| json!({ "desired": desired, "predicted": predicted, "times": times, "example": example, "path": path });
        pairs.into_iter().take(MOST_CONFUSIONS).map(pair).collect()
    }

    /// Held-out and test utterances by what they mean and what the bot would answer.
    pub fn confusion_matrix(&self, brain: &Brain) -> ConfusionMatrix {
        let records = self.held_out.iter().chain(&self.tests);
        let pairs: Vec<_> = records.map(|one| (one.desired.as_str(), one.answered())).collect();
        ConfusionMatrix::count(brain.intents().iter().map(|intent| intent.id.as_str()), &pairs)
    }

    /// The reference's list of records, each with what was understood, and the counts; the last column is "not answered".
    fn confusion_records(&self, matrix: &ConfusionMatrix) -> Value {
        let records: Vec<&Outcome> = self.held_out.iter().chain(&self.tests).collect();
        json!({ "records": records, "matrix": { "intents": matrix.labels(), "counts": matrix.counts() } })
    }

    fn readable(&self, brain: &Brain) -> Value {
        let intents = brain.intents().iter().enumerate().map(|(index, intent)| {
            let texts: Vec<&str> =
                self.training.iter().filter(|text| text.intent == index).map(|text| text.text.as_str()).collect();
            json!({ "id": intent.id, "texts": texts })
        });
        json!({
            "name": brain.name(),
            "version": brain.version(),
            "language": brain.language(),
            "voice": brain.voice(),
            "threshold": round(f64::from(brain.config().threshold)),
            "features": self.features,
            "intents": intents.collect::<Vec<_>>(),
            "words": words::table(&self.training),
            "source": brain.knowledge(),
        })
    }
}

impl Trained {
    /// The artefacts for people, by name: readable brain, confusion matrix and its picture, word distribution, training report.
    pub fn readable(&self) -> Vec<(&'static str, Vec<u8>)> {
        let json = |value: &Value| {
            let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
            text.push(b'\n');
            text
        };
        let matrix = self.report.confusion_matrix(&self.brain);
        let mut readable = vec![
            (READABLE, json(&self.report.readable(&self.brain))),
            (CONFUSION_MATRIX, json(&self.report.confusion_records(&matrix))),
            (WORD_DISTRIBUTION, words::csv(&self.report.training).into_bytes()),
            (REPORT, json(&self.report.to_json(&self.brain))),
        ];
        // A string is drawn on, which cannot fail; a brain would not be kept back for a picture.
        readable.extend(matrix.to_svg().ok().map(|picture| (CONFUSION_PICTURE, picture.into_bytes())));
        readable
    }
}

fn share(outcomes: &[Outcome], holds: impl Fn(&Outcome) -> bool) -> f64 {
    let count = outcomes.iter().filter(|outcome| holds(outcome)).count();
    if outcomes.is_empty() { 0.0 } else { count as f64 / outcomes.len() as f64 }
}

/// Four digits say all there is to say.
fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests;

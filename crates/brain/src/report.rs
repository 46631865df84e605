//! How a trained bot does, and the artefacts that people read.

mod compare;
mod everyday;
mod matrix;
mod words;

use std::collections::BTreeMap;

use sbf_amc::TrainReport;
use serde_json::{Value, json};

use crate::{
    brain::Brain,
    files::{CONFUSION_MATRIX, CONFUSION_PICTURE, READABLE, REPORT, WORD_DISTRIBUTION},
    findings::{self, Evidence, Finding},
    outcome::{Outcome, run_tests},
    problem::Problem,
    texts::Text,
};

pub use self::{
    compare::Comparison,
    everyday::{Answered, Everyday},
    matrix::{Confusion, ConfusionMatrix, DrawError, REFUSED},
};

/// The kind of an utterance that the classifier was trained on, as the reference names it.
const CANONICAL: &str = "canonical";
/// Confused pairs listed in the training report.
const MOST_CONFUSIONS: usize = 50;
/// Bytes that a list in a report takes, about: of a large bot it is cut, so that no report has more than 2 MB.
const MOST_BYTES: usize = 1_000_000;

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
    /// What it makes of everyday messages.
    pub everyday: Everyday,
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
    training: Vec<Text>,
    /// For each held-out text its place in `training`.
    held_out_texts: Vec<usize>,
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
        let evidence = Evidence { brain, texts: &training, held_out: &held_out, held_out_texts: &held_out_texts };
        let findings = findings::cheap(evidence);
        Self {
            intents: brain.intents().len(),
            utterances,
            texts: training.len(),
            features: measured.n_features,
            accuracy: measured.accuracy,
            held_out,
            tests: run_tests(brain),
            everyday: Everyday::of(brain),
            warnings,
            fit_seconds: measured.fit_seconds,
            train_seconds: measured.train_seconds,
            findings,
            comparison: None,
            training,
            held_out_texts,
        }
    }

    /// What else can be mended, by a look at every utterance.
    pub(crate) fn further_findings(&self, brain: &Brain) -> Vec<Finding> {
        let Self { training: texts, held_out, held_out_texts, .. } = self;
        findings::thorough(Evidence { brain, texts, held_out, held_out_texts })
    }

    /// The artefacts for people, by name: readable brain, confusion matrix and its picture, word distribution, training report.
    pub(crate) fn artefacts(&self, brain: &Brain) -> Vec<(&'static str, Vec<u8>)> {
        let json = |value: &Value| {
            let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
            text.push(b'\n');
            text
        };
        let matrix = self.confusion_matrix(brain);
        let mut artefacts = vec![
            (READABLE, json(&self.readable(brain))),
            (CONFUSION_MATRIX, json(&self.confusion_records(&matrix))),
            (WORD_DISTRIBUTION, words::csv(&self.training).into_bytes()),
            (REPORT, json(&self.to_json(brain))),
        ];
        // A string is drawn on, which cannot fail; a brain would not be kept back for a picture.
        artefacts.extend(matrix.to_svg().ok().map(|picture| (CONFUSION_PICTURE, picture.into_bytes())));
        artefacts
    }

    /// What `training-report.json` holds; without seconds, so that equal bots have equal reports.
    pub fn to_json(&self, brain: &Brain) -> Value {
        let failed: Vec<&Outcome> = self.tests.iter().filter(|test| !test.passed()).collect();
        let listed = within(MOST_BYTES / 4, &failed, |outcome| size(outcome));
        let warnings = within(MOST_BYTES / 2, &self.warnings, size_of_problem);
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
            "tests": { "total": self.tests.len(), "passed": self.tests.len() - failed.len(), "failed": listed },
            "everyday": self.everyday,
            "confused": self.confusions(),
            "comparison": self.comparison,
            "findings": self.findings,
            "warnings": warnings,
            "warningsInAll": self.warnings.len(),
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

    /// The reference's list of records, each with what was understood, and the counts; the last column is "not answered". Of a large bot these are
    /// those of the intents with the most mistakes, and the records are cut: mistakes are kept first.
    fn confusion_records(&self, matrix: &ConfusionMatrix) -> Value {
        let mut records: Vec<&Outcome> = self.held_out.iter().chain(&self.tests).collect();
        if records.iter().map(|outcome| size(outcome)).sum::<usize>() > MOST_BYTES {
            records.sort_by_key(|outcome| outcome.passed());
        }
        let listed = within(MOST_BYTES, &records, |outcome| size(outcome));
        let shown = matrix.of_most_mistakes();
        let mut written =
            json!({ "records": listed, "matrix": { "intents": shown.labels(), "counts": shown.table() } });
        let left_out = (records.len() - listed.len(), matrix.labels().len() - shown.labels().len());
        if left_out != (0, 0) {
            written["leftOut"] = json!({ "records": left_out.0, "intents": left_out.1 });
        }
        written
    }

    fn readable(&self, brain: &Brain) -> Value {
        let mut texts: Vec<Vec<&str>> = vec![Vec::new(); brain.intents().len()];
        self.training.iter().for_each(|text| texts[text.intent].push(&text.text));
        let intents =
            brain.intents().iter().zip(texts).map(|(intent, texts)| json!({ "id": intent.id, "texts": texts }));
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

/// As many of the first ones as take no more bytes than these.
fn within<T>(bytes: usize, all: &[T], size: impl Fn(&T) -> usize) -> &[T] {
    let mut left = bytes;
    let fits = |one: &&T| match left.checked_sub(size(one)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    &all[..all.iter().take_while(fits).count()]
}

/// Bytes of an outcome in a report, about.
fn size(outcome: &Outcome) -> usize {
    const OF_THE_REST: usize = 200;
    let predicted = outcome.predicted.as_ref().map_or(0, String::len);
    OF_THE_REST + outcome.utterance.len() + outcome.desired.len() + outcome.kind.len() + predicted
}

fn size_of_problem(problem: &Problem) -> usize {
    const OF_THE_REST: usize = 150;
    OF_THE_REST + problem.path.len() + problem.rule.len() + problem.found.len()
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

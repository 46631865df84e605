//! Measuring a classifier on labelled utterances: everything that `sbf eval` prints.
#![allow(clippy::disallowed_methods, reason = "a monotonic clock says how long it took")]

use std::{collections::BTreeMap, time::Instant};

use serde::Serialize;

use crate::{
    dense::Encode,
    model::{Classification, Model},
    options::CheckedOptions,
    train::{Sample, TrainError, train, train_with_vectors},
};

/// The confidence at which bots answer unless their author says otherwise.
pub const DEFAULT_THRESHOLD: f32 = 0.70;
const FOLDS: usize = 5;
const BINS: usize = 15;
/// Throws of the dice that are averaged in `ece_by_chance`.
const CHANCES: u32 = 200;

/// A line of an utterance file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The intent's name.
    pub label: String,
    /// What was said.
    pub utterance: String,
}

/// A line that is not `label<TAB>utterance`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LineError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Reads lines of `label<TAB>utterance`; empty lines are skipped.
///
/// # Errors
/// All lines that have no tab, no label or no utterance.
pub fn parse(text: &str) -> Result<Vec<Labelled>, Vec<LineError>> {
    let (mut labelled, mut errors) = (Vec::new(), Vec::new());
    for (i, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match parse_line(line) {
            Ok(one) => labelled.push(one),
            Err(what) => errors.push(LineError { line: i + 1, what }),
        }
    }
    if errors.is_empty() { Ok(labelled) } else { Err(errors) }
}

fn parse_line(line: &str) -> Result<Labelled, &'static str> {
    let (label, utterance) = line.split_once('\t').ok_or("there is no tab between label and utterance")?;
    let (label, utterance) = (label.trim(), utterance.trim());
    match (label.is_empty(), utterance.is_empty()) {
        (true, _) => Err("the label is empty"),
        (_, true) => Err("the utterance is empty"),
        _ => Ok(Labelled { label: label.to_owned(), utterance: utterance.to_owned() }),
    }
}

/// Labelled lines as training samples.
pub fn samples(labelled: &[Labelled]) -> Vec<Sample<'_>> {
    labelled.iter().map(|one| Sample { utterance: &one.utterance, intent: &one.label }).collect()
}

/// What was measured; all rates are 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Training utterances.
    pub n_train: usize,
    /// Test utterances.
    pub n_test: usize,
    /// Intents in training.
    pub n_intents: usize,
    /// Feature buckets that occur in training.
    pub n_features: usize,
    /// Share of test utterances whose label is the top intent.
    pub accuracy: f64,
    /// Mean over all labels, of test and answers, of the harmonic mean of precision and recall.
    pub macro_f1: f64,
    /// Expected calibration error of the top probability, 15 equal bins (Naeini et al. 2015).
    pub ece: f64,
    /// What chance alone makes of `ece` in a test of this size: its mean where answers are right exactly as often as their probabilities say.
    pub ece_by_chance: f64,
    /// Share of test utterances with a confidence of at least [`DEFAULT_THRESHOLD`], rightly understood or not.
    pub retention: f64,
    /// Seconds for the hyperplanes alone.
    pub fit_seconds: f64,
    /// Seconds from text to model bytes.
    pub train_seconds: f64,
    /// Median microseconds from text to ranked answer with confidence, on one thread.
    pub classify_us_p50: f64,
    /// The same, 99th percentile.
    pub classify_us_p99: f64,
    /// Bytes of the model.
    pub model_bytes: usize,
    /// Milliseconds from bytes in memory to a model that answers.
    pub load_ms: f64,
    /// Where out-of-scope utterances were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oos: Option<OutOfScope>,
}

/// How well the gate tells what the bot knows from what it does not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OutOfScope {
    /// Area under the ROC curve of the confidence, in-scope test against out-of-scope.
    pub auroc: f64,
    /// Share of out-of-scope utterances below the threshold that keeps 95 % of the in-scope test.
    pub recall_at_95_retention: f64,
    /// At the default threshold: right and accepted, over all in-scope utterances.
    pub in_scope_accuracy: f64,
    /// At the default threshold: share of out-of-scope utterances that are refused.
    pub recall: f64,
    /// The mean of the last two: how much of either kind is decided rightly. Without test utterances, `recall` alone.
    pub decided_right: f64,
}

/// One answer on a test utterance.
struct Answer<'a> {
    desired: &'a str,
    predicted: String,
    probability: f32,
    confidence: f32,
}

/// The answers of all test utterances, and of all models that were trained for them.
#[derive(Default)]
pub(crate) struct Collected<'a> {
    answers: Vec<Answer<'a>>,
    outside: Vec<f32>,
    microseconds: Vec<f64>,
    fit_seconds: f64,
    train_seconds: f64,
    load_ms: f64,
    model_bytes: usize,
    n_features: usize,
    models: usize,
}

/// Trains on `train` and measures on `test`; without a test, in five seeded folds, each held out once. With an encoder, by words and vectors.
///
/// # Errors
/// Where nothing can be trained.
pub fn evaluate(
    train: &[Sample<'_>],
    test: Option<&[Sample<'_>]>,
    oos: Option<&[&str]>,
    encode: Option<&dyn Encode>,
    options: &CheckedOptions,
) -> Result<Evaluation, TrainError> {
    let mut collected = Collected::default();
    match test {
        Some(test) => collected.run(train, test, oos.unwrap_or_default(), encode, options)?,
        None => {
            for (kept, held_out) in folds(train, options.seed) {
                collected.run(&kept, &held_out, oos.unwrap_or_default(), encode, options)?;
            }
        }
    }
    let mut labels: Vec<&str> = train.iter().map(|sample| sample.intent).collect();
    labels.sort_unstable();
    labels.dedup();
    Ok(collected.evaluation(train.len(), labels.len(), oos.is_some()))
}

fn folds<'a>(samples: &[Sample<'a>], seed: u64) -> Vec<(Vec<Sample<'a>>, Vec<Sample<'a>>)> {
    let mut order: Vec<usize> = (0..samples.len()).collect();
    crate::hash::Dice::new(seed).shuffle(&mut order);
    order.sort_by_key(|&i| samples[i].intent);
    (0..FOLDS.min(samples.len()))
        .map(|fold| {
            let pick = |held: bool| {
                order
                    .iter()
                    .enumerate()
                    .filter(|(rank, _)| (rank % FOLDS == fold) == held)
                    .map(|(_, &i)| samples[i])
                    .collect()
            };
            (pick(false), pick(true))
        })
        .filter(|(kept, _): &(Vec<Sample<'a>>, _)| !kept.is_empty())
        .collect()
}

impl<'a> Collected<'a> {
    pub(crate) fn run(
        &mut self,
        samples: &[Sample<'_>],
        test: &[Sample<'a>],
        oos: &[&str],
        encode: Option<&dyn Encode>,
        options: &CheckedOptions,
    ) -> Result<(), TrainError> {
        let trained = match encode {
            Some(encode) => train_with_vectors(samples, encode, options, &mut |_| {})?,
            None => train(samples, options, &mut |_| {})?,
        };
        let (bytes, vectors) = (trained.model.encode(), trained.model.encode_vectors());
        self.models += 1;
        self.fit_seconds += trained.report.fit_seconds;
        self.train_seconds += trained.report.train_seconds;
        self.n_features += trained.report.n_features;
        self.model_bytes += bytes.len() + vectors.as_ref().map_or(0, Vec::len);
        let start = Instant::now();
        let mut model = Model::decode(bytes)?;
        if let Some(vectors) = vectors {
            let vectors = model.read_vectors(&vectors)?;
            model = model.with_vectors(vectors);
        }
        model.classify(test.first().map_or("", |sample| sample.utterance));
        self.load_ms += start.elapsed().as_secs_f64() * 1e3;
        // One pass to warm up, one to measure.
        for sample in test {
            classify(&model, sample.utterance, encode);
        }
        for sample in test {
            let start = Instant::now();
            let answer = classify(&model, sample.utterance, encode);
            self.microseconds.push(start.elapsed().as_secs_f64() * 1e6);
            let top = answer.ranked.first();
            self.answers.push(Answer {
                desired: sample.intent,
                predicted: top.map_or_else(String::new, |top| top.intent.to_owned()),
                probability: top.map_or(0.0, |top| top.probability),
                confidence: answer.confidence.get(),
            });
        }
        self.outside.extend(oos.iter().map(|utterance| classify(&model, utterance, encode).confidence.get()));
        Ok(())
    }

    pub(crate) fn evaluation(mut self, n_train: usize, n_intents: usize, with_oos: bool) -> Evaluation {
        let models = self.models.max(1);
        self.microseconds.sort_by(f64::total_cmp);
        let percentile = |share: f64| {
            let at = (self.microseconds.len() as f64 * share) as usize;
            self.microseconds.get(at.min(self.microseconds.len().saturating_sub(1))).copied().unwrap_or(0.0)
        };
        Evaluation {
            n_train,
            n_test: self.answers.len(),
            n_intents,
            n_features: self.n_features / models,
            accuracy: mean(self.answers.iter().map(|answer| answer.is_right())),
            macro_f1: macro_f1(&self.answers),
            ece: calibration_error(self.answers.iter().map(|answer| (answer.is_right(), answer.probability))),
            ece_by_chance: error_by_chance(&self.answers),
            retention: mean(self.answers.iter().map(|answer| answer.confidence >= DEFAULT_THRESHOLD)),
            fit_seconds: self.fit_seconds / models as f64,
            train_seconds: self.train_seconds / models as f64,
            classify_us_p50: percentile(0.5),
            classify_us_p99: percentile(0.99),
            model_bytes: self.model_bytes / models,
            load_ms: self.load_ms / models as f64,
            oos: with_oos.then(|| out_of_scope(&self.answers, &self.outside)),
        }
    }
}

/// What an utterance means by its words and, where there is an encoder, its vector.
fn classify<'m>(model: &'m Model, utterance: &str, encode: Option<&dyn Encode>) -> Classification<'m> {
    let vector = encode.and_then(|encode| model.vector(utterance, encode));
    model.classify_with_vector(utterance, vector.as_deref())
}

impl Answer<'_> {
    fn is_right(&self) -> bool {
        self.predicted == self.desired
    }
}

fn mean(facts: impl Iterator<Item = bool>) -> f64 {
    let (right, all) = facts.fold((0usize, 0usize), |(right, all), fact| (right + usize::from(fact), all + 1));
    if all == 0 { 0.0 } else { right as f64 / all as f64 }
}

fn macro_f1(answers: &[Answer<'_>]) -> f64 {
    // For each label: right, predicted, desired.
    let mut labels: BTreeMap<&str, [f64; 3]> = BTreeMap::new();
    for answer in answers {
        labels.entry(answer.desired).or_default()[2] += 1.0;
        labels.entry(&answer.predicted).or_default()[1] += 1.0;
        if answer.is_right() {
            labels.entry(answer.desired).or_default()[0] += 1.0;
        }
    }
    let sum: f64 = labels.values().map(|[right, predicted, desired]| 2.0 * right / (predicted + desired)).sum();
    sum / labels.len().max(1) as f64
}

/// From whether answers are right, and their probabilities.
fn calibration_error(answers: impl Iterator<Item = (bool, f32)>) -> f64 {
    // For each bin: right answers, sum of probabilities.
    let mut bins = [[0f64; 2]; BINS];
    let mut count = 0;
    for (right, probability) in answers {
        let bin = ((f64::from(probability) * BINS as f64) as usize).min(BINS - 1);
        bins[bin][0] += f64::from(u8::from(right));
        bins[bin][1] += f64::from(probability);
        count += 1;
    }
    let off: f64 = bins.iter().map(|[right, expected]| (right - expected).abs()).sum();
    off / f64::from(count.max(1))
}

fn error_by_chance(answers: &[Answer<'_>]) -> f64 {
    let mut dice = crate::hash::Dice::new(1);
    let sides = 1 << 24;
    let mut thrown = |probability: f32| ((dice.below(sides) as f32) < probability * sides as f32, probability);
    let error = |_| calibration_error(answers.iter().map(|answer| thrown(answer.probability)));
    (0..CHANCES).map(error).sum::<f64>() / f64::from(CHANCES)
}

fn out_of_scope(answers: &[Answer<'_>], outside: &[f32]) -> OutOfScope {
    let mut inside: Vec<f32> = answers.iter().map(|answer| answer.confidence).collect();
    inside.sort_by(f32::total_cmp);
    let keeps = inside.get((inside.len() as f64 * 0.05) as usize).copied().unwrap_or(0.0);
    let in_scope_accuracy =
        mean(answers.iter().map(|answer| answer.is_right() && answer.confidence >= DEFAULT_THRESHOLD));
    let recall = mean(outside.iter().map(|&confidence| confidence < DEFAULT_THRESHOLD));
    OutOfScope {
        auroc: auroc(&inside, outside),
        recall_at_95_retention: mean(outside.iter().map(|&confidence| confidence < keeps)),
        in_scope_accuracy,
        recall,
        decided_right: if answers.is_empty() { recall } else { (in_scope_accuracy + recall) / 2.0 },
    }
}

/// Chance that an inside value (sorted) is above an outside one, equals counting half.
fn auroc(inside: &[f32], outside: &[f32]) -> f64 {
    let wins: f64 = outside
        .iter()
        .map(|value| {
            let below = inside.partition_point(|other| other < value);
            let up_to = inside.partition_point(|other| other <= value);
            (inside.len() - up_to) as f64 + (up_to - below) as f64 / 2.0
        })
        .sum();
    wins / (inside.len().max(1) * outside.len().max(1)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(desired: &'static str, predicted: &str, probability: f32, confidence: f32) -> Answer<'static> {
        Answer { desired, predicted: predicted.to_owned(), probability, confidence }
    }

    #[test]
    fn lines_are_read_and_all_faults_told() {
        let good = parse("\u{FEFF}greet\thello there\r\n\nbye\tsee you\tlater\n").unwrap();
        assert_eq!(good[0], Labelled { label: "greet".into(), utterance: "hello there".into() });
        assert_eq!(good[1].utterance, "see you\tlater");
        let faults = parse("greet hello\nbye\t\n\tx\n").unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(faults[0].to_string(), "line 1: there is no tab between label and utterance");
    }

    #[test]
    fn chance_alone_makes_an_error_that_shrinks_with_the_test() {
        let answers = |count| (0..count).map(|_| answer("a", "a", 0.5, 0.9)).collect::<Vec<_>>();
        // One answer: |1 − 0.5| or |0 − 0.5|; four of one bin: 0, ¼ or ½ off by the binomial distribution, 3/16 on average.
        assert!((error_by_chance(&answers(1)) - 0.5).abs() < 1e-9);
        assert!((error_by_chance(&answers(4)) - 3.0 / 16.0).abs() < 0.03);
        assert!(error_by_chance(&answers(4000)) < 0.01);
    }

    #[test]
    fn figures_match_a_hand_count() {
        let answers = [
            answer("a", "a", 0.9, 0.9),
            answer("a", "b", 0.9, 0.8),
            answer("b", "b", 0.5, 0.6),
            answer("c", "b", 0.5, 0.1),
        ];
        assert!((mean(answers.iter().map(Answer::is_right)) - 0.5).abs() < 1e-9);
        // F1: a 2/3, b 2·1/(3+1), c 0.
        assert!((macro_f1(&answers) - (2.0 / 3.0 + 0.5) / 3.0).abs() < 1e-9);
        // Bins: two at 0.9 with one right (|1 − 1.8|), two at 0.5 with one right (0).
        let error = calibration_error(answers.iter().map(|answer| (answer.is_right(), answer.probability)));
        assert!((error - 0.2).abs() < 1e-6);
        let oos = out_of_scope(&answers, &[0.05, 0.6, 0.75]);
        assert!((oos.auroc - (4.0 + 2.5 + 2.0) / 12.0).abs() < 1e-9);
        assert!((oos.recall_at_95_retention - 1.0 / 3.0).abs() < 1e-9);
        // Of four one is right and accepted, of three two are refused.
        assert!((oos.decided_right - (1.0 / 4.0 + 2.0 / 3.0) / 2.0).abs() < 1e-9);
        assert!((out_of_scope(&[], &[0.05, 0.75]).decided_right - 0.5).abs() < 1e-9);
        assert!((oos.in_scope_accuracy - 0.25).abs() < 1e-9);
        assert!((oos.recall - 2.0 / 3.0).abs() < 1e-9);
    }
}

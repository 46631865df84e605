//! Training: from utterances to a model and a report on how it does on utterances it has not seen.
#![allow(clippy::disallowed_methods, reason = "a monotonic clock says how long it took; it decides nothing")]

use std::time::Instant;

use crate::{
    codec::DecodeError,
    corpus::Corpus,
    dense::{Dense, Encode, fit::Vectors},
    gate::{Confidence, Gate},
    held_out::{FOLDS, HeldOut, Measurement, hold_out, spread},
    model::{Head, Model, probability},
    options::CheckedOptions,
    svm::{self, Hyperplanes, Rows, Task},
    terms::Lexicon,
};

/// Margins that the temperature is fitted on, for each is looked at sixty times; with more, fewer utterances count.
const MOST_FITTED: usize = 2_000_000;
/// Softmax temperature of bots that are too small to fit one, and how many held-out utterances weigh as much as it does.
const PRIOR_TEMPERATURE: f32 = 5.0;
const PRIOR_COUNT: f32 = 150.0;
/// How many held-out scores weigh as much as the threshold of simulated bots, and the power of their number with which the weight of the own
/// ones grows: the 5 % quantile of twenty is but the least of them. Chosen on bots of 30 to 105 utterances drawn from CLINC150's training part,
/// of which its validation part keeps 95.0 %, and on the held-out utterances of the sample bots.
const PRIOR_SCORES: f32 = 60.0;
const PRIOR_POWER: i32 = 5;
/// Share of a bot's own held-out utterances below 0.70, as of the new ones.
const OWN_BELOW: f32 = 0.05;
/// From this many utterances on the share is less, by this power of their number: with many utterances a held-out one often has a near copy in
/// training, which a new one has not. Chosen on the validation part of CLINC150, for which 20, 50 and 100 utterances an intent keep 95 %.
const NEAR_COPIES_FROM: f32 = 2000.0;
const NEAR_COPIES_POWER: f32 = 0.3;

/// A training utterance and its intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample<'a> {
    /// What a user may say.
    pub utterance: &'a str,
    /// What is meant by it.
    pub intent: &'a str,
}

/// How far training has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
    /// What is being done now.
    pub what: &'static str,
}

/// Why nothing could be trained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// There is nothing to learn from.
    #[error("there are no training utterances")]
    NoSamples,
    /// The encoder gave no vector of some text, or vectors of several lengths: its file is damaged.
    #[error("the encoder gave no vectors of the training utterances")]
    Vectors,
    /// The trained model cannot be read back: a fault of this program.
    #[error("the trained model cannot be read back: {0}")]
    Unreadable(#[from] DecodeError),
}

/// A model and how it does.
#[derive(Debug)]
pub struct Trained {
    /// The classifier.
    pub model: Model,
    /// How it does on utterances it has not seen.
    pub report: TrainReport,
}

/// How a bot does on its own utterances when they are held out.
#[derive(Debug, Clone, Default)]
pub struct TrainReport {
    /// Held-out predictions of the samples, in their order; on large corpora of a part of them.
    pub predictions: Vec<Prediction>,
    /// Share of the predictions that are right.
    pub accuracy: f64,
    /// Training utterances, intents, and feature buckets in use.
    pub n_samples: usize,
    /// Number of intents.
    pub n_intents: usize,
    /// Feature buckets that occur in the training utterances.
    pub n_features: usize,
    /// Seconds for the hyperplanes of the final model.
    pub fit_seconds: f64,
    /// Seconds for everything, held-out measurements included.
    pub train_seconds: f64,
    /// Factor of the margins in the probabilities' softmax.
    pub temperature: f32,
}

/// What a model said about a sample that it was not trained on.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Index of the sample.
    pub sample: usize,
    /// The sample's intent.
    pub desired: String,
    /// The intent that was found; `None` where the bot would refuse because of its `none` list.
    pub predicted: Option<String>,
    /// Its probability.
    pub probability: f32,
    /// The gate's confidence.
    pub confidence: f32,
}

/// Trains a classifier that knows words alone.
///
/// # Errors
/// Where there are no samples.
pub fn train(
    samples: &[Sample<'_>],
    options: &CheckedOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Trained, TrainError> {
    train_all(samples, None, options, progress)
}

/// Trains a classifier that goes by words and, where it is asked with a vector, by vectors too.
///
/// # Errors
/// Where there are no samples, or the encoder gives no vector of one.
pub fn train_with_vectors(
    samples: &[Sample<'_>],
    encode: &dyn Encode,
    options: &CheckedOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Trained, TrainError> {
    train_all(samples, Some(encode), options, progress)
}

fn train_all(
    samples: &[Sample<'_>],
    encode: Option<&dyn Encode>,
    options: &CheckedOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Trained, TrainError> {
    let start = Instant::now();
    let total = FOLDS + 2;
    progress(Progress { done: 0, total, what: "reading utterances" });
    let corpus = Corpus::read(samples, options)?;
    let vectors = encode.map(|encode| Vectors::read(&corpus, encode, options)).transpose()?;
    // First what is thrown away again: of a large bot the hyperplanes of one model are all that fits into memory.
    let mut measured = hold_out(&corpus, vectors.as_ref(), options, &mut |done| {
        progress(Progress { done, total, what: "measuring on held-out utterances" })
    })?;
    progress(Progress { done: FOLDS, total, what: "fitting hyperplanes" });
    let (mut model, used, seconds) = fit_words(&corpus, &measured.held, options)?;
    if let Some(vectors) = &vectors {
        let dense = fit_vectors(&corpus, vectors, &mut measured, &model, options);
        model.dense = Some(dense);
    }
    let mut report = report(&corpus, &model, &measured.held, samples);
    report.n_features = used;
    report.fit_seconds = seconds;
    report.train_seconds = start.elapsed().as_secs_f64();
    progress(Progress { done: total, total, what: "done" });
    Ok(Trained { model, report })
}

/// The final model of words, with the number of feature buckets in use and the seconds for the hyperplanes.
fn fit_words(corpus: &Corpus, held: &[HeldOut], options: &CheckedOptions) -> Result<(Model, usize, f64), DecodeError> {
    let all: Vec<usize> = (0..corpus.utterances.len()).collect();
    let mut fitted = Fitted::fit(corpus, &all, options);
    fitted.head.temperature = temperature(corpus, held, PRIOR_TEMPERATURE);
    fitted.head.gate.threshold = threshold(corpus, &fitted.head, held);
    fitted.head.exact = corpus.exact();
    let (used, seconds, packed) = (fitted.used, fitted.seconds, fitted.pack());
    drop(fitted);
    Ok((Model::decode_whole(packed)?, used, seconds))
}

/// The final model of vectors. What was measured is from then on by words and vectors.
fn fit_vectors(
    corpus: &Corpus,
    vectors: &Vectors,
    measured: &mut Measurement,
    model: &Model,
    options: &CheckedOptions,
) -> Dense {
    let all: Vec<usize> = (0..corpus.utterances.len()).collect();
    let mut dense = Dense::fit(corpus, vectors, &all, &vectors.everyday.iter().collect::<Vec<_>>(), options);
    dense.weight = measured.best_weight(corpus);

    measured.mix(corpus, vectors, dense.weight);
    dense.temperature = temperature(corpus, &measured.held, dense.temperature);
    dense.gate.threshold = measured.threshold(corpus, &dense.gate, |margins| model.head.lead(margins));
    dense
}

/// A model whose numbers are known but not yet packed.
pub(crate) struct Fitted {
    head: Head,
    hyperplanes: Hyperplanes,
    weights: Vec<f32>,
    used: usize,
    seconds: f64,
}

impl Fitted {
    pub(crate) fn fit(corpus: &Corpus, rows: &[usize], options: &CheckedOptions) -> Self {
        let weights = corpus.term_weights(rows, options);
        let buckets = 1usize << corpus.space.bits;
        let mut matrix = Rows::new(buckets);
        let mut used = vec![false; buckets];
        let (mut cells, mut own) = (Vec::new(), Vec::new());
        for &i in rows {
            cells.clear();
            let found = &corpus.utterances[i].found;
            own.clear();
            own.extend(found.all().iter().map(|bucket| weights[*bucket as usize]));
            found.weigh(corpus.space, &own, |_, bucket, value| cells.push((bucket, value)));
            cells.sort_unstable_by_key(|(bucket, _)| *bucket);
            cells.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
            cells.iter().for_each(|(bucket, _)| used[*bucket as usize] = true);
            matrix.push(cells.iter().copied());
        }
        let labels: Vec<u32> = rows.iter().map(|&i| corpus.utterances[i].class).collect();
        let task = Task {
            cost: options.cost,
            balance: options.balance,
            tolerance: options.tolerance,
            max_passes: options.max_passes,
            seed: options.seed,
            threads: options.threads,
        };
        let start = Instant::now();
        let hyperplanes = svm::solve(&matrix, &labels, corpus.classes(), &task);
        let seconds = start.elapsed().as_secs_f64();
        let head = head(corpus, rows, &hyperplanes, buckets);
        Self { head, hyperplanes, weights, used: used.iter().filter(|used| **used).count(), seconds }
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        Model::pack(&self.head, |bucket, weights| {
            weights.extend(self.hyperplanes.column(bucket));
            self.weights[bucket]
        })
    }
}

fn head(corpus: &Corpus, rows: &[usize], hyperplanes: &Hyperplanes, buckets: usize) -> Head {
    let lexicon = &corpus.lexicon;
    Head {
        lexicon: Lexicon::new(lexicon.language.clone(), lexicon.stop_words.clone(), lexicon.synonyms.clone()),
        space: corpus.space,
        intents: corpus.intents.clone(),
        none: corpus.none,
        biases: hyperplanes.column(buckets).collect(),
        temperature: 5.0,
        gate: Gate::of_size(rows.iter().filter(|&&i| !corpus.utterances[i].is_name).count(), corpus.intents.len()),
        exact: Vec::new(),
        vocabulary: corpus.vocabulary(rows),
        function_words: Vec::new(),
    }
}

/// The factor of a softmax under which the held-out utterances' classes are most probable, drawn towards `prior` where they are few.
fn temperature(corpus: &Corpus, held_out: &[HeldOut], prior: f32) -> f32 {
    let rows: Vec<usize> = (0..held_out.len()).collect();
    let fitted = spread(&rows, MOST_FITTED / corpus.classes()).map(|row| &held_out[row]);
    let fitted: Vec<(&[f32], usize)> = fitted.map(|held| (held.margins.as_slice(), held.class(corpus))).collect();
    let own = calibrate(&fitted).0.ln();
    let count = held_out.len() as f32;
    ((own * count + prior.ln() * PRIOR_COUNT) / (count + PRIOR_COUNT)).exp()
}

/// The factor of a softmax of margins under which some rows' classes are most probable, and how improbable they are with it: the sum of the
/// negative logarithms (Guo et al.: On Calibration of Modern Neural Networks, 2017).
pub(crate) fn calibrate<M: AsRef<[f32]>>(rows: &[(M, usize)]) -> (f32, f64) {
    let loss = |factor: f32| -> f64 {
        let logs = rows.iter().map(|(margins, class)| {
            let margins = margins.as_ref();
            let own = margins.get(*class).copied().unwrap_or(0.0);
            f64::from(margins.iter().map(|margin| ((margin - own) * factor).exp()).sum::<f32>()).ln()
        });
        logs.sum()
    };
    let (mut low, mut high) = (1.0f32, 20.0f32);
    // Golden-section search: the loss has one minimum.
    for _ in 0..30 {
        let (left, right) = (high - 0.618 * (high - low), low + 0.618 * (high - low));
        if loss(left) < loss(right) { high = right } else { low = left }
    }
    let factor = (low + high) / 2.0;
    (factor, loss(factor))
}

/// Where 0.70 lies: between what simulated bots of this size need and a low quantile of this bot's own held-out utterances, which counts
/// the more the more of them there are.
fn threshold(corpus: &Corpus, head: &Head, held_out: &[HeldOut]) -> f32 {
    let is_intent = |held: &&HeldOut| (corpus.utterances[held.utterance].class as usize) < corpus.intents.len();
    let score = |held: &HeldOut| head.gate.score(&held.signals, head.lead(&held.margins));
    let mut scores: Vec<f32> = held_out.iter().filter(is_intent).map(score).collect();
    scores.sort_by(f32::total_cmp);
    let Some(own) = quantile(&scores, below(corpus)) else { return head.gate.threshold };
    let share = 1.0 / (1.0 + (PRIOR_SCORES / scores.len() as f32).powi(PRIOR_POWER));
    own * share + head.gate.threshold * (1.0 - share)
}

/// Share of a bot's held-out utterances that lie below 0.70.
pub(crate) fn below(corpus: &Corpus) -> f32 {
    let utterances = corpus.utterances.len() as f32;
    OWN_BELOW * (NEAR_COPIES_FROM / utterances.max(NEAR_COPIES_FROM)).powf(NEAR_COPIES_POWER)
}

/// What a further number from the same source falls below with this probability. `n` numbers cut their source into `n + 1` parts that are equally
/// probable (Lei et al.: Distribution-Free Predictive Inference for Regression, 2018); between two of them it is taken as even.
pub(crate) fn quantile(sorted: &[f32], below: f32) -> Option<f32> {
    let place = (below * (sorted.len() + 1) as f32 - 1.0).max(0.0);
    let at = place as usize;
    let low = *sorted.get(at)?;
    let high = sorted.get(at + 1).copied().unwrap_or(low);
    Some(low + (high - low) * (place - at as f32))
}

fn report(corpus: &Corpus, model: &Model, held_out: &[HeldOut], samples: &[Sample<'_>]) -> TrainReport {
    let mut predictions = Vec::new();
    for (sample, at) in corpus.of_sample.iter().enumerate() {
        let Ok(at) = held_out.binary_search_by_key(at, |held| held.utterance) else { continue };
        let held = &held_out[at];
        let (top, confidence) = judge(model, held);
        predictions.push(Prediction {
            sample,
            desired: samples[sample].intent.to_owned(),
            predicted: corpus.intents.get(top).cloned(),
            probability: probability(&held.margins, top, model.temperature(held.by_vector.is_some())),
            confidence: confidence.get(),
        });
    }
    let right = predictions.iter().filter(|p| p.predicted.as_ref() == Some(&p.desired)).count();
    TrainReport {
        accuracy: right as f64 / predictions.len().max(1) as f64,
        predictions,
        n_samples: samples.len(),
        n_intents: corpus.intents.len(),
        temperature: model.temperature(model.dense.is_some()),
        ..TrainReport::default()
    }
}

/// The best intent of a held-out utterance, and how sure the final model's gate is of it.
fn judge(model: &Model, held: &HeldOut) -> (usize, Confidence) {
    let lead = model.head.lead(&held.margins);
    match (&model.dense, &held.by_vector) {
        (Some(dense), Some(by_vector)) => (by_vector.top as usize, dense.gate.confidence(by_vector, lead)),
        _ => (held.signals.top as usize, model.head.gate.confidence(&held.signals, lead)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_number_falls_below_the_quantile_as_often_as_is_said() {
        assert_eq!(quantile(&[], 0.05), None);
        assert_eq!(quantile(&[3.0], 0.05), Some(3.0));
        let sorted: Vec<f32> = (1..=99).map(|i| i as f32).collect();
        assert_eq!(quantile(&sorted, 0.05), Some(5.0));
        assert!((quantile(&sorted, 0.055).unwrap() - 5.5).abs() < 1e-3);
        let mut dice = crate::hash::Dice::new(7);
        let mut draw = || dice.below(1 << 20) as f32;
        let mut fallen = 0;
        for _ in 0..20_000 {
            let mut known: Vec<f32> = (0..60).map(|_| draw()).collect();
            known.sort_by(f32::total_cmp);
            fallen += usize::from(draw() < quantile(&known, 0.05).unwrap());
        }
        assert!((900..1100).contains(&fallen), "{fallen} of 20,000");
    }
}

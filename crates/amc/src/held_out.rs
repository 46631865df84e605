//! What models that were not trained on an utterance say about it: every utterance is held out once, or on large corpora some are.

use crate::{
    corpus::Corpus,
    dense::{
        Dense, DenseGate, DenseScratch, DenseSignals,
        fit::{Everyday, Vectors, WEIGHT, WEIGHTS},
    },
    gate::Signals,
    model::{Model, Scratch},
    options::CheckedOptions,
    train::{Fitted, TrainError, below, calibrate, quantile},
};

/// Folds of the held-out measurements.
pub(crate) const FOLDS: usize = 5;
/// From this many utterances on, one of the folds is measured.
const ONE_FOLD_FROM: usize = 4000;
/// Margins of held-out utterances that are kept (64 MB): with more, fewer utterances are measured.
const MOST_MARGINS: usize = 16_000_000;
/// Utterances that choose the vectors' weight, at most.
const MOST_CHOOSING: usize = 3000;
/// How many rightly understood held-out utterances weigh as much as the threshold of simulated bots.
const PRIOR_SCORES: f32 = 100.0;
/// How much more probable a weight must make the held-out utterances' intents, as a logarithm, for each unit that it is away from the usual one:
/// utterances that are held out lack more examples of their like than new ones do, and favour the vectors.
const WEIGHT_COST: f64 = 4.0;

/// What a model that was not trained on an utterance says about it.
pub(crate) struct HeldOut {
    pub(crate) utterance: usize,
    /// By words; from [`Measurement::mix`] on by words and vector.
    pub(crate) margins: Vec<f32>,
    pub(crate) signals: Signals,
    /// What the fold's vectors say, where there are any.
    vector: Option<HeldVector>,
    pub(crate) by_vector: Option<DenseSignals>,
}

struct HeldVector {
    fold: usize,
    margins: Vec<f32>,
}

/// All held-out utterances, and the vectors' part of the models that they were held out from.
pub(crate) struct Measurement {
    pub(crate) held: Vec<HeldOut>,
    folds: Vec<Dense>,
}

/// Measures utterances with models that were trained on the others.
pub(crate) fn hold_out(
    corpus: &Corpus,
    vectors: Option<&Vectors>,
    options: &CheckedOptions,
    done: &mut dyn FnMut(usize),
) -> Result<Measurement, TrainError> {
    let fold_of = corpus.folds(FOLDS, options.seed);
    let (mut held_out, mut folds) = (Vec::new(), Vec::new());
    let mut scratch = Scratch::default();
    for fold in 0..measured_folds(corpus.utterances.len()) {
        done(fold);
        let rows: Vec<usize> = (0..fold_of.len()).filter(|&i| fold_of[i] != fold).collect();
        if rows.is_empty() {
            continue;
        }
        let model = Model::decode_whole(Fitted::fit(corpus, &rows, options).pack())?;
        let dense = vectors.map(|vectors| (vectors, fit_fold(corpus, vectors, &rows, fold, options)));
        let held: Vec<usize> = (0..fold_of.len()).filter(|&i| fold_of[i] == fold).collect();
        for utterance in spread(&held, MOST_MARGINS / corpus.classes()) {
            let signals = model.measure(&corpus.utterances[utterance].text, &mut scratch);
            let vector = dense.as_ref().map(|(vectors, dense)| {
                dense.margins(&vectors.utterances[utterance], &mut scratch.dense);
                HeldVector { fold: folds.len(), margins: scratch.dense.margins.clone() }
            });
            let margins = scratch.margins().to_vec();
            held_out.push(HeldOut { utterance, margins, signals, vector, by_vector: None });
        }
        folds.extend(dense.map(|(_, dense)| dense));
    }
    held_out.sort_by_key(|held| held.utterance);
    Ok(Measurement { held: held_out, folds })
}

fn fit_fold(corpus: &Corpus, vectors: &Vectors, rows: &[usize], fold: usize, options: &CheckedOptions) -> Dense {
    let strangers = vectors.everyday.iter().enumerate().filter(|(i, _)| i % FOLDS != fold);
    let strangers: Vec<&Everyday> = strangers.map(|(_, message)| message).collect();
    Dense::fit(corpus, vectors, rows, &strangers, options)
}

/// At most so many of some utterances, evenly spread over all.
pub(crate) fn spread(all: &[usize], most: usize) -> impl Iterator<Item = usize> {
    all.iter().copied().step_by(all.len().div_ceil(most.max(1)).max(1))
}

/// One fold of a large corpus tells as much as is needed; of a small one every utterance counts.
fn measured_folds(utterances: usize) -> usize {
    if utterances < ONE_FOLD_FROM { FOLDS } else { 1 }
}

impl Measurement {
    /// The weight of the vectors under which the held-out utterances' intents are most probable, each weight with a temperature of its own.
    pub(crate) fn best_weight(&self, corpus: &Corpus) -> f32 {
        let rows: Vec<usize> = (0..self.held.len()).collect();
        let chosen: Vec<&HeldOut> = spread(&rows, MOST_CHOOSING).map(|row| &self.held[row]).collect();
        let cost = |weight: f32| {
            let mixed = chosen.iter().filter_map(|held| Some((held.mixed(weight)?, held.class(corpus))));
            calibrate(&mixed.collect::<Vec<_>>()).1 + WEIGHT_COST * f64::from((weight - WEIGHT).abs())
        };
        let costs = WEIGHTS.map(|weight| (weight, cost(weight)));
        costs.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(WEIGHT, |(weight, _)| weight)
    }

    /// From here on the margins are those of words and vectors, and the gate's signals are there.
    pub(crate) fn mix(&mut self, corpus: &Corpus, vectors: &Vectors, weight: f32) {
        let mut scratch = DenseScratch::default();
        for held in &mut self.held {
            let Some(dense) = held.vector.as_ref().and_then(|vector| self.folds.get_mut(vector.fold)) else { continue };
            dense.weight = weight;
            dense.margins(&vectors.utterances[held.utterance], &mut scratch);
            dense.mix(&mut held.margins, &scratch);
            let intents = held.margins.get(..corpus.intents.len()).unwrap_or_default();
            let words = corpus.utterances[held.utterance].terms.words();
            held.by_vector = Some(dense.signals(intents, words, &scratch));
            held.vector = None;
        }
    }

    /// Where 0.70 lies: between what simulated bots need and a low quantile of the scores of the bot's own held-out utterances that are
    /// understood rightly.
    pub(crate) fn threshold(&self, corpus: &Corpus, gate: &DenseGate, lead: impl Fn(&[f32]) -> Option<f32>) -> f32 {
        let right = self.held.iter().filter_map(|held| {
            let by_vector = held.by_vector.filter(|found| found.top == corpus.utterances[held.utterance].class)?;
            Some(gate.score(&by_vector, lead(&held.margins)))
        });
        let mut scores: Vec<f32> = right.collect();
        scores.sort_by(f32::total_cmp);
        let Some(own) = quantile(&scores, below(corpus)) else { return gate.threshold };
        let share = 1.0 / (1.0 + (PRIOR_SCORES / scores.len() as f32).powi(2));
        own * share + gate.threshold * (1.0 - share)
    }
}

impl HeldOut {
    pub(crate) fn class(&self, corpus: &Corpus) -> usize {
        corpus.utterances[self.utterance].class as usize
    }

    fn mixed(&self, weight: f32) -> Option<Vec<f32>> {
        let vector = self.vector.as_ref()?;
        let both = self.margins.iter().zip(&vector.margins);
        Some(both.map(|(words, vector)| (words + weight * vector) / (1.0 + weight)).collect())
    }
}

//! Simulated bots of all sizes, for choosing the gate's constants (`make tune`); only in builds with the feature `tune`.

use crate::{
    corpus::Corpus,
    dense::{
        Dense, Encode,
        fit::{self, Everyday},
    },
    hash::Dice,
    model::{Model, Scratch},
    options::{CheckedOptions, Options},
    train::{Fitted, Sample, TrainError},
};

/// One held-out or foreign utterance of a simulated bot.
#[derive(Debug, Clone)]
pub struct Case {
    /// Number of the simulated bot.
    pub bot: usize,
    /// Its intents, and its training utterances.
    pub size: (usize, usize),
    /// Whether the bot should understand it, and whether its top intent is right.
    pub inside: bool,
    /// Whether the top intent is right.
    pub right: bool,
    /// The gate's signals.
    pub signals: Vec<f32>,
}

/// A bot to simulate: how many intents with how many utterances each.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Number of the bot, and seed of its chance.
    pub bot: usize,
    /// Intents.
    pub intents: usize,
    /// Utterances of each.
    pub each: usize,
    /// Held-out utterances of its intents and utterances of other intents to measure, at most.
    pub cases: usize,
}

/// Draws a bot from labelled utterances, trains it, and measures utterances that it was not trained on, of its intents and of others.
///
/// # Errors
/// Where nothing can be trained.
pub fn simulate(samples: &[Sample<'_>], foreign: &[&str], language: &str, plan: Plan) -> Result<Vec<Case>, TrainError> {
    let mut dice = Dice::new(plan.bot as u64 + 1);
    let mut labels: Vec<&str> = samples.iter().map(|sample| sample.intent).collect();
    labels.sort_unstable();
    labels.dedup();
    dice.shuffle(&mut labels);
    labels.truncate(plan.intents);
    let mut order: Vec<usize> = (0..samples.len()).collect();
    dice.shuffle(&mut order);
    let (mut chosen, mut inside, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    for i in order {
        let sample = samples[i];
        let of_bot = labels.contains(&sample.intent);
        if of_bot && chosen.iter().filter(|s: &&Sample<'_>| s.intent == sample.intent).count() < plan.each {
            chosen.push(sample);
        } else if of_bot {
            inside.push(sample);
        } else {
            outside.push(sample.utterance);
        }
    }
    inside.truncate(plan.cases);
    outside.truncate(plan.cases / 2);
    for _ in 0..plan.cases / 2 {
        if !foreign.is_empty() {
            outside.push(foreign[dice.below(foreign.len())]);
        }
    }
    let inside: Vec<(&str, &str)> = inside.iter().map(|sample| (sample.utterance, sample.intent)).collect();
    measure(&chosen, &inside, &outside, language, plan)
}

/// Trains on `chosen` and measures utterances of its intents and others.
///
/// # Errors
/// Where nothing can be trained.
pub fn measure(
    chosen: &[Sample<'_>],
    inside: &[(&str, &str)],
    outside: &[&str],
    language: &str,
    plan: Plan,
) -> Result<Vec<Case>, TrainError> {
    // Some authors name their intents, others number them.
    let intent_names = plan.bot % 4 < 2;
    let options = Options { language: Some(language.to_owned()), intent_names, ..Options::default() };
    let Ok(options): Result<CheckedOptions, _> = options.check() else { return Ok(Vec::new()) };
    let corpus = Corpus::read(chosen, &options)?;
    let all: Vec<usize> = (0..corpus.utterances.len()).collect();
    let model = Model::decode(Fitted::fit(&corpus, &all, &options).pack())?;
    let mut scratch = Scratch::default();
    let size = (corpus.intents.len(), all.len());
    let mut case = |utterance: &str, intent: Option<&str>| {
        let signals = model.measure(utterance, &mut scratch);
        let right =
            intent.is_some_and(|intent| corpus.intents.get(signals.top as usize).is_some_and(|top| top == intent));
        Case { bot: plan.bot, size, inside: intent.is_some(), right, signals: signals.values.to_vec() }
    };
    let mut cases: Vec<Case> = inside.iter().map(|(utterance, intent)| case(utterance, Some(intent))).collect();
    cases.extend(outside.iter().map(|utterance| case(utterance, None)));
    Ok(cases)
}

/// The same with vectors: the signals are those of the gate that looks at vectors, then the best margin of words and vector together and its lead
/// over the second, then those of the gate that looks at words. Of the everyday messages of the language every second one is
/// known to the bot, and the others are measured as utterances that it should not understand.
///
/// # Errors
/// Where nothing can be trained.
pub fn measure_vectors(
    chosen: &[Sample<'_>],
    inside: &[(&str, &str)],
    outside: &[&str],
    (language, encode): (&str, &dyn Encode),
    plan: Plan,
) -> Result<Vec<Case>, TrainError> {
    let options = Options { language: Some(language.to_owned()), ..Options::default() };
    let Ok(options): Result<CheckedOptions, _> = options.check() else { return Ok(Vec::new()) };
    let corpus = Corpus::read(chosen, &options)?;
    let vectors = fit::Vectors::read(&corpus, encode, &options)?;
    let all: Vec<usize> = (0..corpus.utterances.len()).collect();
    let known: Vec<&Everyday> = vectors.everyday.iter().step_by(2).collect();
    let mut model = Model::decode(Fitted::fit(&corpus, &all, &options).pack())?;
    model.dense = Some(Dense::fit(&corpus, &vectors, &all, &known, &options));
    let mut scratch = Scratch::default();
    let size = (corpus.intents.len(), all.len());
    let mut case = |utterance: &str, intent: Option<&str>| {
        let words = model.measure(utterance, &mut scratch);
        let vector = encode.encode(utterance)?;
        let found = model.mix(&vector, &mut scratch)?;
        let top = corpus.intents.get(found.top as usize);
        let right = intent.is_some() && top.map(String::as_str) == intent;
        let mut mixed = scratch.margins().to_vec();
        mixed.sort_by(|a, b| b.total_cmp(a));
        let both = [mixed[0], mixed[0] - mixed.get(1).copied().unwrap_or(-1.0)];
        let signals = found.values.into_iter().chain(both).chain(words.values).collect();
        Some(Case { bot: plan.bot, size, inside: intent.is_some(), right, signals })
    };
    let mut cases: Vec<Case> = inside.iter().filter_map(|(utterance, intent)| case(utterance, Some(intent))).collect();
    let strangers = vectors.everyday.iter().skip(1).step_by(2).map(|message| message.text);
    cases.extend(outside.iter().copied().chain(strangers).filter_map(|utterance| case(utterance, None)));
    Ok(cases)
}

/// An utterance as the hyperplanes see it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of its intent.
    pub class: u32,
    /// Feature buckets and values, ascending.
    pub cells: Vec<(u32, f32)>,
    /// The margins of all intents.
    pub margins: Vec<f32>,
}

/// The rows of a bot and of utterances that it was not trained on.
#[derive(Debug, Clone)]
pub struct Vectors {
    /// Training rows.
    pub train: Vec<Row>,
    /// Held-out rows.
    pub test: Vec<Row>,
}

/// Trains on `train` and gives the rows of both.
///
/// # Errors
/// Where nothing can be trained.
pub fn vectors(train: &[Sample<'_>], test: &[Sample<'_>], language: &str) -> Result<Vectors, TrainError> {
    let options = Options { language: Some(language.to_owned()), ..Options::default() };
    let Ok(options): Result<CheckedOptions, _> = options.check() else { return Err(TrainError::NoSamples) };
    let corpus = Corpus::read(train, &options)?;
    let all: Vec<usize> = (0..corpus.utterances.len()).collect();
    let model = Model::decode(Fitted::fit(&corpus, &all, &options).pack())?;
    let mut scratch = Scratch::default();
    let mut row = |utterance: &str, class: u32| {
        let cells = model.cells(utterance, &mut scratch);
        Row { class, cells, margins: scratch.margins().to_vec() }
    };
    let train = corpus.utterances.iter().map(|utterance| row(&utterance.text, utterance.class)).collect();
    let class = |intent: &str| corpus.intents.iter().position(|other| other == intent).map_or(u32::MAX, |i| i as u32);
    let test = test.iter().map(|sample| row(sample.utterance, class(sample.intent))).collect();
    Ok(Vectors { train, test })
}

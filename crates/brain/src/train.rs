//! A checked bot to a trained one.

use sbf_amc::{Options, Sample};

use crate::{
    artefact, brain::Measured, check::CheckedKnowledge, config::MeaningSetting, meaning::Meaning, report::Report,
    texts::texts, trained::Trained,
};

pub use sbf_amc::Progress;

/// Why a checked bot could not be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The classifier could not be trained.
    #[error(transparent)]
    Classifier(#[from] sbf_amc::TrainError),
    /// The classifier refused its options.
    #[error(transparent)]
    Options(#[from] sbf_amc::OptionsError),
}

/// Texts with whose vectors a bot is trained at most, and that number times its intents: with more, the train function would run out of time.
const MOST_TEXTS: usize = 60_000;
const MOST_PRODUCTS: usize = 40_000_000;

/// Whether a bot of this size is trained with vectors; the log says where it is not.
fn may_go_by_meaning(texts: usize, intents: usize) -> bool {
    let fits = texts <= MOST_TEXTS && texts * intents <= MOST_PRODUCTS;
    if !fits {
        tracing::warn!(
            texts,
            intents,
            MOST_TEXTS,
            MOST_PRODUCTS,
            "the bot is too large for vectors: it goes by words alone"
        );
    }
    fits
}

/// Trains a bot that goes by words alone: expands its utterances, trains the classifier, and measures it on held-out utterances and on the bot's
/// own tests.
///
/// Equal files give equal bots, byte for byte.
///
/// # Errors
/// Where no utterance is left to learn from.
pub fn train(checked: CheckedKnowledge, progress: &mut dyn FnMut(Progress)) -> Result<Trained, TrainError> {
    train_with_meaning(checked, None, progress)
}

/// The same with an encoder: the bot goes by meaning too, unless its configs.json says otherwise or it is too large.
///
/// # Errors
/// Where no utterance is left to learn from, or the encoder's weights are damaged.
pub fn train_with_meaning(
    checked: CheckedKnowledge,
    meaning: Option<&Meaning>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Trained, TrainError> {
    let CheckedKnowledge { content, sources, training, warnings } = checked;
    let texts = texts(&content, &training);
    let options = Options {
        language: content.language.clone(),
        stop_words: training.stop_words,
        synonyms: training.synonyms.into_iter().collect(),
        none: training.none,
        ..Options::default()
    };
    let samples: Vec<Sample<'_>> =
        texts.iter().map(|text| Sample { utterance: &text.text, intent: &content.intents[text.intent].id }).collect();
    let meaning = meaning.filter(|_| content.config.meaning == MeaningSetting::Auto);
    let meaning = meaning.filter(|_| may_go_by_meaning(texts.len(), content.intents.len()));
    let trained = match meaning {
        Some(meaning) => sbf_amc::train_with_vectors(&samples, meaning, &options.check()?, progress)?,
        None => sbf_amc::train(&samples, &options.check()?, progress)?,
    };
    let mut brain = artefact::assemble(content, trained.model, sources);
    brain.measured = Some(Measured::of(&trained.report));
    brain.attach(meaning);
    let report = Report::new(&brain, training.utterances.len(), texts, trained.report, warnings);
    Ok(Trained { brain, report })
}

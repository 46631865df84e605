//! A checked bot to a trained one.

use sbf_amc::{Options, Sample};

use crate::{artefact, brain::Measured, check::CheckedKnowledge, report::Report, texts::texts, trained::Trained};

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

/// Trains a bot: expands its utterances, trains the classifier, and measures it on held-out utterances and on the bot's own tests.
///
/// Equal files give equal bots, byte for byte.
///
/// # Errors
/// Where no utterance is left to learn from.
pub fn train(checked: CheckedKnowledge, progress: &mut dyn FnMut(Progress)) -> Result<Trained, TrainError> {
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
    let trained = sbf_amc::train(&samples, &options.check()?, progress)?;
    let mut brain = artefact::assemble(content, trained.model, sources);
    brain.measured = Some(Measured::of(&trained.report));
    let report = Report::new(&brain, training.utterances.len(), texts, trained.report, warnings);
    Ok(Trained { brain, report })
}

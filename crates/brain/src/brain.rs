//! A trained bot.

use std::collections::HashMap;

use sbf_amc::Model;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    artefact::Measured,
    config::Config,
    entity::{Lexicon, Values},
    intent::{FederatedBot, Intent, Variation},
    pronunciation::Pronounced,
    sentences,
};

/// A trained bot: what it knows, how it speaks, and the classifier that understands.
#[derive(Debug)]
pub struct Brain {
    pub(crate) content: Content,
    pub(crate) model: Model,
    pub(crate) sources: Sources,
    pub(crate) version: String,
    pub(crate) measured: Option<Measured>,
}

/// Both files' bytes, as written.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    pub(crate) knowledge: Vec<u8>,
    pub(crate) config: Option<Vec<u8>>,
}

/// All of a bot but its classifier: what knowledge.json and configs.json say, compiled.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) language: Option<String>,
    pub(crate) voice: Option<String>,
    pub(crate) config: Config,
    /// knowledge.json as written.
    pub(crate) written: Value,
    pub(crate) intents: Vec<Intent>,
    pub(crate) by_id: HashMap<String, usize>,
    pub(crate) values: Values,
    pub(crate) lexicon: Lexicon,
    /// Every stock sentence.
    pub(crate) stock: HashMap<Stock, Variation>,
    /// Kind, utterance and expected intent.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    pub(crate) tests: Vec<(String, String, String)>,
    pub(crate) federation: Option<FederatedBot>,
}

/// What an utterance means to a brain.
#[derive(Debug, Clone)]
pub struct Understanding<'b> {
    /// Best first, at most five; empty only where nothing at all could be said.
    pub candidates: Vec<Candidate<'b>>,
    /// The gate's confidence that the best candidate is meant, 0..=1.
    pub confidence: f32,
    /// The best candidate, where the confidence reaches the bot's threshold.
    pub accepted: Option<&'b Intent>,
    /// Values of `staticEntities` found in the utterance.
    pub entities: Vec<Entity>,
    /// Enrichment tags, such as `NEGATIVE` or `ROMANCE:girlfriend`.
    pub tags: Vec<String>,
}

/// An intent that may be meant.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'b> {
    /// The intent.
    pub intent: &'b Intent,
    /// Calibrated probability, 0..=1.
    pub probability: f32,
}

/// A value of a `staticEntities` list, found in an utterance.
///
/// Sessions keep it for repeated requests, so its fields keep their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// The list's name as written in knowledge.json.
    pub entity_type: String,
    /// The value as written in knowledge.json.
    pub value: String,
    /// The words of the utterance that it was found in.
    pub found: String,
}

/// A sentence of the bot that belongs to no intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stock {
    /// `i18n.nifMessage`: nothing was understood.
    Miss,
    /// `i18n.errorMessage`: a backend failed.
    Error,
    /// `i18n.welcomeMessage`.
    Welcome,
    /// A dialog was cancelled by the user.
    Cancelled,
    /// Too many wrong answers.
    GaveUp,
    /// A value did not pass validation and the parameter has no message of its own.
    NotValid,
    /// A turn was repeated after a crash, and its backend must not be called twice.
    PerhapsDone,
}

impl Stock {
    pub(crate) const ALL: [Self; 7] =
        [Self::Miss, Self::Error, Self::Welcome, Self::Cancelled, Self::GaveUp, Self::NotValid, Self::PerhapsDone];
}

impl Brain {
    /// Content hash of the artefact it was decoded from: 16 hexadecimal digits.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// How it did on held-out texts when it was trained; `None` for artefacts of the first releases.
    pub fn measured(&self) -> Option<Measured> {
        self.measured
    }
    /// The bot's name: configs `name` where filled, else `brainName`, else `SBF`.
    pub fn name(&self) -> &str {
        &self.content.name
    }
    /// The brain's language tag (BCP 47), as configured or detected; `None` if unsure.
    pub fn language(&self) -> Option<&str> {
        self.content.language.as_deref()
    }
    /// The bot's Polly voice, where one is configured.
    pub fn voice(&self) -> Option<&str> {
        self.content.voice.as_deref()
    }
    /// A sentence as this bot says it aloud, by the lexicons named, or else by those of configs.json.
    pub fn pronounced(&self, lexicons: Option<&str>, text: &str) -> Pronounced {
        let config = &self.content.config;
        config.pronunciations.apply(lexicons.or(config.lexicon.as_deref()).unwrap_or_default(), text)
    }
    /// configs.json as written, for clients (`theme`) and for keys that adapters own (`cacheTTL`, `localFunctions`).
    pub fn config(&self) -> &Config {
        &self.content.config
    }
    /// All intents, in the file's order.
    pub fn intents(&self) -> &[Intent] {
        &self.content.intents
    }
    /// The intent with this `_id`.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
        self.content.intents.get(*self.content.by_id.get(id)?)
    }
    /// The bot that is asked what this one does not understand.
    pub fn federation(&self) -> Option<&FederatedBot> {
        self.content.federation.as_ref()
    }
    /// What an utterance means; total: any text has an answer.
    pub fn understand(&self, utterance: &str) -> Understanding<'_> {
        const MOST_CANDIDATES: usize = 5;
        let classified = self.model.classify(utterance);
        let candidates = classified.ranked.iter().filter_map(|ranked| {
            Some(Candidate { intent: self.intent(ranked.intent)?, probability: ranked.probability })
        });
        let candidates: Vec<Candidate<'_>> = candidates.take(MOST_CANDIDATES).collect();
        let confidence = classified.confidence.get();
        let accepted = candidates.first().filter(|_| confidence >= self.content.config.threshold);
        Understanding {
            accepted: accepted.map(|candidate| candidate.intent),
            candidates,
            confidence,
            entities: self.entities(utterance),
            tags: self.tags(utterance),
        }
    }
    /// A stock sentence: the author's, or the built-in one in the brain's language.
    pub fn stock(&self, which: Stock) -> &Variation {
        // The map is built from `Stock::ALL`.
        &self.content.stock[&which]
    }
    /// Whether the whole utterance is a word that cancels a dialog in the brain's language ("cancelar", "cancel", …).
    pub fn is_cancel(&self, utterance: &str) -> bool {
        sentences::is_cancel(utterance, self.language())
    }
    /// Whether the whole utterance leaves a question open ("tanto faz", "whatever", "da igual", "skip", …).
    pub fn is_open(&self, utterance: &str) -> bool {
        sentences::is_open(utterance, self.language())
    }
    /// Enrichment tags of a text that is not classified (an answer to a question).
    pub fn tags(&self, utterance: &str) -> Vec<String> {
        self.content.lexicon.tags(utterance)
    }
    /// Values of `staticEntities` found in a text.
    pub fn entities(&self, utterance: &str) -> Vec<Entity> {
        self.content.values.find(utterance)
    }
    /// The readable form of what the brain knows, as written.
    pub fn knowledge(&self) -> &Value {
        &self.content.written
    }
}

//! A trained bot.

use serde_json::Value;

use crate::intent::{Intent, Variation};

/// A trained bot: what it knows, how it speaks, and the classifier that understands.
#[derive(Debug)]
pub struct Brain {
    _private: (),
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The list's name as written in knowledge.json.
    pub entity_type: String,
    /// The value as written in knowledge.json.
    pub value: String,
    /// The words of the utterance that it was found in.
    pub found: String,
}

/// A sentence of the bot that belongs to no intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Brain {
    /// Content hash of the artefact it was decoded from: 16 hexadecimal digits.
    pub fn version(&self) -> &str {
        unimplemented!()
    }
    /// The bot's name: configs `name` where filled, else `brainName`, else `SBF`.
    pub fn name(&self) -> &str {
        unimplemented!()
    }
    /// The brain's language tag (BCP 47), as configured or detected; `None` if unsure.
    pub fn language(&self) -> Option<&str> {
        unimplemented!()
    }
    /// The bot's Polly voice, where one is configured.
    pub fn voice(&self) -> Option<&str> {
        unimplemented!()
    }
    /// configs.json as written, for clients (`theme`) and for keys that adapters own (`cacheTTL`, `localFunctions`).
    pub fn config(&self) -> &crate::config::Config {
        unimplemented!()
    }
    /// All intents, in the file's order.
    pub fn intents(&self) -> &[Intent] {
        unimplemented!()
    }
    /// The intent with this `_id`.
    pub fn intent(&self, _id: &str) -> Option<&Intent> {
        unimplemented!()
    }
    /// What an utterance means; total: any text has an answer.
    pub fn understand(&self, _utterance: &str) -> Understanding<'_> {
        unimplemented!()
    }
    /// A stock sentence: the author's, or the built-in one in the brain's language.
    pub fn stock(&self, _which: Stock) -> &Variation {
        unimplemented!()
    }
    /// Whether the whole utterance is a word that cancels a dialog in the brain's language ("cancelar", "cancel", …).
    pub fn is_cancel(&self, _utterance: &str) -> bool {
        unimplemented!()
    }
    /// Whether the whole utterance leaves a question open ("tanto faz", "whatever", "da igual", "skip", …).
    pub fn is_open(&self, _utterance: &str) -> bool {
        unimplemented!()
    }
    /// Enrichment tags of a text that is not classified (an answer to a question).
    pub fn tags(&self, _utterance: &str) -> Vec<String> {
        unimplemented!()
    }
    /// Values of `staticEntities` found in a text.
    pub fn entities(&self, _utterance: &str) -> Vec<Entity> {
        unimplemented!()
    }
    /// The readable form of what the brain knows, as written.
    pub fn knowledge(&self) -> &Value {
        unimplemented!()
    }
}

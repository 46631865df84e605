//! What a turn answers, before anybody renders it.

use sbf_brain::Entity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    relayed::{Asked, Relayed},
    session::Sentence,
};

/// What a turn answers.
///
/// It is kept in the session for a repeated request, so the rules of [`Session`](crate::session::Session) hold for the fields here and
/// below: one is only ever added, with a default, and never changes its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What was understood; nothing was to be understood in an opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub understood: Option<Understood>,
    /// Sentences before the main one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Sentence>,
    /// The answer.
    pub main: Main,
    /// Polly voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// Lexicon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lexicon: Option<String>,
    /// Entities found in the utterance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// Enrichment tags of the utterance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// What an utterance was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Understood {
    /// The intent; `None` for a miss.
    pub intent: Option<String>,
    /// The gate's confidence, 0..=1; 1 where the dialog or the client names the intent.
    pub confidence: f32,
    /// Calibrated probability of the best intent, 0..=1.
    pub probability: f32,
}

impl Understood {
    /// The intent is given: by the dialog, or by the client.
    pub(crate) fn given(intent: &str) -> Self {
        Self { intent: Some(intent.to_owned()), confidence: 1.0, probability: 1.0 }
    }
}

/// A share in four places, as it is told and counted: more would only show how the number is stored.
pub fn in_four_places(share: f32) -> f64 {
    (f64::from(share) * 1e4).round() / 1e4
}

/// The main part of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Main {
    /// One of the bot's sentences.
    Says(Sentence),
    /// One of the bot's sentences, and the dialog is over.
    Ends(Sentence),
    /// Nothing was understood.
    Misses(Sentence),
    /// Parameters are missing; the first one is asked for.
    Asks {
        /// The intent.
        intent: String,
        /// In `payloadPosition` order.
        missing: Vec<Question>,
    },
    /// What a backend or another bot answered.
    Relays(Box<Relayed>),
    /// A backend leads the dialog.
    Leads {
        /// The intent.
        intent: String,
        /// What the backend asks, or its last word.
        asked: Asked,
    },
}

/// A missing parameter, as clients are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Its position in the payload.
    pub position: u32,
    /// The prompt.
    pub ask: Sentence,
    /// As its author wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    /// Handed to clients unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rich_object: Option<Value>,
    /// For clients that validate themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<Sentence>,
    /// For clients that validate themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Sentence>,
}

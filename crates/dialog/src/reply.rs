//! What a turn answers, before anybody renders it.

use sbf_brain::Entity;
use serde_json::{Map, Value};

use crate::session::Sentence;

/// What a turn answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What was understood; nothing was to be understood in an opening.
    pub understood: Option<Understood>,
    /// Sentences before the main one.
    pub said: Vec<Sentence>,
    /// The answer.
    pub main: Main,
    /// Polly voice.
    pub voice: Option<String>,
    /// Lexicon.
    pub lexicon: Option<String>,
    /// Entities found in the utterance.
    pub entities: Vec<Entity>,
    /// Enrichment tags of the utterance.
    pub tags: Vec<String>,
}

/// What an utterance was taken for.
#[derive(Debug, Clone, PartialEq)]
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

/// The main part of an answer.
#[derive(Debug, Clone, PartialEq)]
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
    /// What a backend answered.
    Relays(Map<String, Value>),
    /// A backend leads the dialog.
    Leads {
        /// The intent.
        intent: String,
        /// The backend's own words about it (`asyncConversation`).
        conversation: Map<String, Value>,
    },
}

/// A missing parameter, as clients are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Its position in the payload.
    pub position: u32,
    /// The prompt.
    pub ask: Sentence,
    /// As its author wrote it.
    pub validation: Option<String>,
    /// Handed to clients unread.
    pub rich_object: Option<Value>,
    /// For clients that validate themselves.
    pub success: Option<Sentence>,
    /// For clients that validate themselves.
    pub error: Option<Sentence>,
}

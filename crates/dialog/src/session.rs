//! What a conversation remembers between turns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A conversation's memory: written as JSON, read by this release and the next.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Session {
    /// Where the dialog stands.
    pub state: DialogState,
    /// Misses in a row.
    pub misses: u32,
    /// The last replies by `turnID`, newest last, so that a repeated request is answered and not done again.
    pub recent: Vec<StoredReply>,
    /// A backend is being called for this turn.
    pub claim: Option<Claim>,
    /// Epoch seconds after which the session counts as absent.
    pub expires_at: u64,
}

/// A reply kept for a repeated request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredReply {
    /// The client's id of the turn.
    pub turn_id: String,
    /// The response as it was sent, without audio.
    pub reply: Value,
}

/// A turn that has begun to call a backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The client's id of the turn, or one made for it.
    pub turn_id: String,
    /// Epoch milliseconds after which the claim is abandoned.
    pub until: u64,
}

/// Where a dialog stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "camelCase")]
pub enum DialogState {
    /// Nothing is open.
    #[default]
    Idle,
    /// The user was asked for a parameter.
    Asking(Asking),
    /// A backend leads the dialog (`asyncConversation`).
    Delegated(Delegated),
}

/// A parameter is being asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asking {
    /// The intent.
    pub intent: String,
    /// The parameter asked for.
    pub parameter: String,
    /// Values so far.
    pub filled: BTreeMap<String, String>,
    /// Wrong answers to this question so far.
    pub retries: u32,
    /// What the user said first.
    pub utterance: String,
}

/// A backend leads the dialog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delegated {
    /// The intent.
    pub intent: String,
    /// The key under which the next answer is passed on (`asyncConversation.id`).
    pub key: String,
    /// What the backend wants back (`asyncConversation.payload`).
    pub payload: Map<String, Value>,
}

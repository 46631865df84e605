//! What comes in: a request, its event, and the moment at which it is answered.

use serde_json::{Map, Value};

use crate::ports::Caller;

/// Time and chance are arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Epoch milliseconds.
    pub now: u64,
    /// Decides among variations; any number will do.
    pub dice: u64,
}

/// What came in.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The client opens the conversation.
    Start,
    /// The user said this.
    Text(String),
    /// The client names the intent itself, and what has been answered so far.
    Chosen {
        /// `_id`.
        intent: String,
        /// Answers by parameter name, position or a backend's key, and whatever a backend wants back.
        payload: Map<String, Value>,
        /// What the user said at first, as far as the client knows.
        utterance: Option<String>,
    },
}

/// An event and its surroundings.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// What came in.
    pub event: Event,
    /// Who says it; from the token.
    pub caller: Caller,
    /// The conversation.
    pub session_id: String,
    /// The turn: the client's id, or one made for it.
    pub turn_id: String,
    /// The client's language tag, or the brain's.
    pub lang: Option<String>,
    /// `environmentVars`.
    pub environment: Map<String, Value>,
    /// Whether another bot asks: what this one does not understand either is passed on to nobody, or two could ask each other for ever.
    pub passed_on: bool,
}

/// A request to `POST /core`, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What the client sends.
    pub event: Event,
    /// The conversation it belongs to.
    pub session_id: Option<String>,
    /// The client's id of this turn: the same id again is answered again, not done again.
    pub turn_id: Option<String>,
    /// Language tag, echoed and passed on to backends.
    pub lang: Option<String>,
    /// Whether the answer is wanted spoken (`pollyOnServer`).
    pub spoken: bool,
    /// Free keys and values (`environmentVars`), echoed and testable in conditions.
    pub environment: Option<Map<String, Value>>,
    /// The intent that a tester expects (`desiredKnowledgeID`).
    pub expected: Option<String>,
    /// Whether another bot asks (`passedOn`).
    pub passed_on: bool,
}

impl Call {
    /// A plain question, for programs that are clients themselves.
    pub fn text(text: &str) -> Self {
        Self {
            event: Event::Text(text.to_owned()),
            session_id: None,
            turn_id: None,
            lang: None,
            spoken: false,
            environment: None,
            expected: None,
            passed_on: false,
        }
    }

    /// The opening of a conversation.
    pub fn start() -> Self {
        Self { event: Event::Start, ..Self::text("") }
    }

    /// The same call in a session.
    #[must_use]
    pub fn in_session(self, session_id: &str) -> Self {
        Self { session_id: Some(session_id.to_owned()), ..self }
    }

    /// The same call with a turn id.
    #[must_use]
    pub fn as_turn(self, turn_id: &str) -> Self {
        Self { turn_id: Some(turn_id.to_owned()), ..self }
    }
}

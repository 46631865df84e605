//! The event of a fulfilment function, read leniently: whatever it holds, reading it gives an answer.

use std::fmt;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Moment,
    languages::{self, Language},
};

/// The event that core sends: template fields and answers, and `lang`, `userInfo`, `turnID`, `sessionID` beside them.
#[derive(Debug)]
pub(crate) struct Event {
    fields: Map<String, Value>,
    language: Language,
}

impl Event {
    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        let tag = fields.get("lang").and_then(Value::as_str);
        Self { language: languages::of(tag.unwrap_or_default()), fields }
    }

    pub(crate) fn language(&self) -> &Language {
        &self.language
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.fields.get(key)
    }

    /// What the user answered under an id (`{"<id>": {"response": …}}`, or the bare value as a template writes it); trimmed, empty where nothing
    /// was said.
    pub(crate) fn answer(&self, id: &str) -> String {
        let written = self.get(id);
        match written.and_then(|value| value.get("response")).or(written) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// A whole number under a key, written as a number or as digits.
    pub(crate) fn number(&self, key: &str) -> Option<u64> {
        match self.get(key)? {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_u64(),
        }
    }

    /// Whom orders belong to: the e-mail address, else the subject; `None` for a caller who has neither.
    pub(crate) fn customer(&self) -> Option<&str> {
        self.user("email").or_else(|| self.user("sub"))
    }

    /// What identifies this turn for storing: the same for each call of the same `turnID`, new each time where there is none.
    pub(crate) fn turn_key(&self, function: &str, moment: Moment) -> TurnKey {
        let subject = self.user("sub").or_else(|| self.user("email"));
        let session = self.get("sessionID").and_then(Value::as_str);
        let turn = match self.get("turnID").and_then(Value::as_str) {
            Some(turn) if !turn.is_empty() => turn.to_owned(),
            _ => moment.chance.to_string(),
        };
        TurnKey::of(&json!([function, subject, session, turn]))
    }

    fn user(&self, claim: &str) -> Option<&str> {
        let written = self.get("userInfo")?.get(claim)?.as_str()?.trim();
        (!written.is_empty()).then_some(written)
    }
}

/// A hash of (function, subject, session, turn), from which the ids of stored records are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TurnKey([u8; 32]);

impl TurnKey {
    fn of(identity: &Value) -> Self {
        Self(Sha256::digest(identity.to_string()).into())
    }

    /// A UUID of version 8 (RFC 9562, section 5.8).
    pub(crate) fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Numbers of fourteen digits that people can read out, `6321-692834-3133`: the turn's own, and others for the case that it is taken.
    pub(crate) fn order_numbers(&self) -> impl Iterator<Item = String> {
        self.0.chunks_exact(8).map(|bytes| {
            let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            let digits = format!("{:014}", number % 100_000_000_000_000);
            format!("{}-{}-{}", &digits[..4], &digits[4..10], &digits[10..])
        })
    }
}

impl fmt::Display for TurnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

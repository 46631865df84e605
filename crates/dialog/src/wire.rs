//! The JSON of `POST /core`, with the reference's names and the additions to them, and of the requests beside it.
//!
//! Field names occur here and, for backends, in `fulfilment.rs`; everywhere else the project's own terms are used.

mod federation;
mod feedback;
mod fields;
mod heard;
mod request;
mod response;
mod upload;

pub(crate) use federation::{Foreign, foreign, foreign_id, foreign_intent, request as foreign_request};
pub use feedback::{COMMENT_LIMIT, Feedback};
pub use fields::CallError;
pub use heard::{Heard, hear};
pub use request::{Call, TEXT_LIMIT};
pub(crate) use response::{Frame, add_audio, render, speech_of, without_audio};
pub use upload::UploadRequest;

use sbf_brain::Entity;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::ports::Caller;

/// The caller, as clients and backends are told.
pub(crate) fn user_info(caller: &Caller) -> Value {
    json!({ "email": caller.email, "sub": caller.subject })
}

/// Entities, as clients and backends are told.
pub(crate) fn entities(found: &[Entity]) -> Value {
    found
        .iter()
        .map(|entity| json!({ "type": entity.entity_type, "value": entity.value, "found": entity.found }))
        .collect()
}

/// The answer that an echoed payload holds under a key: `{<key>: {"response": …}}`.
pub(crate) fn answer_under(payload: &Map<String, Value>, key: &str) -> Option<String> {
    answer_of(payload.get(key)?)
}

/// All answers of an echoed payload.
pub(crate) fn answers(payload: &Map<String, Value>) -> impl Iterator<Item = String> {
    payload.values().filter_map(answer_of)
}

/// 32 hexadecimal digits of a hash of the parts.
pub(crate) fn digest(parts: &[&str]) -> String {
    Sha256::digest(parts.join("\u{0}")).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The entries of an echoed payload that are answers, and nothing else of it.
pub(crate) fn only_answers(payload: &Map<String, Value>) -> Map<String, Value> {
    let answers =
        payload.iter().filter_map(|(key, entry)| Some((key.clone(), json!({ "response": answer_of(entry)? }))));
    answers.collect()
}

/// What kind of JSON a value is, for sentences about it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn answer_of(entry: &Value) -> Option<String> {
    let text = match entry.get("response")? {
        Value::String(text) => text.trim().to_owned(),
        scalar @ (Value::Number(_) | Value::Bool(_)) => scalar.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

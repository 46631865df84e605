//! Answers in a payload that a client echoes: `{<key>: {"response": …}}`.

use serde_json::{Map, Value, json};

/// The answer that an echoed payload holds under a key: `{<key>: {"response": …}}`.
pub(crate) fn answer_under(payload: &Map<String, Value>, key: &str) -> Option<String> {
    answer_of(payload.get(key)?)
}

/// All answers of an echoed payload.
pub(crate) fn answers(payload: &Map<String, Value>) -> impl Iterator<Item = String> {
    payload.values().filter_map(answer_of)
}

/// The entries of an echoed payload that are answers, and nothing else of it.
pub(crate) fn only_answers(payload: &Map<String, Value>) -> Map<String, Value> {
    let answers =
        payload.iter().filter_map(|(key, entry)| Some((key.clone(), json!({ "response": answer_of(entry)? }))));
    answers.collect()
}

/// Whether an answer is a file: pictures come as data URLs.
pub(crate) fn is_file(answer: &str) -> bool {
    answer.starts_with("data:")
}

fn answer_of(entry: &Value) -> Option<String> {
    let text = match entry.get("response")? {
        Value::String(text) => text.trim().to_owned(),
        scalar @ (Value::Number(_) | Value::Bool(_)) => scalar.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

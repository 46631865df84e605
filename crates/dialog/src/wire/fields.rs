//! The fields of a request's body: what is there, or one sentence that says what is wrong with it.

use serde_json::{Map, Value};

use crate::{
    json::{depth_within, kind},
    session::{is_id, is_session_id},
};

/// Why a request is refused: one sentence that names the field, the rule and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CallError(pub String);

/// Values that a body may hold at most: each one takes many times the room of its characters.
const VALUES_LIMIT: usize = 100_000;

/// Levels of nesting that an echoed value may have: backends and logs must be able to read what we pass on.
const DEPTH_LIMIT: usize = 64;

/// Reads the body of a request, with a limit for what it costs to hold.
///
/// # Errors
/// Where it is no JSON object or holds too many values, as one sentence for the client.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, CallError> {
    if values(body) > VALUES_LIMIT {
        return Err(fail(format!("The body must hold at most {VALUES_LIMIT} values.")));
    }
    let fault = |error: serde_json::Error| fail(format!("The body must be JSON; {error}."));
    match serde_json::from_slice(body).map_err(fault)? {
        Value::Object(fields) => Ok(fields),
        other => Err(fail(format!("The body must be a JSON object; found {}.", kind(&other)))),
    }
}

/// How many values JSON holds, at most: one for each comma, colon, brace and bracket that is no part of a text.
fn values(body: &[u8]) -> usize {
    let (mut in_text, mut escaped, mut values) = (false, false, 1);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b':' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    values
}

/// Text of a person, of at most `limit` characters.
pub(super) fn check_text(field: &str, text: &str, limit: usize) -> Result<(), CallError> {
    let length = text.chars().count();
    if length > limit {
        return Err(broken(field, &format!("must have at most {limit} characters"), &length.to_string()));
    }
    let control = text.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
    match control {
        Some(control) => {
            Err(broken(field, "must hold no control characters", &format!("U+{:04X}", u32::from(control))))
        }
        None => Ok(()),
    }
}

/// A field that is there and not null.
pub(super) fn given<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f Value> {
    fields.get(name).filter(|value| !value.is_null())
}

pub(super) fn string<'f>(fields: &'f Map<String, Value>, name: &str) -> Result<Option<&'f str>, CallError> {
    match given(fields, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(broken(name, "must be a string", kind(other))),
    }
}

pub(super) fn short_text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, CallError> {
    match string(fields, name)? {
        Some(text) if text.chars().count() > 64 || text.chars().any(char::is_control) => {
            Err(broken(name, "must have at most 64 characters and no control characters", &found(text)))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

/// A session's id as clients send it; some have numbers.
pub(super) fn session_id(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, CallError> {
    match given(fields, name) {
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        _ => match string(fields, name)? {
            Some(text) if !is_session_id(text) => {
                Err(broken(name, "must be 1 to 128 visible ASCII characters without spaces", &found(text)))
            }
            text => Ok(text.map(str::to_owned)),
        },
    }
}

/// A turn's id.
pub(super) fn id(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, CallError> {
    match string(fields, name)? {
        Some(text) if !is_id(text) => {
            Err(broken(name, "must be 1 to 128 of the characters A-Z, a-z, 0-9, '.', '_' and '-'", &found(text)))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

pub(super) fn flag(fields: &Map<String, Value>, name: &str) -> Result<bool, CallError> {
    match given(fields, name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        // Clients that send forms have no other way to write it.
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" || text.is_empty() => Ok(false),
        Some(other) => Err(broken(name, "must be true or false", kind(other))),
    }
}

pub(super) fn map(fields: &Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, CallError> {
    match given(fields, name) {
        None => Ok(None),
        Some(Value::Object(map)) if map.values().any(|value| !depth_within(value, DEPTH_LIMIT)) => {
            Err(fail(format!("`{name}` must be nested at most {DEPTH_LIMIT} levels deep; found more.")))
        }
        Some(Value::Object(map)) => Ok(Some(map.clone())),
        Some(other) => Err(broken(name, "must be an object", kind(other))),
    }
}

pub(super) fn broken(field: &str, rule: &str, found: &str) -> CallError {
    fail(format!("`{field}` {rule}; found {found}."))
}

pub(super) fn fail(sentence: String) -> CallError {
    CallError(sentence)
}

/// A text as found, quoted, without line breaks, shortened.
pub(super) fn found(text: &str) -> String {
    format!("{:?}", shortened(text))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

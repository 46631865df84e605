//! JSON that clients and backends are told alike, and words for kinds of JSON.

use sbf_brain::Entity;
use serde_json::{Value, json};

/// The user, as clients and backends are told.
pub(crate) fn user_info(subject: &str, email: Option<&str>) -> Value {
    json!({ "email": email, "sub": subject })
}

/// Entities, as clients and backends are told.
pub(crate) fn entities(found: &[Entity]) -> Value {
    found
        .iter()
        .map(|entity| json!({ "type": entity.entity_type, "value": entity.value, "found": entity.found }))
        .collect()
}

/// What kind of JSON a value is and how long, for a log that must not hold the value itself.
pub(crate) fn measured(value: &Value) -> String {
    match value {
        Value::String(text) => format!("a string of {} characters", text.chars().count()),
        other => kind(other).to_owned(),
    }
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

/// Whether a value is nested at most so many levels deep.
pub(crate) fn depth_within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| depth_within(item, levels - 1)),
        Value::Object(fields) => levels > 0 && fields.values().all(|field| depth_within(field, levels - 1)),
        _ => true,
    }
}

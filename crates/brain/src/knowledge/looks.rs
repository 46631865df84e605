//! What is wanted of the file as it is written, whether it is in order or not.

use serde_json::Value;

use super::{ITEMS_PATH, UTTERANCES};
use crate::{
    anchors,
    reader::{At, index},
};

/// The bot's name as this file has it, for filling anchors before the file is read; an unfilled anchor is none.
pub(crate) fn name(written: &Value) -> Option<String> {
    let name = written.get("brainName")?.as_str()?.trim();
    (!name.is_empty() && !anchors::unfilled(name)).then(|| name.to_owned())
}

/// A copy without the utterances of the items, which are nearly all of a large bot.
pub(crate) fn without_utterances(written: &Value) -> Value {
    let Value::Object(members) = written else { return written.clone() };
    let copy = |(key, value): (&String, &Value)| {
        let value = match value {
            Value::Array(items) if key == ITEMS_PATH => items.iter().map(item_without_utterances).collect(),
            other => other.clone(),
        };
        (key.clone(), value)
    };
    Value::Object(members.iter().map(copy).collect())
}

fn item_without_utterances(item: &Value) -> Value {
    let Value::Object(members) = item else { return item.clone() };
    let others = members.iter().filter(|(key, _)| *key != UTTERANCES);
    Value::Object(others.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// Where the function of an intent stands.
pub(crate) fn path_of_function(written: &Value, intent: &str) -> String {
    let is_it = |item: &Value| match item.get("_id") {
        Some(Value::String(id)) => id.trim() == intent,
        Some(Value::Number(id)) => id.to_string() == intent,
        _ => false,
    };
    let items = written.get(ITEMS_PATH).and_then(Value::as_array);
    let at = items.and_then(|items| items.iter().position(is_it));
    at.map_or_else(|| ITEMS_PATH.to_owned(), |at| format!("{}._source.arn", index(ITEMS_PATH, at)))
}

/// A right besides that to call a function, which only an operator could give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To take a role before a function is called.
    Role,
    /// To ask another bot.
    Federation,
}

/// Every right that the file asks for: which, where, and the name of whom.
pub(crate) fn rights(written: &Value) -> Vec<(Right, String, String)> {
    let says =
        |value: Option<&Value>| value.filter(|value| !At { value, path: String::new() }.says_nothing()).is_some();
    let items = written.get(ITEMS_PATH).and_then(Value::as_array).into_iter().flatten();
    let of_item = |(at, item): (usize, &Value)| {
        let source = item.get("_source")?;
        let role = source.get("rolearn").filter(|role| says(Some(role)) && says(source.get("arn")))?;
        let role = At { value: role, path: format!("{}._source.rolearn", index(ITEMS_PATH, at)) };
        Some((Right::Role, role.path.clone(), role.shown()))
    };
    let mut rights: Vec<_> = items.enumerate().filter_map(of_item).collect();
    if let Some(others) = written.get("federation").filter(|others| says(Some(others))) {
        let names: Vec<&str> = others.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        rights.push((Right::Federation, "federation".to_owned(), names.join(", ")));
    }
    rights
}

//! What is wanted of the file as it is written, whether it is in order or not.

use serde_json::Value;

use super::{
    ITEMS_PATH,
    federation::{FEDERATION, URL},
};
use crate::{
    anchors,
    path::{index, member},
};

/// The bot's name as this file has it, for filling anchors before the file is read; an unfilled anchor is none.
pub(crate) fn name(written: &Value) -> Option<String> {
    let name = written.get("brainName")?.as_str()?.trim();
    (!name.is_empty() && !anchors::unfilled(name)).then(|| name.to_owned())
}

/// Where the function of an intent stands.
pub(crate) fn path_of_function(written: &Value, intent: &str) -> String {
    path_in_source(written, intent, "arn")
}

/// Where the role of an intent stands.
pub(crate) fn path_of_role(written: &Value, intent: &str) -> String {
    path_in_source(written, intent, "rolearn")
}

/// Where the address of another bot stands.
pub(crate) fn path_of_other_bot(name: &str) -> String {
    member(&member(FEDERATION, name), URL)
}

fn path_in_source(written: &Value, intent: &str, key: &str) -> String {
    let is_it = |item: &Value| match item.get("_id") {
        Some(Value::String(id)) => id.trim() == intent,
        Some(Value::Number(id)) => id.to_string() == intent,
        _ => false,
    };
    let items = written.get(ITEMS_PATH).and_then(Value::as_array);
    let at = items.and_then(|items| items.iter().position(is_it));
    at.map_or_else(|| ITEMS_PATH.to_owned(), |at| format!("{}._source.{key}", index(ITEMS_PATH, at)))
}

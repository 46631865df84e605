//! What conditions, defaults, validations and `${…}` may ask about a turn.

use std::{cell::Cell, collections::BTreeMap};

use sbf_brain::{Brain, Entity, expression::Scope};
use serde_json::{Value, json};

use crate::{
    input::{Input, Moment},
    json,
};

/// The surroundings of an expression: all borrowed, so that variants of it cost nothing.
#[derive(Clone, Copy)]
pub(crate) struct TurnScope<'t> {
    pub(crate) brain: &'t Brain,
    pub(crate) input: &'t Input,
    pub(crate) moment: Moment,
    pub(crate) utterance: &'t str,
    pub(crate) tags: &'t [String],
    pub(crate) entities: &'t [Entity],
    pub(crate) misses: u32,
    pub(crate) filled: Option<&'t BTreeMap<String, String>>,
    pub(crate) value: Option<&'t str>,
    /// Set when the caller is looked at.
    pub(crate) names_caller: &'t Cell<bool>,
}

impl<'t> TurnScope<'t> {
    pub(crate) fn about(self, value: &'t str) -> Self {
        Self { value: Some(value), ..self }
    }

    pub(crate) fn with(self, filled: &'t BTreeMap<String, String>) -> Self {
        Self { filled: Some(filled), ..self }
    }

    fn root(&self, name: &str) -> Option<Value> {
        let input = self.input;
        if matches!(name, "user" | "first_name") {
            self.names_caller.set(true);
        }
        let value = match name {
            "value" => json!(self.value?),
            "payload" => self.payload(),
            "entities" => json::entities(self.entities),
            "environmentVars" => Value::Object(input.environment.clone()),
            "user" => json!({ "name": user_name(input), "email": input.caller.email, "groups": input.caller.groups }),
            "first_name" => json!(first_name(input)?),
            "session" => json!({ "id": input.session_id, "misses": self.misses }),
            "sessionID" => json!(input.session_id),
            "bot" => json!({ "name": self.brain.name() }),
            "lang" => json!(input.lang.as_deref()?),
            "intentBeforeParsers" => json!(self.utterance),
            "now" => json!(self.moment.now),
            _ => return None,
        };
        Some(value)
    }

    /// Answers by name, each readable as `payload.city` and, as the reference's authors write it, `payload.city.response`.
    fn payload(&self) -> Value {
        self.filled.map_or_else(|| json!({}), |filled| json!(filled))
    }
}

impl Scope for TurnScope<'_> {
    fn name(&self, path: &[String]) -> Option<Value> {
        let (root, rest) = path.split_first()?;
        let mut value = self.root(root)?;
        for step in rest {
            value = match value {
                Value::Object(mut fields) => fields.remove(step)?,
                Value::Array(mut items) => {
                    let index = step.parse().ok().filter(|&index: &usize| index < items.len())?;
                    items.swap_remove(index)
                }
                text @ Value::String(_) if root == "payload" && step == "response" => text,
                _ => return None,
            };
        }
        Some(value)
    }

    fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|found| found == tag)
    }

    fn has_env(&self, key: &str, value: &Value) -> bool {
        self.input.environment.get(key).is_some_and(|found| as_text(found) == as_text(value))
    }

    fn entity(&self, name: &str) -> Option<String> {
        let filled = self.filled.and_then(|filled| filled.get(name));
        let found = || self.entities.iter().find(|entity| entity.entity_type.eq_ignore_ascii_case(name));
        filled.cloned().or_else(|| found().map(|entity| entity.value.clone()))
    }
}

/// A value as it is said: a text without quotes, nothing for null.
pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn user_name(input: &Input) -> Option<&str> {
    input.caller.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
}

fn first_name(input: &Input) -> Option<&str> {
    user_name(input)?.split_whitespace().next()
}

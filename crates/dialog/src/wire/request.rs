//! The request: bytes to a [`Call`], or one sentence that says what is wrong.

use serde_json::{Map, Value};

use super::fields::{
    CallError, broken, check_text, fail, flag, found, given, id, map, object, session_id, short_text, string,
};
use crate::{
    input::{Call, Event},
    json::kind,
    payload,
};

/// Characters of `text` at most.
pub const TEXT_LIMIT: usize = 4096;

impl Call {
    /// Reads a request body.
    ///
    /// # Errors
    /// Where it is no JSON object or a field breaks its rule, as one sentence for the client.
    pub fn parse(body: &[u8]) -> Result<Self, CallError> {
        let fields = object(body)?;
        Ok(Self {
            event: event(&fields)?,
            session_id: session_id(&fields, "sessionID")?,
            turn_id: id(&fields, "turnID")?,
            lang: short_text(&fields, "lang")?,
            spoken: flag(&fields, "pollyOnServer")?,
            environment: map(&fields, "environmentVars")?,
            expected: knowledge_id(&fields, "desiredKnowledgeID")?,
            passed_on: flag(&fields, "passedOn")?,
        })
    }
}

fn event(fields: &Map<String, Value>) -> Result<Event, CallError> {
    let text = string(fields, "text")?;
    let chosen = knowledge_id(fields, "_id")?;
    let payload = map(fields, "payload")?;
    match string(fields, "event")? {
        Some("start") => return Ok(Event::Start),
        Some(other) => return Err(broken("event", "must be \"start\"", &found(other))),
        None => {}
    }
    match (chosen, payload, text) {
        (Some(intent), Some(payload), _) => {
            check_answers(&payload)?;
            Ok(Event::Chosen { intent, payload, utterance: echoed_utterance(fields) })
        }
        (Some(_), None, _) => Err(fail("`payload` must be an object where `_id` is given; found none.".to_owned())),
        (None, _, Some(text)) => utterance("text", text).map(|text| Event::Text(text.to_owned())),
        (None, _, None) => {
            Err(fail("`text` must hold what the user said, unless `_id` or `event` is given; found none.".to_owned()))
        }
    }
}

/// What clients echo as `rawIntent` was the user's text once; older servers sent whole events, which are of no use.
fn echoed_utterance(fields: &Map<String, Value>) -> Option<String> {
    let text = fields.get("rawIntent")?.as_str()?;
    utterance("rawIntent", text).ok().map(str::to_owned)
}

/// What the user said; blank is nothing that anybody understands, and no fault.
fn utterance<'t>(field: &str, text: &'t str) -> Result<&'t str, CallError> {
    check_text(field, text, TEXT_LIMIT)?;
    Ok(text)
}

/// Echoed answers keep the rules of typed ones; a picture comes as a data URL and may be long.
fn check_answers(payload: &Map<String, Value>) -> Result<(), CallError> {
    for (key, entry) in payload {
        let Some(answer) = entry.get("response").and_then(Value::as_str) else { continue };
        if !payload::is_file(answer) {
            check_text(&format!("payload[{}].response", found(key)), answer, TEXT_LIMIT)?;
        }
    }
    Ok(())
}

/// Old brains have ids that look like numbers, and some clients send them as numbers.
fn knowledge_id(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, CallError> {
    match given(fields, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(broken(name, "must be a string or a number", kind(other))),
    }
}

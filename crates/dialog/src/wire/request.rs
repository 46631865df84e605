//! The request: bytes to a [`Call`], or one sentence that says what is wrong.

use serde_json::{Map, Value};

use super::{
    fields::{CallError, broken, check_text, fail, flag, found, given, id, map, object, short_text, string},
    kind,
};
use crate::machine::Event;

/// Characters of `text` at most.
pub const TEXT_LIMIT: usize = 4096;

/// Levels of nesting that an echoed value may have: backends and logs must be able to read what we pass on.
const DEPTH_LIMIT: usize = 64;

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
    /// Reads a request body.
    ///
    /// # Errors
    /// Where it is no JSON object or a field breaks its rule, as one sentence for the client.
    pub fn parse(body: &[u8]) -> Result<Self, CallError> {
        let fields = object(body)?;
        Ok(Self {
            event: event(&fields)?,
            session_id: id(&fields, "sessionID")?,
            turn_id: id(&fields, "turnID")?,
            lang: short_text(&fields, "lang")?,
            spoken: flag(&fields, "pollyOnServer")?,
            environment: map(&fields, "environmentVars")?,
            expected: knowledge_id(&fields, "desiredKnowledgeID")?,
            passed_on: flag(&fields, "passedOn")?,
        })
    }

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

fn utterance<'t>(field: &str, text: &'t str) -> Result<&'t str, CallError> {
    if text.trim().is_empty() {
        return Err(broken(field, "must not be blank", &found(text)));
    }
    check_text(field, text, TEXT_LIMIT)?;
    Ok(text)
}

/// Echoed answers keep the rules of typed ones; a picture comes as a data URL and may be long.
fn check_answers(payload: &Map<String, Value>) -> Result<(), CallError> {
    for (key, entry) in payload {
        let Some(answer) = entry.get("response").and_then(Value::as_str) else { continue };
        if !answer.starts_with("data:") {
            check_text(&format!("payload[{}].response", found(key)), answer, TEXT_LIMIT)?;
        }
    }
    match payload.values().all(|value| depth_within(value, DEPTH_LIMIT)) {
        true => Ok(()),
        false => Err(fail(format!("`payload` must be nested at most {DEPTH_LIMIT} levels deep; found more."))),
    }
}

fn depth_within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| depth_within(item, levels - 1)),
        Value::Object(fields) => levels > 0 && fields.values().all(|field| depth_within(field, levels - 1)),
        _ => true,
    }
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

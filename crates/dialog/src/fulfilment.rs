//! The contract with backends: the event they get, and the answers they may give.

use base64::{Engine, prelude::BASE64_STANDARD};
use sbf_brain::Entity;
use serde_json::{Map, Value, json};

use crate::{
    input::Input,
    json,
    json::{depth_within, kind, measured},
    ports::BackendAnswer,
    scope::as_text,
    session::Sentence,
};

/// Keys of an event that the server sets, whatever a client or a backend sent back under them.
const SERVER_OWNED: [&str; 7] = ["lang", "userInfo", "context", "_tags", "_entities", "turnID", "sessionID"];

/// Levels of nesting that an answer may have: a session with it is a few levels deeper, and JSON is read up to 128.
const DEPTH_LIMIT: usize = 100;

/// Fields of an answer for API Gateway beside its body, which it need not have.
const GATEWAY_FIELDS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "cookies", "isBase64Encoded"];

/// Keys that let a question be asked without words.
const WORDLESS: [&str; 4] = ["richResponseObject", "command", "goToNode", "history"];

/// What a backend's answer comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// Fields of the response.
    Answer(Map<String, Value>),
    /// The backend leads the dialog.
    Leads(Leads),
    /// It failed; why, for the log.
    Failed(String),
}

/// A dialog led by a backend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leads {
    /// The key under which it wants the next answer.
    pub(crate) key: String,
    /// What it wants back.
    pub(crate) payload: Map<String, Value>,
    /// What it asks.
    pub(crate) ask: Sentence,
    /// Its own words, with `ask` complete.
    pub(crate) conversation: Map<String, Value>,
    /// Whether this was its last word.
    pub(crate) ends: bool,
}

/// The event for a backend.
pub(crate) fn event(mut fields: Map<String, Value>, input: &Input, tags: &[String], entities: &[Entity]) -> Value {
    fields.retain(|key, _| !SERVER_OWNED.contains(&key.as_str()));
    if let Some(lang) = &input.lang {
        fields.insert("lang".to_owned(), json!(lang));
    }
    fields.insert("userInfo".to_owned(), json::user_info(&input.caller.subject, input.caller.email.as_deref()));
    fields.insert("context".to_owned(), json!([]));
    fields.insert("_tags".to_owned(), json!(tags));
    fields.insert("_entities".to_owned(), json::entities(entities));
    fields.insert("turnID".to_owned(), json!(input.turn_id));
    fields.insert("sessionID".to_owned(), json!(input.session_id));
    Value::Object(fields)
}

/// What a client echoes that is the backend's own.
pub(crate) fn echoed(payload: &Map<String, Value>) -> Map<String, Value> {
    let own = payload.iter().filter(|(key, _)| !SERVER_OWNED.contains(&key.as_str()));
    own.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The user's answer, in the shape in which backends expect it.
pub(crate) fn response(text: &str) -> Value {
    json!({ "response": text })
}

/// The conversation as it is told to a client again: with what a backend that leads asked last.
pub(crate) fn asked_again(key: &str, ask: &Sentence, payload: &Map<String, Value>) -> Map<String, Value> {
    let conversation = json!({ "id": key, "ask": ask, "payload": payload });
    conversation.as_object().cloned().unwrap_or_default()
}

/// The conversation as it is told to a client that it is over, in the bot's own words.
pub(crate) fn last_word(key: &str, sentence: &Sentence) -> Map<String, Value> {
    let conversation = json!({ "id": key, "ask": sentence, "endConversation": true });
    conversation.as_object().cloned().unwrap_or_default()
}

/// Reads a backend's answer.
pub(crate) fn read(answer: BackendAnswer) -> Outcome {
    let answer = match unwrapped(answer) {
        Ok(answer) => not_too_deep(answer),
        Err(what) => return Outcome::Failed(format!("answered with {what}")),
    };
    match answer {
        BackendAnswer::Failed(reason) => Outcome::Failed(reason),
        BackendAnswer::Answered(Value::String(text)) if !text.trim().is_empty() => {
            Outcome::Answer(Map::from_iter([("text".to_owned(), json!(text)), ("speech".to_owned(), json!(text))]))
        }
        BackendAnswer::Answered(Value::Object(fields)) => object(fields),
        BackendAnswer::Answered(other) => Outcome::Failed(format!("answered {}, which says nothing", kind(&other))),
    }
}

/// What is nested too deep fails: it would be written into the session, inside more of it, and could not be read again.
pub(crate) fn not_too_deep(answer: BackendAnswer) -> BackendAnswer {
    match answer {
        BackendAnswer::Answered(value) if !depth_within(&value, DEPTH_LIMIT) => {
            BackendAnswer::Failed(format!("answered JSON nested more than {DEPTH_LIMIT} levels deep"))
        }
        answer => answer,
    }
}

/// What a function answers that was written for API Gateway: its body where it went well, else its status.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format>
fn unwrapped(answer: BackendAnswer) -> Result<BackendAnswer, String> {
    let BackendAnswer::Answered(Value::Object(mut fields)) = answer else { return Ok(answer) };
    let is_for_gateway = fields.contains_key("body") || fields.keys().all(|name| GATEWAY_FIELDS.contains(&&**name));
    let Some(status) = fields.get("statusCode").filter(|_| is_for_gateway) else {
        return Ok(BackendAnswer::Answered(Value::Object(fields)));
    };
    let status = as_text(status);
    if status.len() != 3 || !status.bytes().all(|byte| byte.is_ascii_digit()) {
        // It may be anything that the user said.
        return Err("a status that is no number".to_owned());
    }
    if !status.starts_with('2') {
        return Err(format!("status {status}"));
    }
    let text = match (fields.remove("body"), fields.get("isBase64Encoded")) {
        (Some(Value::String(text)), Some(Value::Bool(true))) => {
            decoded(&text).ok_or("status 200, and an unreadable body")?
        }
        (Some(Value::String(text)), _) => text,
        (other, _) => return Ok(BackendAnswer::Answered(other.unwrap_or_default())),
    };
    Ok(BackendAnswer::Answered(serde_json::from_str(&text).unwrap_or(Value::String(text))))
}

fn decoded(base64: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(base64).ok()?).ok()
}

fn object(mut fields: Map<String, Value>) -> Outcome {
    let sentence = complete(&mut fields);
    match fields.remove("asyncConversation") {
        Some(Value::Object(conversation)) => lead(conversation, sentence),
        Some(Value::Null) | None => plain(fields, sentence.is_some()),
        Some(other) => Outcome::Failed(format!("answered `asyncConversation` as {}, not an object", kind(&other))),
    }
}

fn plain(fields: Map<String, Value>, speaks: bool) -> Outcome {
    if !speaks && (fields.contains_key("errorMessage") || fields.contains_key("errorType")) {
        let error = fields.get("errorMessage").or_else(|| fields.get("errorType"));
        // It may quote what the user said.
        return Outcome::Failed(format!("answered an error, {}", measured(error.unwrap_or(&Value::Null))));
    }
    match fields.is_empty() {
        true => Outcome::Failed("answered an empty object".to_owned()),
        false => Outcome::Answer(fields),
    }
}

/// A dialog that somebody else leads; `beside`: what they said outside of it.
pub(crate) fn lead(mut conversation: Map<String, Value>, beside: Option<Sentence>) -> Outcome {
    let ends = conversation.get("endConversation").and_then(Value::as_bool).unwrap_or(false);
    let key = match conversation.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ if ends => String::new(),
        _ => return Outcome::Failed("answered an `asyncConversation` without an `id`".to_owned()),
    };
    let payload = match conversation.get("payload") {
        Some(Value::Object(payload)) => echoed(payload),
        Some(Value::Null) | None => Map::new(),
        Some(other) => {
            return Outcome::Failed(format!("answered an `asyncConversation` whose `payload` is {}", kind(other)));
        }
    };
    let Some(ask) = ask(&conversation).or(beside) else {
        if WORDLESS.iter().any(|name| conversation.get(*name).is_some_and(shows)) {
            return Outcome::Leads(Leads { key, payload, ask: Sentence::default(), conversation, ends });
        }
        return Outcome::Failed("answered an `asyncConversation` that asks nothing".to_owned());
    };
    put_ask(&mut conversation, &ask);
    Outcome::Leads(Leads { key, payload, ask, conversation, ends })
}

fn ask(conversation: &Map<String, Value>) -> Option<Sentence> {
    match conversation.get("ask")? {
        Value::String(text) if !text.trim().is_empty() => Some(Sentence { text: text.clone(), speech: text.clone() }),
        Value::Object(ask) => complete(&mut ask.clone()),
        _ => None,
    }
}

/// Whether a client has something to do with it.
fn shows(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

/// Completes `ask` in place, keeping what else the backend put there.
fn put_ask(conversation: &mut Map<String, Value>, ask: &Sentence) {
    let mut fields = conversation.get("ask").and_then(Value::as_object).cloned().unwrap_or_default();
    fields.insert("text".to_owned(), json!(ask.text));
    fields.insert("speech".to_owned(), json!(ask.speech));
    conversation.insert("ask".to_owned(), Value::Object(fields));
}

/// Fills `text` and `speech` from each other; `None` where there is neither. A `speech` that is there and empty is silence.
pub(crate) fn complete(fields: &mut Map<String, Value>) -> Option<Sentence> {
    let read = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) => Some(scalar.to_string()),
        _ => None,
    };
    let (text, speech) = (read("text"), read("speech"));
    let silent = fields.get("speech").and_then(Value::as_str).is_some_and(|speech| speech.trim().is_empty());
    let speech = speech.or_else(|| text.is_some().then(String::new).filter(|_| silent));
    let Some(some) = text.clone().or_else(|| speech.clone()) else {
        fields.retain(|key, _| key != "text" && key != "speech");
        return None;
    };
    let sentence = Sentence { text: text.unwrap_or_else(|| some.clone()), speech: speech.unwrap_or(some) };
    fields.insert("text".to_owned(), json!(sentence.text));
    fields.insert("speech".to_owned(), json!(sentence.speech));
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(value: Value) -> Outcome {
        read(BackendAnswer::Answered(value))
    }

    fn fields(value: Value) -> Outcome {
        Outcome::Answer(value.as_object().unwrap().clone())
    }

    #[test]
    fn a_text_is_shown_and_spoken_as_it_is() {
        let text = r#"Say "hello" to {$1} and ${name}"#;
        assert_eq!(answered(json!(text)), fields(json!({ "text": text, "speech": text })));
    }

    #[test]
    fn an_answer_for_api_gateway_is_unwrapped_or_a_failure() {
        let sun = json!({ "text": "Sun", "speech": "Sun" });
        for (status, body) in [
            (json!(200), json!("Sun")),
            (json!("201"), json!(r#"{"text": "Sun"}"#)),
            (json!(200), json!({ "text": "Sun" })),
        ] {
            assert_eq!(answered(json!({ "statusCode": status, "body": body })), fields(sun.clone()), "{status} {body}");
        }
        for status in [json!(500), json!(404), json!(302), json!("x"), Value::Null] {
            let outcome = answered(json!({ "statusCode": status, "body": "no such city", "headers": {} }));
            assert!(matches!(&outcome, Outcome::Failed(reason) if !reason.contains("city")), "{status}: {outcome:?}");
        }
        for bare in [json!({ "statusCode": 500 }), json!({ "statusCode": 204, "headers": { "x": "y" } })] {
            assert!(matches!(answered(bare.clone()), Outcome::Failed(_)), "{bare}");
        }
        let encoded = |body: &str| json!({ "statusCode": 200, "isBase64Encoded": true, "body": body });
        assert_eq!(answered(encoded("U3Vu")), fields(sun));
        assert!(matches!(answered(encoded("Sun!")), Outcome::Failed(_)));
        // Beside others, a field of that name is the answer's own.
        let own = json!({ "text": "Sun", "statusCode": 500 });
        assert!(matches!(answered(own), Outcome::Answer(_)));
    }

    #[test]
    fn of_a_status_the_log_gets_a_number_or_nothing() {
        for (status, logged) in [
            (json!(503), "answered with status 503"),
            (json!("xyzzy\u{1b}"), "answered with a status that is no number"),
        ] {
            assert_eq!(answered(json!({ "statusCode": status, "body": "" })), Outcome::Failed(logged.to_owned()));
        }
    }

    #[test]
    fn text_and_speech_complete_each_other() {
        let cases = [
            (json!({ "text": "a" }), json!({ "text": "a", "speech": "a" })),
            (json!({ "speech": "a", "x": 1 }), json!({ "speech": "a", "x": 1, "text": "a" })),
            (json!({ "text": "a", "speech": "b" }), json!({ "text": "a", "speech": "b" })),
            (json!({ "text": 5, "speech": "" }), json!({ "text": "5", "speech": "" })),
            (json!({ "text": null, "richResponseObject": {} }), json!({ "richResponseObject": {} })),
            (json!({ "text": "a", "errorMessage": "b" }), json!({ "text": "a", "errorMessage": "b", "speech": "a" })),
            (json!({ "text": "a", "asyncConversation": null }), json!({ "text": "a", "speech": "a" })),
        ];
        for (answer, expected) in cases {
            assert_eq!(answered(answer.clone()), fields(expected), "{answer}");
        }
    }

    #[test]
    fn what_says_nothing_is_a_failure() {
        let cases = [
            json!(null),
            json!(5),
            json!(true),
            json!([]),
            json!(["a"]),
            json!({}),
            json!(""),
            json!(" "),
            json!({ "text": "" }),
            json!({ "errorMessage": "boom", "errorType": "Error", "trace": [] }),
            json!({ "asyncConversation": "x" }),
            json!({ "asyncConversation": { "ask": { "text": "a" } } }),
            json!({ "asyncConversation": { "id": "a" } }),
            json!({ "asyncConversation": { "id": "a", "ask": "b", "payload": [] } }),
        ];
        for answer in cases {
            assert!(matches!(answered(answer.clone()), Outcome::Failed(_)), "{answer}");
        }
        assert_eq!(read(BackendAnswer::Failed("timeout".to_owned())), Outcome::Failed("timeout".to_owned()));
    }

    #[test]
    fn of_a_backends_error_the_log_gets_kind_and_length() {
        let failure = |answer: Value| match answered(answer) {
            Outcome::Failed(why) => why,
            other => panic!("{other:?}"),
        };
        let said = "he said xyzzy\u{1b}[2J\n".repeat(10_000);
        assert_eq!(failure(json!({ "errorMessage": said })), "answered an error, a string of 180000 characters");
        assert_eq!(failure(json!({ "errorType": { "xyzzy": 1 } })), "answered an error, an object");
    }

    #[test]
    fn a_backend_that_leads_is_passed_on_with_its_question_completed() {
        let conversation = json!({
            "id": 7, "ask": { "text": "Name?", "format": "bold" },
            "payload": { "step": 2, "lang": "xx", "userInfo": { "sub": "eve" } }, "endConversation": false,
        });
        let Outcome::Leads(leads) = answered(json!({ "asyncConversation": conversation })) else { panic!() };
        assert_eq!((leads.key.as_str(), leads.ends), ("7", false));
        assert_eq!(Value::Object(leads.payload), json!({ "step": 2 }));
        assert_eq!(leads.conversation["ask"], json!({ "text": "Name?", "format": "bold", "speech": "Name?" }));
        assert_eq!(leads.conversation["payload"]["userInfo"]["sub"], "eve");
    }

    #[test]
    fn a_last_word_needs_no_key_and_may_stand_beside() {
        let answer = json!({ "text": "Bye", "asyncConversation": { "endConversation": true } });
        let Outcome::Leads(leads) = answered(answer) else { panic!() };
        assert!(leads.ends);
        assert_eq!(leads.conversation["ask"]["text"], "Bye");
    }

    #[test]
    fn a_question_by_pictures_needs_no_words() {
        let answer =
            json!({ "asyncConversation": { "id": "a", "richResponseObject": { "type": "simpleSquaredList" } } });
        assert!(matches!(answered(answer), Outcome::Leads(_)));
    }

    #[test]
    fn what_the_server_owns_is_not_echoed() {
        let payload = json!({
            "step": 2, "userInfo": {}, "context": [], "_tags": [], "_entities": [], "lang": "x", "turnID": "x", "sessionID": "x",
        });
        assert_eq!(Value::Object(echoed(payload.as_object().unwrap())), json!({ "step": 2 }));
    }
}

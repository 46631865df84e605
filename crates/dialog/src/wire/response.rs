//! The response: a [`Reply`] and its frame to JSON.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    input::{Call, Event, Input},
    json::{entities, user_info},
    payload,
    ports::{Audio, SpeechRequest},
    reply::{Main, Question, Reply, Understood},
    session::Sentence,
};

/// The protocol's version, as the reference has always sent it.
const VERSION: &str = "1.0.0";

/// Fields that hold sound.
const AUDIO: [&str; 4] = ["binary", "hashBase", "cacheHit", "contentType"];

/// Fields that say who talks to whom about what: a backend's answer never sets them.
const SERVER_OWNED: [&str; 15] = [
    "version",
    "said",
    "rawIntent",
    "userInfo",
    "environmentVars",
    "sessionID",
    "uid",
    "lang",
    "desiredMatch",
    "entities",
    "tags",
    "turnID",
    "sessionExpired",
    "nif",
    "answers",
];

/// What surrounds a reply.
pub(crate) struct Frame<'f> {
    pub(crate) call: &'f Call,
    pub(crate) input: &'f Input,
    /// Epoch milliseconds at which the turn began.
    pub(crate) began: u64,
    /// Whether the session that the client named is no more.
    pub(crate) session_expired: bool,
}

/// The response's JSON: what is said first, then what all responses have in common.
///
/// A backend's own fields come first and never win over the common ones, except for its voice.
pub(crate) fn render(reply: &Reply, frame: &Frame<'_>) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "voice", reply.voice.as_ref());
    put(&mut fields, "version", Some(VERSION));
    put_main(&mut fields, &reply.main);
    if !reply.said.is_empty() {
        put(&mut fields, "said", Some(&reply.said));
    }
    put_common(&mut fields, reply, frame);
    Value::Object(fields)
}

fn put_main(fields: &mut Map<String, Value>, main: &Main) {
    match main {
        Main::Says(sentence) => put_sentence(fields, sentence),
        Main::Ends(sentence) => {
            put_sentence(fields, sentence);
            put(fields, "endConversation", Some(true));
        }
        Main::Misses(sentence) => {
            put(fields, "nif", Some(true));
            put_sentence(fields, sentence);
            put(fields, "endConversation", Some(true));
        }
        Main::Asks { intent, missing } => {
            let sync: Map<_, _> = missing.iter().map(|question| (question.name.clone(), asked(question))).collect();
            put(fields, "conversation", Some(json!({ "_id": intent, "generateReturn": true, "sync": sync })));
        }
        Main::Leads { intent, conversation } => {
            put(fields, "conversation", Some(json!({ "_id": intent, "generateReturn": false, "async": conversation })));
        }
        Main::Relays(answer) => {
            let own = answer.iter().filter(|(name, _)| !SERVER_OWNED.contains(&name.as_str()));
            fields.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        }
    }
}

fn put_common(fields: &mut Map<String, Value>, reply: &Reply, frame: &Frame<'_>) {
    let Frame { call, input, .. } = frame;
    put(fields, "rawIntent", Some(raw_intent(&input.event)));
    put(fields, "userInfo", Some(user_info(&input.caller)));
    put(fields, "environmentVars", call.environment.as_ref());
    put(fields, "sessionID", Some(&input.session_id));
    put(fields, "uid", Some(format!("{}-{}", input.session_id, frame.began)));
    put(fields, "lang", input.lang.as_ref());
    put(
        fields,
        "desiredMatch",
        reply.understood.as_ref().map(|understood| desired_match(understood, call.expected.as_deref())),
    );
    put(fields, "customPronunciation", reply.lexicon.as_ref());
    put(fields, "entities", Some(entities(&reply.entities)));
    put(fields, "tags", Some(&reply.tags));
    put(fields, "turnID", call.turn_id.as_ref());
    put(fields, "sessionExpired", Some(true).filter(|_| frame.session_expired));
}

/// What the user said, always as a text: older servers nested whole requests here.
fn raw_intent(event: &Event) -> String {
    match event {
        Event::Start => String::new(),
        Event::Text(text) => text.clone(),
        Event::Chosen { utterance: Some(utterance), .. } => utterance.clone(),
        Event::Chosen { payload, .. } => payload::answers(payload).last().unwrap_or_default(),
    }
}

fn desired_match(understood: &Understood, expected: Option<&str>) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "amd", Some(rounded(understood.confidence)));
    put(&mut fields, "bestMatchID", understood.intent.as_ref());
    put(&mut fields, "probability", Some(rounded(understood.probability)));
    put(&mut fields, "desiredKnowledgeID", expected);
    let result = match (&understood.intent, expected) {
        (None, _) => Some("NIF"),
        (Some(_), None) => None,
        (Some(intent), Some(expected)) if intent == expected => Some("HIT"),
        (Some(_), Some(_)) => Some("MISS"),
    };
    put(&mut fields, "result", result);
    Value::Object(fields)
}

/// Four places: more would only show how the number is stored.
fn rounded(share: f32) -> f64 {
    (f64::from(share) * 1e4).round() / 1e4
}

fn asked(question: &Question) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "payloadPosition", Some(question.position));
    put(&mut fields, "validation", question.validation.as_ref());
    put(&mut fields, "richResponseObject", question.rich_object.as_ref());
    put(&mut fields, "ask", Some(&question.ask));
    put(&mut fields, "validationSuccessMessage", question.success.as_ref().map(|sentence| [sentence]));
    put(&mut fields, "validationErrorMessage", question.error.as_ref().map(|sentence| [sentence]));
    Value::Object(fields)
}

fn put_sentence(fields: &mut Map<String, Value>, sentence: &Sentence) {
    put(fields, "text", Some(&sentence.text));
    put(fields, "speech", Some(&sentence.speech));
}

fn put<T: serde::Serialize>(fields: &mut Map<String, Value>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), json!(value));
    }
}

/// What is to be spoken of a response: its main sentence or its question; nothing where a backend brought its own sound.
pub(crate) fn speech_of(response: &Value) -> Option<SpeechRequest> {
    if response.get("binary").is_some() {
        return None;
    }
    let conversation = &response["conversation"];
    let first_asked = || conversation["sync"].as_object().and_then(|sync| sync.values().next());
    let asked = || conversation.get("async").or_else(first_asked).map(|item| &item["ask"]["speech"]);
    let text = response.get("speech").or_else(asked)?.as_str().filter(|speech| !speech.trim().is_empty())?;
    let field = |name: &str| response[name].as_str().map(str::to_owned);
    Some(SpeechRequest {
        text: text.to_owned(),
        voice: field("voice"),
        language: field("lang"),
        lexicon: field("customPronunciation"),
    })
}

/// Adds sound to a response.
pub(crate) fn add_audio(response: &mut Value, request: &SpeechRequest, audio: &Audio) {
    let Some(fields) = response.as_object_mut() else { return };
    put(fields, "binary", Some(BASE64_STANDARD.encode(&audio.bytes)));
    put(fields, "hashBase", Some(request.hash()));
    put(fields, "cacheHit", Some(audio.cache_hit));
    put(fields, "contentType", Some(&audio.content_type));
}

/// A response without its sound: what is kept for a repeated request.
pub(crate) fn without_audio(response: &Value) -> Value {
    let mut kept = response.clone();
    if let Some(fields) = kept.as_object_mut() {
        fields.retain(|name, _| !AUDIO.contains(&name.as_str()));
    }
    kept
}

//! The response of `POST /core`: one rendering of a [`Response`].

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    json::{entities, user_info},
    reply::{Main, Question, Understood, in_four_places},
    response::{Response, Sound},
    session::Sentence,
};

/// The protocol's version, as the reference has always sent it.
const VERSION: &str = "1.0.0";

/// The response's JSON: what is said first, then what all responses have in common.
///
/// A backend's own fields come first and never win over the common ones, except for its voice. A response that release 0.1 kept is sent
/// again as that release made it.
pub fn render(response: &Response) -> Value {
    let mut rendered = response.kept_json.clone().unwrap_or_else(|| render_anew(response));
    if let Some((sound, fields)) = response.sound.as_ref().zip(rendered.as_object_mut()) {
        put_sound(fields, sound);
    }
    rendered
}

fn render_anew(response: &Response) -> Value {
    let (reply, mut fields) = (&response.reply, Map::new());
    put(&mut fields, "voice", reply.voice.as_ref());
    put(&mut fields, "version", Some(VERSION));
    put_main(&mut fields, &reply.main);
    if !reply.said.is_empty() {
        put(&mut fields, "said", Some(&reply.said));
    }
    put_common(&mut fields, response);
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
        Main::Leads { intent, asked } => {
            let conversation = json!({ "_id": intent, "generateReturn": false, "async": asked.fields() });
            put(fields, "conversation", Some(conversation));
            put(fields, "endConversation", Some(true).filter(|_| asked.ends));
        }
        Main::Relays(relayed) => fields.extend(relayed.fields().clone()),
    }
}

fn put_common(fields: &mut Map<String, Value>, response: &Response) {
    let Response { reply, user, session_id, .. } = response;
    // Older servers nested whole requests here; it is always a text.
    put(fields, "rawIntent", Some(&response.utterance));
    put(fields, "userInfo", Some(user_info(&user.subject, user.email.as_deref())));
    put(fields, "environmentVars", response.environment.as_ref());
    put(fields, "sessionID", Some(session_id));
    put(fields, "uid", Some(format!("{session_id}-{}", response.began)));
    put(fields, "lang", response.lang.as_ref());
    put(
        fields,
        "desiredMatch",
        reply.understood.as_ref().map(|understood| desired_match(understood, response.expected.as_deref())),
    );
    put(fields, "customPronunciation", reply.lexicon.as_ref());
    put(fields, "entities", Some(entities(&reply.entities)));
    put(fields, "tags", Some(&reply.tags));
    put(fields, "turnID", response.turn_id.as_ref());
    put(fields, "sessionExpired", Some(true).filter(|_| response.session_expired));
}

fn desired_match(understood: &Understood, expected: Option<&str>) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "amd", Some(in_four_places(understood.confidence)));
    put(&mut fields, "bestMatchID", understood.intent.as_ref());
    put(&mut fields, "probability", Some(in_four_places(understood.probability)));
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

fn put_sound(fields: &mut Map<String, Value>, Sound { request, audio }: &Sound) {
    put(fields, "binary", Some(BASE64_STANDARD.encode(&audio.bytes)));
    put(fields, "hashBase", Some(request.hash()));
    put(fields, "cacheHit", Some(audio.cache_hit));
    put(fields, "contentType", Some(&audio.content_type));
}

//! `POST /services/polly`: text to sound.

use axum::{
    Json,
    extract::{Request, State},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sbf_brain::Brain;
use sbf_dialog::{ports::SpeechRequest, wire::object};
use serde_json::{Map, Value, json};

use super::{App, Refusal, body::json_bytes, refusal::caller};
use crate::speech::default_voice;

/// Characters that are spoken at once at most: what Polly takes (`SynthesizeSpeech`).
const SPEECH_LIMIT: usize = 3000;
/// Characters of a voice, a language tag and a lexicon's name at most.
const NAME_LIMIT: usize = 64;
/// What the server says in its answer: never echoed from the request.
const OWN_FIELDS: [&str; 5] = ["binary", "contentType", "hashBase", "cacheHit", "voice"];

/// Answers the request's fields and the sound; with no voice to be had, 200 without `binary`.
pub(super) async fn synthesize(State(app): State<App>, request: Request) -> Result<Json<Value>, Refusal> {
    let caller = caller(&request)?;
    let (mut fields, wanted) = parse(&json_bytes(request).await?)?;
    fields.retain(|name, _| !OWN_FIELDS.contains(&name.as_str()));
    // Without a brain the bot has no voice.
    let wanted = app.brains.current().await.ok().map(|live| in_own_voice(&live.brain, wanted));
    fields.insert("voice".to_owned(), json!(wanted.as_ref().and_then(|wanted| wanted.voice.as_ref())));
    if let Some(wanted) = wanted.filter(|wanted| wanted.voice.is_some())
        && let Some(audio) = app.speech.synthesize(&wanted, &caller.subject).await
    {
        fields.insert("binary".to_owned(), json!(BASE64_STANDARD.encode(&audio.bytes)));
        fields.insert("contentType".to_owned(), json!(audio.content_type));
        fields.insert("hashBase".to_owned(), json!(wanted.hash()));
        fields.insert("cacheHit".to_owned(), json!(audio.cache_hit));
    }
    Ok(Json(Value::Object(fields)))
}

/// The same in a voice of the bot, pronounced as its author wants it. A voice decides its engine, and engines differ in price: so no
/// request brings a voice that the author did not choose.
fn in_own_voice(brain: &Brain, wanted: SpeechRequest) -> SpeechRequest {
    let voice = own_voice(brain, &wanted).map(str::to_owned);
    let language = wanted.language.clone().or_else(|| brain.language().map(str::to_owned));
    SpeechRequest { voice, language, ..wanted }.pronounced_by(brain)
}

/// The voice that is asked for where it is the bot's, of an intent, or that of the bot's language; else the bot's usual one, which speaks
/// no other language.
fn own_voice<'b>(brain: &'b Brain, wanted: &SpeechRequest) -> Option<&'b str> {
    let of_language = brain.language().and_then(default_voice);
    let of_intents = brain.intents().iter().filter_map(|intent| intent.voice.as_deref());
    let mut own = brain.voice().into_iter().chain(of_language).chain(of_intents);
    let asked = wanted.voice.as_deref().and_then(|asked| own.find(|own| own.eq_ignore_ascii_case(asked)));
    let own_language = |asked: &String| brain.language().is_none_or(|own| same_language(asked, own));
    let usual = || brain.voice().or(of_language).filter(|_| wanted.language.as_ref().is_none_or(own_language));
    asked.or_else(usual)
}

fn same_language(one: &str, other: &str) -> bool {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    language(one) == language(other)
}

fn parse(body: &[u8]) -> Result<(Map<String, Value>, SpeechRequest), Refusal> {
    let fields = object(body).map_err(|error| Refusal::bad(error.to_string()))?;
    let wanted = SpeechRequest {
        text: text(&fields)?,
        voice: name(&fields, "voice")?,
        language: name(&fields, "lang")?,
        lexicon: name(&fields, "customPronunciation")?,
    };
    Ok((fields, wanted))
}

fn text(fields: &Map<String, Value>) -> Result<String, Refusal> {
    let Some(text) = fields.get("text").and_then(Value::as_str) else {
        return Err(Refusal::bad("`text` must be a string."));
    };
    if text.trim().is_empty() {
        return Err(Refusal::bad("`text` must not be blank."));
    }
    if text.chars().count() > SPEECH_LIMIT {
        return Err(Refusal::bad(format!("`text` must have at most {SPEECH_LIMIT} characters.")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::bad("`text` must hold no control characters."));
    }
    Ok(text.to_owned())
}

/// A short name that is sent on to the speech service; null and nothing are the same.
fn name(fields: &Map<String, Value>, key: &str) -> Result<Option<String>, Refusal> {
    match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if name.chars().count() <= NAME_LIMIT && !name.chars().any(char::is_control) => {
            Ok(Some(name.trim().to_owned()).filter(|name| !name.is_empty()))
        }
        Some(_) => Err(Refusal::bad(format!("`{key}` must be a string of at most {NAME_LIMIT} characters."))),
    }
}

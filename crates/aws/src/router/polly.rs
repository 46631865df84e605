//! `POST /services/polly`: text to sound.

use axum::{
    Json,
    extract::{Request, State},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sbf_dialog::{
    ports::{LiveBrain, SpeechRequest},
    wire::TEXT_LIMIT,
};
use serde_json::{Map, Value, json};

use super::{App, Refusal, body::json_bytes, refusal::caller};
use crate::speech::default_voice;

/// Characters of a voice, a language tag and a lexicon's name at most.
const NAME_LIMIT: usize = 64;
/// What the server says in its answer: never echoed from the request.
const OWN_FIELDS: [&str; 5] = ["binary", "contentType", "hashBase", "cacheHit", "voice"];

/// Answers the request's fields and the sound; with no voice to be had, 200 without `binary`.
pub(super) async fn synthesize(State(app): State<App>, request: Request) -> Result<Json<Value>, Refusal> {
    caller(&request)?;
    let (mut fields, mut wanted) = parse(&json_bytes(request).await?)?;
    let live = app.brains.current().await.ok();
    complete(live.as_deref(), &mut wanted);
    let wanted = match &live {
        Some(live) => wanted.pronounced_by(&live.brain),
        None => wanted,
    };
    let audio = app.speech.synthesize(&wanted).await;
    fields.retain(|name, _| !OWN_FIELDS.contains(&name.as_str()));
    fields.insert("voice".to_owned(), json!(wanted.voice));
    if let Some(audio) = audio {
        fields.insert("binary".to_owned(), json!(BASE64_STANDARD.encode(&audio.bytes)));
        fields.insert("contentType".to_owned(), json!(audio.content_type));
        fields.insert("hashBase".to_owned(), json!(wanted.hash()));
        fields.insert("cacheHit".to_owned(), json!(audio.cache_hit));
    }
    Ok(Json(Value::Object(fields)))
}

/// What the request leaves open is the bot's: its language, and its voice unless another language is asked for.
fn complete(live: Option<&LiveBrain>, wanted: &mut SpeechRequest) {
    if let Some(live) = live {
        let own = live.brain.language();
        let asked = wanted.language.get_or_insert_with(|| own.unwrap_or_default().to_owned());
        if wanted.voice.is_none() && (asked.is_empty() || own.is_some_and(|own| same_language(asked, own))) {
            wanted.voice = live.brain.voice().map(str::to_owned);
        }
    }
    wanted.language.take_if(|language| language.is_empty());
    if let (None, Some(language)) = (&wanted.voice, &wanted.language) {
        wanted.voice = default_voice(language).map(str::to_owned);
    }
}

fn same_language(one: &str, other: &str) -> bool {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    language(one) == language(other)
}

fn parse(body: &[u8]) -> Result<(Map<String, Value>, SpeechRequest), Refusal> {
    let fields: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad(format!("The body must be a JSON object; {error}.")))?;
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
    if text.chars().count() > TEXT_LIMIT {
        return Err(Refusal::bad(format!("`text` must have at most {TEXT_LIMIT} characters.")));
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

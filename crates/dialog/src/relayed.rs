//! What somebody else answered, a backend or another bot: its own fields, and what any rendering needs of them.
//!
//! The fields stay as they came, for `POST /core` passes them on; the rest is read from them and never written beside them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::session::Sentence;

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

/// Fields that hold sound.
const SOUND: [&str; 4] = ["binary", "hashBase", "cacheHit", "contentType"];

/// An answer of a backend or of another bot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Relayed {
    /// What it says.
    pub sentence: Option<Sentence>,
    /// Its open question, or the last word of its dialog.
    pub question: Option<Asked>,
    /// Whether it says that the dialog is over.
    pub ends: bool,
    /// Its rich object: a list of options, a sound.
    pub rich_object: Option<Value>,
    /// The voice that it wants, which wins over the bot's; `Some(None)` where it names one that cannot be read.
    pub voice: Option<Option<String>>,
    /// The lexicons that it wants, where the intent has none.
    pub lexicon: Option<String>,
    /// Whether it brings its own sound.
    pub sounds: bool,
    /// All its fields.
    fields: Map<String, Value>,
}

/// One question that somebody else asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Asked {
    /// Its words; it may ask with pictures alone.
    pub ask: Option<Sentence>,
    /// Whether this was the last word of its dialog.
    pub ends: bool,
    /// Its rich object: a list of options, a sound.
    pub rich_object: Option<Value>,
    /// All its fields.
    fields: Map<String, Value>,
}

impl Relayed {
    /// All fields, for clients of `POST /core`.
    pub(crate) fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// The same without its sound.
    pub(crate) fn without_sound(&self) -> Self {
        let mut fields = self.fields.clone();
        fields.retain(|name, _| !SOUND.contains(&name.as_str()));
        Self::from(fields)
    }
}

impl From<Map<String, Value>> for Relayed {
    fn from(mut fields: Map<String, Value>) -> Self {
        fields.retain(|name, _| !SERVER_OWNED.contains(&name.as_str()));
        let question = fields.get("conversation").and_then(Value::as_object).and_then(open_question).map(Asked::from);
        Self {
            sentence: sentence(&fields),
            ends: fields.get("endConversation") == Some(&Value::Bool(true))
                || question.as_ref().is_some_and(|question| question.ends),
            question,
            rich_object: rich_object(&fields),
            voice: fields.get("voice").map(|voice| voice.as_str().map(str::to_owned)),
            lexicon: fields.get("customPronunciation").and_then(Value::as_str).map(str::to_owned),
            sounds: fields.contains_key("binary"),
            fields,
        }
    }
}

impl From<Relayed> for Map<String, Value> {
    fn from(relayed: Relayed) -> Self {
        relayed.fields
    }
}

impl Asked {
    /// All fields, for clients of `POST /core`.
    pub(crate) fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

impl From<Map<String, Value>> for Asked {
    fn from(fields: Map<String, Value>) -> Self {
        Self {
            ask: fields.get("ask").and_then(Value::as_object).and_then(sentence),
            ends: fields.get("endConversation") == Some(&Value::Bool(true)),
            rich_object: rich_object(&fields),
            fields,
        }
    }
}

impl From<Asked> for Map<String, Value> {
    fn from(asked: Asked) -> Self {
        asked.fields
    }
}

/// The question of a conversation: the one that somebody leads, else the first missing parameter's.
fn open_question(conversation: &Map<String, Value>) -> Option<Map<String, Value>> {
    let first = || conversation.get("sync")?.as_object()?.values().next();
    conversation.get("async").or_else(first)?.as_object().cloned()
}

fn sentence(fields: &Map<String, Value>) -> Option<Sentence> {
    let read = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let text = read("text")?;
    Some(Sentence { speech: read("speech").unwrap_or_else(|| text.clone()), text })
}

fn rich_object(fields: &Map<String, Value>) -> Option<Value> {
    fields.get("richResponseObject").filter(|rich| rich.is_object()).cloned()
}

//! A small bot: its files, its artefact, and ports that a test can spoil.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sbf_dialog::ports::{
    Audio, BackendAnswer, BackendCall, BrainSource, Caller, Fulfilment, LiveBrain, NoBrain, Speech, SpeechRequest,
};
use serde_json::{Value, json};

/// A bot that greets, and asks for a city before it calls the backend `weather`.
pub(crate) fn knowledge() -> Value {
    json!({
        "brainName": "Probe",
        "i18n": { "welcomeMessage": { "text": "Welcome aboard.", "speech": "Welcome." } },
        "knowledge": [
            {
                "_id": "greet",
                "_intents": ["hello", "hello there", "good morning", "hi bot"],
                "_source": { "response": [{ "text": "Hello to you.", "speech": "Hello." }] }
            },
            {
                "_id": "hours",
                "_intents": ["when do you open", "opening hours please", "are you open on sundays"],
                "_source": { "response": [{ "text": "From nine to five.", "speech": "From nine to five." }] }
            },
            {
                "_id": "weather",
                "_intents": ["weather forecast", "how is the weather", "tell me the weather report"],
                "_source": {
                    "arn": "weather",
                    "payload": "{\"city\": \"$0\"}",
                    "parameters": [{
                        "name": "city",
                        "payloadPosition": 0,
                        "regexList": ["/ in (.*)/g"],
                        "noMatchAsk": [{ "text": "Which city?", "speech": "Which city?" }]
                    }]
                }
            }
        ]
    })
}

pub(crate) fn configs() -> Value {
    json!({ "language_tag": "en-US", "voice": "Joanna", "theme": { "name": "Probe" } })
}

/// The artefact of these files.
pub(crate) fn packed(knowledge: &Value, configs: &Value) -> Vec<u8> {
    let (checked, problems) = sbf_brain::read(knowledge.to_string().as_bytes(), Some(configs.to_string().as_bytes()));
    let checked = checked.unwrap_or_else(|| panic!("{problems:#?}"));
    sbf_brain::encode(&sbf_brain::train(checked, &mut |_| ()).unwrap().brain)
}

pub(crate) fn ana() -> Caller {
    Caller {
        subject: "ana".to_owned(),
        email: Some("ana@example.org".to_owned()),
        name: None,
        groups: Vec::new(),
        token: None,
    }
}

/// A brain that is always live, or never.
pub(crate) struct Brains(Option<Arc<LiveBrain>>);

impl Brains {
    pub(crate) fn live() -> Self {
        Self::of(&knowledge(), &configs())
    }

    /// The brain of these files.
    pub(crate) fn of(knowledge: &Value, configs: &Value) -> Self {
        let brain = sbf_brain::decode(&packed(knowledge, configs)).unwrap();
        Self(Some(Arc::new(LiveBrain { brain, trained_at: "2026-01-02T03:04:05Z".to_owned() })))
    }

    pub(crate) fn none() -> Self {
        Self(None)
    }
}

#[async_trait]
impl BrainSource for Brains {
    async fn current(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        self.0.clone().ok_or_else(|| NoBrain("s3://secret-bucket is empty".to_owned()))
    }
}

/// A backend that answers with its event.
pub(crate) struct Echo;

#[async_trait]
impl Fulfilment for Echo {
    async fn call(&self, call: &BackendCall, _: Duration) -> BackendAnswer {
        BackendAnswer::Answered(json!({ "text": call.event["city"], "speech": "sunny" }))
    }
}

/// A voice that says its request, unless it is to be silent.
pub(crate) struct Voice {
    pub(crate) silent: bool,
}

#[async_trait]
impl Speech for Voice {
    async fn synthesize(&self, request: &SpeechRequest, _listener: &str) -> Option<Audio> {
        let bytes = format!("{request:?}").into_bytes();
        (!self.silent).then(|| Audio { bytes, content_type: "audio/mpeg".to_owned(), cache_hit: false })
    }
}

//! What a bot knows besides its classifier.

use std::{collections::HashMap, sync::OnceLock};

use serde_json::Value;

use crate::{
    config::Config,
    entity::{Lexicon, Values},
    files::Files,
    intent::{FederatedBot, Intent, Variation},
    json,
    knowledge::KNOWLEDGE_FILE,
    problem::Problems,
    stock::Stock,
};

/// All of a bot but its classifier: what knowledge.json and configs.json say, compiled.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) language: Option<String>,
    pub(crate) voice: Option<String>,
    pub(crate) config: Config,
    /// knowledge.json as written; parsed when somebody asks, because answering does not need it.
    pub(crate) written: OnceLock<Value>,
    pub(crate) intents: Vec<Intent>,
    pub(crate) by_id: HashMap<String, usize>,
    pub(crate) values: Values,
    pub(crate) lexicon: Lexicon,
    /// Every stock sentence.
    pub(crate) stock: HashMap<Stock, Variation>,
    /// Kind, utterance and expected intent.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    pub(crate) tests: Vec<(String, String, String)>,
    pub(crate) federation: Option<FederatedBot>,
}

impl Content {
    /// knowledge.json as written, from the files that the rest of this comes from.
    pub(crate) fn written(&self, sources: &Files) -> &Value {
        // It was read before, so that it can be read again.
        let parse = || json::parse(&sources.knowledge, &mut Problems::of(KNOWLEDGE_FILE)).unwrap_or_default();
        self.written.get_or_init(parse)
    }
}

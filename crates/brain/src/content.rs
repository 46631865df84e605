//! What a bot knows besides its classifier.

use std::collections::HashMap;

use serde_json::Value;

use crate::{
    config::Config,
    entity::{Lexicon, Values},
    intent::{FederatedBot, Intent, Variation},
    stock::Stock,
};

/// All of a bot but its classifier: what knowledge.json and configs.json say, compiled.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) language: Option<String>,
    pub(crate) voice: Option<String>,
    pub(crate) config: Config,
    /// knowledge.json as written.
    pub(crate) written: Value,
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

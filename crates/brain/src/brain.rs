//! A trained bot.

use sbf_amc::{Encode, Model};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    config::Config,
    content::Content,
    entity::Entity,
    files::Files,
    intent::{FederatedBot, Intent, Variation},
    meaning::Meaning,
    pronunciation::Pronounced,
    sentences,
    stock::Stock,
};

/// A trained bot: what it knows, how it speaks, and the classifier that understands.
#[derive(Debug)]
pub struct Brain {
    pub(crate) content: Content,
    pub(crate) model: Model,
    pub(crate) sources: Files,
    pub(crate) version: String,
    pub(crate) measured: Option<Measured>,
    pub(crate) meaning: Option<Meaning>,
}

/// How a bot did on training texts that were held out, when it was trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// How many there were.
    pub texts: usize,
    /// Share whose best intent was the right one, 0..=1, to four digits.
    pub accuracy: f64,
}

/// Whether a brain goes by meaning as well as by words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeaningUse {
    /// By both.
    Used,
    /// It was trained without an encoder.
    NotTrained,
    /// It was trained with an encoder, and there is none.
    Missing,
    /// It was trained with another encoder than the one that is there.
    Other {
        /// The one that it was trained with.
        trained: String,
        /// The one that is there.
        found: String,
    },
}

/// What an utterance means to a brain.
#[derive(Debug, Clone)]
pub struct Understanding<'b> {
    /// Best first, at most five; empty only where nothing at all could be said.
    pub candidates: Vec<Candidate<'b>>,
    /// The gate's confidence that the best candidate is meant, 0..=1.
    pub confidence: f32,
    /// The best candidate, where the confidence reaches the bot's threshold.
    pub accepted: Option<&'b Intent>,
    /// Values of `staticEntities` found in the utterance.
    pub entities: Vec<Entity>,
    /// Enrichment tags, such as `NEGATIVE` or `ROMANCE:girlfriend`.
    pub tags: Vec<String>,
}

/// An intent that may be meant.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'b> {
    /// The intent.
    pub intent: &'b Intent,
    /// Calibrated probability, 0..=1.
    pub probability: f32,
}

impl Brain {
    /// Content hash of the artefact it was decoded from: 16 hexadecimal digits.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// Lets the brain go by meaning too, where it was trained with this encoder; otherwise it goes by words alone.
    pub fn attach(&mut self, meaning: Option<&Meaning>) -> MeaningUse {
        let Some(trained) = self.model.vectors_of() else { return MeaningUse::NotTrained };
        let Some(meaning) = meaning else { return MeaningUse::Missing };
        let found = meaning.source();
        if found != trained {
            return MeaningUse::Other { trained: trained.to_owned(), found };
        }
        self.meaning = Some(meaning.clone());
        MeaningUse::Used
    }
    /// How it did on held-out texts when it was trained; `None` for artefacts of the first releases.
    pub fn measured(&self) -> Option<Measured> {
        self.measured
    }
    /// The bot's name: configs `name` where filled, else `brainName`, else `SBF`.
    pub fn name(&self) -> &str {
        &self.content.name
    }
    /// The brain's language tag (BCP 47), as configured or detected; `None` if unsure.
    pub fn language(&self) -> Option<&str> {
        self.content.language.as_deref()
    }
    /// The bot's Polly voice, where one is configured.
    pub fn voice(&self) -> Option<&str> {
        self.content.voice.as_deref()
    }
    /// A sentence as this bot says it aloud, by the lexicons named, or else by those of configs.json.
    pub fn pronounced(&self, lexicons: Option<&str>, text: &str) -> Pronounced {
        let config = &self.content.config;
        config.pronunciations.apply(lexicons.or(config.lexicon.as_deref()).unwrap_or_default(), text)
    }
    /// configs.json as written, for clients (`theme`) and for keys that adapters own (`cacheTTL`, `localFunctions`).
    pub fn config(&self) -> &Config {
        &self.content.config
    }
    /// All intents, in the file's order.
    pub fn intents(&self) -> &[Intent] {
        &self.content.intents
    }
    /// The intent with this `_id`.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
        self.content.intents.get(*self.content.by_id.get(id)?)
    }
    /// The bot that is asked what this one does not understand.
    pub fn federation(&self) -> Option<&FederatedBot> {
        self.content.federation.as_ref()
    }
    /// What an utterance means; total: any text has an answer.
    pub fn understand(&self, utterance: &str) -> Understanding<'_> {
        const MOST_CANDIDATES: usize = 5;
        let vector = self.vector(utterance);
        let classified = self.model.classify_with_vector(utterance, vector.as_deref());
        let candidates = classified.ranked.iter().filter_map(|ranked| {
            Some(Candidate { intent: self.intent(ranked.intent)?, probability: ranked.probability })
        });
        let candidates: Vec<Candidate<'_>> = candidates.take(MOST_CANDIDATES).collect();
        let confidence = classified.confidence.get();
        let accepted = candidates.first().filter(|_| confidence >= self.content.config.threshold);
        Understanding {
            accepted: accepted.map(|candidate| candidate.intent),
            candidates,
            confidence,
            entities: self.entities(utterance),
            tags: self.tags(utterance),
        }
    }
    /// The utterance's vector, where the brain goes by meaning.
    pub(crate) fn vector(&self, utterance: &str) -> Option<Vec<f32>> {
        self.model.vector(utterance, self.meaning.as_ref()?)
    }
    /// A stock sentence: the author's, or the built-in one in the brain's language.
    pub fn stock(&self, which: Stock) -> &Variation {
        // The map is built from `Stock::ALL`.
        &self.content.stock[&which]
    }
    /// Whether the whole utterance is a word that cancels a dialog in the brain's language ("cancelar", "cancel", …).
    pub fn is_cancel(&self, utterance: &str) -> bool {
        sentences::is_cancel(utterance, self.language())
    }
    /// Whether the whole utterance leaves a question open ("tanto faz", "whatever", "da igual", "skip", …).
    pub fn is_open(&self, utterance: &str) -> bool {
        sentences::is_open(utterance, self.language())
    }
    /// Enrichment tags of a text that is not classified (an answer to a question).
    pub fn tags(&self, utterance: &str) -> Vec<String> {
        self.content.lexicon.tags(utterance)
    }
    /// Values of `staticEntities` found in a text.
    pub fn entities(&self, utterance: &str) -> Vec<Entity> {
        self.content.values.find(utterance)
    }
    /// The readable form of what the brain knows, as written.
    pub fn knowledge(&self) -> &Value {
        self.content.written(&self.sources)
    }
}

//! Why a bot understands an utterance as it does.

use sbf_amc::Explanation;
use serde::Serialize;

use crate::{brain::Brain, check, texts::texts};

/// The classifier's account, and the utterance in knowledge.json that is most like the one explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// Every number that took part.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// The explained intent's utterance that is nearest.
    pub nearest: Option<Nearest>,
}

/// A training utterance and how much it is like another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nearest {
    /// The text, with its markers expanded.
    pub utterance: String,
    /// JSON path in knowledge.json.
    pub path: String,
    /// Cosine of the n-grams that training has seen, 0..=1.
    pub similarity: f32,
}

impl Brain {
    /// Explains an utterance with regard to an intent, or to the one that is understood; `None` where the bot has no such intent.
    ///
    /// Reads knowledge.json once more, for the utterances in it: this is for authors, not for answering.
    pub fn explain(&self, utterance: &str, intent: Option<&str>) -> Option<Explained> {
        let best = || self.understand(utterance).candidates.first().map(|best| best.intent.id.as_str());
        let intent = intent.or_else(best)?;
        let vector = self.vector(utterance);
        let threshold = self.content.config.threshold;
        let explanation = match &vector {
            Some(vector) => self.model.explain_with_vector(utterance, intent, threshold, vector),
            None => self.model.explain(utterance, intent, threshold),
        }?;
        Some(Explained { explanation, nearest: self.nearest(utterance, intent) })
    }

    fn nearest(&self, utterance: &str, intent: &str) -> Option<Nearest> {
        let index = *self.content.by_id.get(intent)?;
        let (checked, _) = check::read(&self.sources.knowledge, self.sources.config.as_deref());
        let mut checked = checked?;
        checked.training.utterances.retain(|written| written.intent == index);
        let texts = texts(&checked.content, &checked.training);
        let neighbours = self.model.neighbours(texts.iter().map(|text| text.text.as_str()));
        let nearest = neighbours.of(&self.model, utterance, 1).into_iter().next()?;
        let text = texts.get(nearest.index)?;
        Some(Nearest { utterance: text.text.clone(), path: text.path.to_string(), similarity: nearest.similarity })
    }
}

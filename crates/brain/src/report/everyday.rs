//! What a bot makes of everyday messages, most of which are no business of its own.

use serde::Serialize;

use crate::brain::Brain;

/// Answered messages that a report lists.
const MOST_LISTED: usize = 20;

/// Everyday messages of the brain's language, and how many of them it refuses.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Everyday {
    /// How many there are; none where nobody has written any in that language.
    pub messages: usize,
    /// Those of them that the bot does not answer.
    pub refused: usize,
    /// Of the others at most twenty, the surest ones first.
    pub answered: Vec<Answered>,
}

/// An everyday message that the bot answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answered {
    /// The message.
    pub message: &'static str,
    /// The intent that it is taken for.
    pub intent: String,
    /// How sure the bot is, 0..=1.
    pub confidence: f32,
}

impl Everyday {
    pub(super) fn of(brain: &Brain) -> Self {
        let language = brain.language().and_then(sbf_languages::of);
        let messages: Vec<&'static str> = language.map_or("", |language| language.everyday).lines().collect();
        let answered = |message: &&'static str| {
            let found = brain.understand(message);
            let intent = found.accepted?.id.clone();
            Some(Answered { message, intent, confidence: found.confidence })
        };
        let mut answered: Vec<Answered> = messages.iter().filter_map(answered).collect();
        let refused = messages.len() - answered.len();
        answered.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        answered.truncate(MOST_LISTED);
        Self { messages: messages.len(), refused, answered }
    }
}

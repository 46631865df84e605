//! Words that decide alone: without them, the utterance would be taken for another intent.

use std::collections::BTreeMap;

use super::{Finding, Kind, intent_of};
use crate::{brain::Brain, texts::Text};

/// Texts of an intent that are looked at, spread evenly over all.
const MOST_TEXTS: usize = 20;
/// A word decides an intent alone where it does so in at least so many of these, and in such a share.
const LEAST_TEXTS: usize = 3;
const LEAST_SHARE: f64 = 0.6;

/// One word an intent, the intents in the order of the file.
pub(super) fn find(brain: &Brain, texts: &[Text]) -> Vec<Finding> {
    let mut by_intent: Vec<Vec<&Text>> = vec![Vec::new(); brain.intents().len()];
    texts.iter().for_each(|text| by_intent[text.intent].push(text));
    by_intent.iter().filter_map(|texts| of_intent(brain, texts)).collect()
}

fn of_intent(brain: &Brain, texts: &[&Text]) -> Option<Finding> {
    let looked_at: Vec<&&Text> = texts.iter().step_by(texts.len().div_ceil(MOST_TEXTS).max(1)).collect();
    let mut times: BTreeMap<String, (usize, &Text)> = BTreeMap::new();
    for text in &looked_at {
        for word in deciding(brain, text) {
            times.entry(word).or_insert((0, text)).0 += 1;
        }
    }
    let (word, (times, example)) =
        times.into_iter().reduce(|most, next| if next.1.0 > most.1.0 { next } else { most })?;
    let place = intent_of(brain, example);
    let suggestion = format!(
        "The word {word:?} alone decides {times} of the {} utterances of {} that were looked at: whatever else holds it is likely to be taken \
         for it, and what means the same without it is not understood. Add utterances without the word; where other things hold it too, add \
         those to other intents or to the list of what the bot refuses.",
        looked_at.len(),
        place.intent,
    );
    let often = times >= LEAST_TEXTS && times as f64 >= LEAST_SHARE * looked_at.len() as f64;
    often.then_some(Finding { kind: Kind::DecidesAlone, place, other: None, suggestion })
}

/// The words of a text without whose contribution its intent would not be ahead of the next one; none where it has but one word.
fn deciding(brain: &Brain, text: &Text) -> Vec<String> {
    let intent = &brain.intents()[text.intent].id;
    let Some(account) = brain.model.account(&text.text, intent, brain.content.config.threshold) else { return vec![] };
    let Some(rival) = &account.rival else { return vec![] };
    let lead = account.margin - rival.margin;
    if account.words.len() < 2 || lead <= 0.0 {
        return vec![];
    }
    let mut words: Vec<String> = account
        .words
        .iter()
        .filter(|word| word.contribution - word.rival >= lead)
        .map(|word| sbf_amc::text::fold(&word.text))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

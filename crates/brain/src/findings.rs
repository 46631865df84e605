//! What an author can do about what a bot does not understand, in plain words.
//!
//! The report of a training has the findings that cost next to nothing; `Trained::findings` adds those that look at every utterance.

mod alone;
mod misplaced;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::{brain::Brain, outcome::Outcome, texts::Text};

/// An intent with fewer texts is hard to tell from others.
const FEW: usize = 5;
/// Two intents are too close where at least so many held-out texts, and such a share of those of the smaller one, were taken for the other.
const CLOSE_TIMES: usize = 2;
const CLOSE_SHARE: f64 = 0.2;
/// Findings of one kind that are listed.
const MOST_OF_A_KIND: usize = 50;

/// What is wrong with the utterances of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The same utterance stands in two intents.
    Duplicate,
    /// An intent has fewer than five utterances.
    FewUtterances,
    /// Two intents are often taken for each other.
    TooClose,
    /// An utterance looks as if it belonged to another intent.
    Misplaced,
    /// One word alone decides most utterances of an intent.
    DecidesAlone,
}

/// Something an author can mend, and how.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: Kind,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The other intent or utterance that takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Place>,
    /// What was found and what to do, as sentences.
    pub suggestion: String,
}

/// An intent, or one utterance of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The intent's `_id`.
    pub intent: String,
    /// JSON path in knowledge.json.
    pub path: String,
    /// The text, with its markers expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utterance: Option<String>,
}

/// What training measures anyway, for findings to be drawn from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'r> {
    pub(crate) brain: &'r Brain,
    pub(crate) texts: &'r [Text],
    pub(crate) held_out: &'r [Outcome],
    /// For each held-out text its place in `texts`.
    pub(crate) held_out_texts: &'r [usize],
}

/// Utterances in the wrong intent, and words that decide alone.
///
/// Bounded: at most 200 suspects are compared with all texts, and 20 texts of an intent looked at word by word.
pub(crate) fn thorough(evidence: Evidence<'_>) -> Vec<Finding> {
    let mut findings = capped(misplaced::find(evidence));
    findings.extend(capped(alone::find(evidence.brain, evidence.texts)));
    findings
}

/// Duplicates, intents with few utterances, and intents that are too close: what is known after training anyway.
pub(crate) fn cheap(evidence: Evidence<'_>) -> Vec<Finding> {
    let Evidence { brain, texts, .. } = evidence;
    let mut findings = capped(duplicates(brain, texts));
    findings.extend(capped(few(brain, texts)));
    findings.extend(capped(too_close(evidence)));
    findings
}

fn capped(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.truncate(MOST_OF_A_KIND);
    findings
}

fn duplicates(brain: &Brain, texts: &[Text]) -> Vec<Finding> {
    let mut first: HashMap<u64, &Text> = HashMap::new();
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    let mut findings = Vec::new();
    for text in texts {
        let other = *first.entry(brain.model.fingerprint(&text.text)).or_insert(text);
        // Utterances with markers become many texts: two of them are told once.
        if other.intent == text.intent || !told.insert((&other.path, &text.path)) {
            continue;
        }
        let (place, other) = (place(brain, text), place(brain, other));
        let suggestion = format!(
            "The same utterance stands in {}, at {}: nobody can tell the two apart. Keep it in the intent whose answer fits.",
            other.intent, other.path
        );
        findings.push(Finding { kind: Kind::Duplicate, place, other: Some(other), suggestion });
    }
    findings
}

fn few(brain: &Brain, texts: &[Text]) -> Vec<Finding> {
    let mut distinct: Vec<HashSet<u64>> = vec![HashSet::new(); brain.intents().len()];
    let mut first: Vec<Option<&Text>> = vec![None; brain.intents().len()];
    for text in texts {
        // Enough is enough.
        if distinct[text.intent].len() < FEW {
            distinct[text.intent].insert(brain.model.fingerprint(&text.text));
            first[text.intent].get_or_insert(text);
        }
    }
    let finding = |(first, distinct): (Option<&Text>, HashSet<u64>)| {
        let count = distinct.len();
        let place = intent_of(brain, first?);
        let suggestion = format!(
            "{} for {}: with fewer than {FEW} the bot knows too few ways to say it. Add {}, each worded differently.",
            many(count, "different utterance"),
            place.intent,
            many(FEW.saturating_sub(count), "more"),
        );
        (count < FEW).then_some(Finding { kind: Kind::FewUtterances, place, other: None, suggestion })
    };
    first.into_iter().zip(distinct).filter_map(finding).collect()
}

/// Pairs of intents, the most often confused first.
fn too_close(Evidence { brain, texts, held_out, held_out_texts }: Evidence<'_>) -> Vec<Finding> {
    let mut held: HashMap<usize, usize> = HashMap::new();
    let mut pairs: BTreeMap<(usize, usize), Vec<(&Text, usize)>> = BTreeMap::new();
    for (outcome, text) in held_out.iter().zip(held_out_texts) {
        let Some(text) = texts.get(*text) else { continue };
        *held.entry(text.intent).or_default() += 1;
        let taken_for = outcome.predicted.as_deref().and_then(|id| brain.content.by_id.get(id));
        if let Some(&other) = taken_for.filter(|other| **other != text.intent) {
            pairs.entry((text.intent.min(other), text.intent.max(other))).or_default().push((text, other));
        }
    }
    let held = |intent: usize| held.get(&intent).copied().unwrap_or(0);
    let mut close: Vec<(f64, Finding)> = Vec::new();
    for ((one, other), confused) in pairs {
        // An intent none of whose texts was held out cannot say.
        let smaller = [held(one), held(other)].into_iter().filter(|held| *held > 0).min().unwrap_or(1);
        let share = confused.len() as f64 / smaller as f64;
        if confused.len() >= CLOSE_TIMES && share >= CLOSE_SHARE {
            close.extend(
                too_close_pair(brain, texts, &confused, held(one) + held(other)).map(|finding| (share, finding)),
            );
        }
    }
    close.sort_by(|one, other| other.0.total_cmp(&one.0));
    close.into_iter().map(|(_, finding)| finding).collect()
}

fn too_close_pair(brain: &Brain, texts: &[Text], confused: &[(&Text, usize)], held: usize) -> Option<Finding> {
    let (text, other) = confused.first()?;
    let other = intent_of(brain, texts.iter().find(|text| text.intent == *other)?);
    let place = place(brain, text);
    let suggestion = format!(
        "{} and {} are taken for each other: {} of their {held} held-out utterances were, such as {:?}, taken for {}. If both have the same \
         answer, make them one intent; else add to each utterances with words that only it has.",
        place.intent,
        other.intent,
        confused.len(),
        text.text,
        other.intent,
    );
    Some(Finding { kind: Kind::TooClose, place, other: Some(other), suggestion })
}

pub(crate) fn place(brain: &Brain, text: &Text) -> Place {
    Place { utterance: Some(text.text.clone()), path: text.path.to_string(), intent: id(brain, text.intent) }
}

/// The intent of a text, and where its utterances stand.
pub(crate) fn intent_of(brain: &Brain, text: &Text) -> Place {
    let list = text.path.rsplit_once('[').map_or(&*text.path, |(list, _)| list);
    Place { intent: id(brain, text.intent), path: list.to_owned(), utterance: None }
}

fn id(brain: &Brain, intent: usize) -> String {
    brain.intents().get(intent).map_or_else(String::new, |intent| intent.id.clone())
}

fn many(number: usize, noun: &str) -> String {
    if number == 1 || noun == "more" { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests;

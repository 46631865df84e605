//! What a newly trained bot changes in the one that is live.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    brain::{Brain, Measured},
    files::CONFIGS,
    knowledge,
    outcome::{Outcome, run_test, run_tests},
};

/// A newly trained bot beside the one that was live.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The version that was live.
    pub version: String,
    /// Intents that the live bot had not.
    pub added: Vec<String>,
    /// Intents that only the live bot had.
    pub removed: Vec<String>,
    /// Intents of both, written otherwise.
    pub changed: Vec<String>,
    /// Other parts of knowledge.json that differ, by name, and `configs.json` where that differs.
    pub changed_elsewhere: Vec<String>,
    /// Accuracy on held-out texts; `None` where it was not recorded.
    pub held_out: BeforeAfter<Option<Measured>>,
    /// Tests (of either bot) that the live one passes and the new one fails.
    pub now_failing: Vec<TestChange>,
    /// Tests that the live bot fails and the new one passes.
    pub now_passing: Vec<TestChange>,
    /// Bytes of the artefact.
    pub bytes: BeforeAfter<usize>,
}

/// A figure of the live bot and of the new one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BeforeAfter<T> {
    /// The live one's.
    pub before: T,
    /// The new one's.
    pub after: T,
}

/// A test that is answered otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestChange {
    /// The intent that is meant.
    pub desired: String,
    /// The utterance.
    pub utterance: String,
    /// The intent that was and is answered; `None`: refused.
    pub answered: BeforeAfter<Option<String>>,
}

impl Comparison {
    /// Compares the bot that is live with a new one, each with the bytes of its artefact.
    pub(crate) fn between(live: &Brain, live_bytes: usize, new: &Brain, bytes: usize) -> Self {
        let (old_items, new_items) = (items(live), items(new));
        let differ = |id: &&str| old_items.get(id).is_some_and(|old| *old != new_items[id]);
        let ids = |brain: &Brain| brain.intents().iter().map(|intent| intent.id.clone()).collect::<Vec<_>>();
        let tests = test_changes(live, new);
        let (now_failing, now_passing) =
            tests.into_iter().partition(|change| change.answered.before.as_ref() == Some(&change.desired));
        Self {
            version: live.version().to_owned(),
            added: ids(new).into_iter().filter(|id| live.intent(id).is_none()).collect(),
            removed: ids(live).into_iter().filter(|id| new.intent(id).is_none()).collect(),
            changed: ids(new).into_iter().filter(|id| differ(&id.as_str())).collect(),
            changed_elsewhere: changed_elsewhere(live, new),
            held_out: BeforeAfter { before: live.measured(), after: new.measured() },
            now_failing,
            now_passing,
            bytes: BeforeAfter { before: live_bytes, after: bytes },
        }
    }
}

/// What is written about each intent.
fn items(brain: &Brain) -> BTreeMap<&str, &Value> {
    let written = brain.knowledge().get(knowledge::ITEMS_PATH).and_then(Value::as_array);
    // A checked bot has an intent for each item, in the same order.
    brain.intents().iter().map(|intent| intent.id.as_str()).zip(written.into_iter().flatten()).collect()
}

fn changed_elsewhere(live: &Brain, new: &Brain) -> Vec<String> {
    let parts = |brain: &Brain| brain.knowledge().as_object().cloned().unwrap_or_default();
    let (old, new_parts) = (parts(live), parts(new));
    let names: BTreeSet<&String> = old.keys().chain(new_parts.keys()).collect();
    let differ = |name: &&String| name.as_str() != knowledge::ITEMS_PATH && old.get(*name) != new_parts.get(*name);
    let mut changed: Vec<String> = names.into_iter().filter(differ).cloned().collect();
    if live.sources.config != new.sources.config {
        changed.push(CONFIGS.to_owned());
    }
    changed
}

/// Tests of either bot that one passes and the other fails; those of intents that the new bot has not are no loss.
fn test_changes(live: &Brain, new: &Brain) -> Vec<TestChange> {
    let known: BTreeSet<(&str, &str)> =
        new.content.tests.iter().map(|(_, utterance, desired)| (utterance.as_str(), desired.as_str())).collect();
    let dropped = live.content.tests.iter().filter(|(_, utterance, desired)| {
        new.intent(desired).is_some() && !known.contains(&(utterance.as_str(), desired.as_str()))
    });
    let after = run_tests(new).into_iter().chain(dropped.clone().map(|test| run_test(new, test)));
    let before = new.content.tests.iter().chain(dropped).map(|test| run_test(live, test));
    let change = |(before, after): (Outcome, Outcome)| {
        (before.passed() != after.passed()).then(|| TestChange {
            answered: BeforeAfter {
                before: before.answered().map(str::to_owned),
                after: after.answered().map(str::to_owned),
            },
            desired: after.desired,
            utterance: after.utterance,
        })
    };
    before.zip(after).filter_map(change).collect()
}

impl Measured {
    pub(crate) fn of(report: &sbf_amc::TrainReport) -> Self {
        Self { texts: report.predictions.len(), accuracy: super::round(report.accuracy) }
    }
}

#[cfg(test)]
mod tests;

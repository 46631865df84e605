//! What the bot is to be understood from.

use std::collections::HashMap;

use crate::{
    check::Written,
    entity::Values,
    files::MAX_UTTERANCES,
    fold::key,
    intent::Intent,
    knowledge::{self, Item},
    problem::Problems,
    reader::Located,
    utterance::{MAX_EXPANDED, MAX_PER_UTTERANCE, Template, cap},
};

/// What all items are understood from.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) utterances: Vec<Written>,
    /// How many texts of each utterance are used.
    pub(super) cap: u64,
    /// Texts of items that are left out: nobody else may be understood from them.
    pub(super) refused: Vec<String>,
}

/// Every utterance, and how many texts of each are used.
pub(super) fn collect(items: &[Item], intents: &[Intent], values: &Values, problems: &mut Problems) -> Collected {
    let count: usize = items.iter().map(|item| item.utterances.len()).sum();
    if count > MAX_UTTERANCES {
        let rule = format!(
            "a bot may have {MAX_UTTERANCES} utterances; take out those that say nothing new, or make two bots of it"
        );
        problems.error(knowledge::ITEMS_PATH, rule, &format!("{count} utterances"));
        return Collected::default();
    }
    let by_id = intents.iter().enumerate().map(|(index, intent)| (intent.id.as_str(), index));
    let by_id: HashMap<&str, usize> = by_id.collect();
    let mut collected = Vec::new();
    let mut left_out = Vec::new();
    let mut counts = Vec::new();
    let mut said = Said::default();
    for (index, item) in items.iter().enumerate() {
        let templates = of_item(index, item, values, &mut said, problems);
        counts.extend(templates.iter().map(|(_, template)| template.count(values)));
        if let Some(intent) = item.id.as_ref().and_then(|id| by_id.get(id.value.as_str())) {
            let written = |(path, template): (&str, Template)| Written { intent: *intent, path: path.into(), template };
            collected.extend(templates.into_iter().map(written));
        } else if item.needs_what_comes_later() {
            left_out.extend(templates.into_iter().map(|(_, template)| template));
        }
    }
    if collected.is_empty() && !problems.has_errors() {
        let rule = "the bot would understand nothing: no item that it can do has utterances";
        problems.error(knowledge::ITEMS_PATH, rule, "none");
    }
    let cap = common_cap(&counts, problems);
    let refused = left_out.iter().flat_map(|template| template.expand(values, cap)).collect();
    Collected { utterances: collected, cap, refused }
}

/// The utterances that the bot must refuse.
pub(super) fn refused(written: Vec<Located<String>>, problems: &mut Problems) -> Vec<String> {
    let mut texts = Vec::new();
    for text in written {
        if text.value.trim().is_empty() {
            problems.error(&text.path, "an utterance must not be empty", &text.value);
        } else {
            texts.push(text.value);
        }
    }
    texts
}

/// The item's utterances that say something, each with its path.
fn of_item<'i>(
    index: usize,
    item: &'i Item,
    values: &Values,
    said: &mut Said,
    problems: &mut Problems,
) -> Vec<(&'i str, Template)> {
    let mut templates = Vec::new();
    for utterance in &item.utterances {
        if let Some(template) = template(utterance, values, problems) {
            said.warn_repeated(utterance, index, problems);
            templates.push((utterance.path.as_str(), template));
        }
    }
    if item.utterances.is_empty() && !item.unreadable {
        let rule = "the item has no utterances: no message reaches it, only a client that names its id";
        problems.warning(&item.utterances_path, rule, "none");
    } else if templates.is_empty() && !item.unreadable {
        let rule = "no utterance of this item says anything to learn from";
        problems.error(&item.utterances_path, rule, "none");
    }
    templates
}

/// An utterance that says something.
fn template(utterance: &Located<String>, values: &Values, problems: &mut Problems) -> Option<Template> {
    if utterance.value.trim().is_empty() {
        problems.error(&utterance.path, "an utterance must not be empty", &utterance.value);
        return None;
    }
    let template = Template::new(&utterance.value, values);
    for name in &template.unknown {
        let rule = format!("there is no list of values named {name}; the marker is dropped");
        problems.warning(&utterance.path, rule, &utterance.value);
    }
    if template.expand(values, 1).iter().all(|text| sbf_amc::text::fold(text).is_empty()) {
        let rule = "no word is left of this utterance without its markers and signs; it is not learnt";
        problems.warning(&utterance.path, rule, &utterance.value);
        return None;
    }
    let count = template.count(values);
    if count > MAX_PER_UTTERANCE {
        let used = format!("{MAX_PER_UTTERANCE}, evenly spread, are used");
        problems.warning(
            &utterance.path,
            format!("the markers make {count} texts of this utterance; {used}"),
            &utterance.value,
        );
    }
    Some(template)
}

/// How many texts of each utterance are used, so that all together stay within bounds.
fn common_cap(counts: &[u64], problems: &mut Problems) -> u64 {
    let cap = cap(counts);
    if cap < MAX_PER_UTTERANCE {
        let total = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let rule = format!("the markers make more than {MAX_EXPANDED} texts in all; {cap} of each utterance are used");
        problems.warning(knowledge::ITEMS_PATH, rule, &format!("{total} texts"));
    }
    cap
}

/// Utterances met so far: the item and the path of each.
#[derive(Default)]
struct Said(HashMap<String, (usize, String)>);

impl Said {
    fn warn_repeated(&mut self, utterance: &Located<String>, item: usize, problems: &mut Problems) {
        let words = match key(&utterance.value) {
            words if words.is_empty() => utterance.value.clone(),
            words => words,
        };
        let rule = match self.0.get(&words) {
            None => {
                self.0.insert(words, (item, utterance.path.clone()));
                return;
            }
            Some((other, path)) if *other == item => format!("the same utterance stands at {path}"),
            Some((_, path)) => {
                format!("another intent has the same utterance, at {path}; nobody can tell the two apart")
            }
        };
        problems.warning(&utterance.path, rule, &utterance.value);
    }
}

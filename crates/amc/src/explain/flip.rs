//! The smallest change of words that flips what a bot does.

use std::{collections::BTreeMap, ops::Range};

use serde::Serialize;

use super::{Decision, Explanation, Reading};
use crate::{model::Model, text::fold};

/// Words of an utterance that are tried, and words that are tried in their place: time stays bounded.
const MOST_WORDS: usize = 40;
const MOST_REPLACEMENTS: usize = 24;

/// A change of words by which the decision becomes another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// One or two words that change.
    pub changes: Vec<Change>,
    /// The utterance after the change.
    pub utterance: String,
    /// What the bot does with it.
    pub decision: Decision,
}

/// A word that is left out or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Byte range of the utterance as typed.
    pub span: Range<usize>,
    /// The utterance's text there.
    pub text: String,
    /// The known word in its place; none where it is left out.
    pub by: Option<String>,
}

impl Model {
    /// Tries to leave one word out, then to replace one by a known word, then to leave two out. Of the changes of one size the one after
    /// which the utterance is most like itself.
    pub(crate) fn flip(&self, utterance: &str, explained: &Explanation) -> Option<Flip> {
        let words: Vec<&Range<usize>> = explained
            .words
            .iter()
            .filter(|word| !matches!(word.read, Reading::Sign | Reading::StopWord))
            .map(|word| &word.span)
            .take(MOST_WORDS)
            .collect();
        let out = |span: &Range<usize>| change(utterance, span, None);
        let one_out = words.iter().map(|span| vec![out(span)]);
        let replacements = self.replacements(explained);
        let replaced = words.iter().flat_map(|span| {
            replacements.iter().map(|word| vec![change(utterance, span, Some(word))]).collect::<Vec<_>>()
        });
        let two_out = words
            .iter()
            .enumerate()
            .flat_map(|(i, one)| words[i + 1..].iter().map(|other| vec![out(one), out(other)]).collect::<Vec<_>>());
        self.best_flip(utterance, explained, one_out)
            .or_else(|| self.best_flip(utterance, explained, replaced))
            .or_else(|| self.best_flip(utterance, explained, two_out))
    }

    fn best_flip(
        &self,
        utterance: &str,
        explained: &Explanation,
        candidates: impl Iterator<Item = Vec<Change>>,
    ) -> Option<Flip> {
        let is_answered =
            |decision: &Decision| decision.answered && decision.best.as_deref() == Some(explained.intent.as_str());
        let was = is_answered(&explained.decision);
        let flips: Vec<Flip> = candidates
            .filter_map(|changes| {
                let changed = apply(utterance, &changes);
                let decision = self.decision(&changed, explained.decision.threshold);
                let flips = is_answered(&decision) != was && !fold(&changed).is_empty();
                flips.then_some(Flip { changes, utterance: changed, decision })
            })
            .collect();
        let most_alike = self.neighbours(flips.iter().map(|flip| flip.utterance.as_str())).of(self, utterance, 1);
        flips.into_iter().nth(most_alike.first()?.index)
    }

    /// Known words that speak for the explained intent where it is not answered, for its rival where it is; the strongest first, one of each stem.
    fn replacements(&self, explained: &Explanation) -> Vec<&str> {
        let Explanation { intent, decision, rival, .. } = explained;
        let answered = decision.answered && decision.best.as_ref() == Some(intent);
        let towards = match rival {
            Some(rival) if answered => &rival.intent,
            _ => intent,
        };
        let Ok(class) = self.head.intents.binary_search(towards) else { return vec![] };
        let mut strongest: BTreeMap<u32, (f32, &str)> = BTreeMap::new();
        let vocabulary = &self.head.vocabulary;
        for (word, index) in vocabulary.words() {
            let Some(stem) = vocabulary.stems().get(index as usize) else { continue };
            let strength = stem.weight * vocabulary.share_of(stem, class as u32);
            if strength > 0.0 {
                strongest.entry(index).or_insert((strength, word));
            }
        }
        let mut strongest: Vec<(f32, &str)> = strongest.into_values().collect();
        strongest.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        strongest.into_iter().take(MOST_REPLACEMENTS).map(|(_, word)| word).collect()
    }
}

fn change(utterance: &str, span: &Range<usize>, by: Option<&&str>) -> Change {
    let text = utterance.get(span.clone()).unwrap_or_default().to_owned();
    Change { span: span.clone(), text, by: by.map(|word| (*word).to_owned()) }
}

/// The utterance with its changes, which are in its order; what is left out leaves no second space.
fn apply(utterance: &str, changes: &[Change]) -> String {
    let (mut changed, mut at) = (String::new(), 0);
    for Change { span, by, .. } in changes {
        changed.push_str(utterance.get(at..span.start).unwrap_or_default());
        at = span.end;
        match by {
            Some(word) => changed.push_str(word),
            None => {
                let rest = utterance.get(at..).unwrap_or_default();
                if changed.is_empty() || changed.ends_with(char::is_whitespace) {
                    at += rest.len() - rest.trim_start().len();
                }
            }
        }
    }
    changed.push_str(utterance.get(at..).unwrap_or_default());
    changed.truncate(changed.trim_end().len());
    changed
}

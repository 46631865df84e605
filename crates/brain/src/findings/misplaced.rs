//! Utterances that look as if they belonged to another intent.

use sbf_amc::Neighbour;

use super::{Evidence, Finding, Kind, place};

/// Held-out texts that were taken for another intent with at least this probability are suspects; so many of them are looked at.
const SURE: f32 = 0.5;
const MOST_SUSPECTS: usize = 200;
/// Of so many nearest texts, besides itself, more than half must agree. What is less alike than this is no neighbour.
const NEIGHBOURS: usize = 3;
const LEAST_ALIKE: f32 = 0.3;

/// The surest first.
pub(super) fn find(Evidence { brain, texts, held_out, held_out_texts }: Evidence<'_>) -> Vec<Finding> {
    let mut suspects: Vec<(usize, usize, f32)> = Vec::new();
    for (outcome, &text) in held_out.iter().zip(held_out_texts) {
        let taken_for = outcome.predicted.as_deref().and_then(|id| brain.content.by_id.get(id).copied());
        let wrong = taken_for.filter(|intent| texts[text].intent != *intent);
        suspects
            .extend(wrong.filter(|_| outcome.probability >= SURE).map(|intent| (text, intent, outcome.probability)));
    }
    suspects.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(&other.0)));
    suspects.truncate(MOST_SUSPECTS);
    if suspects.is_empty() {
        return Vec::new();
    }
    let neighbours = brain.model.neighbours(texts.iter().map(|text| text.text.as_str()));
    suspects
        .into_iter()
        .filter_map(|(suspect, intent, probability)| {
            let text = &texts[suspect];
            // An equal text of the same utterance, or of a duplicate, says nothing new.
            let nearest = neighbours.of(&brain.model, &text.text, NEIGHBOURS + 1);
            let nearest: Vec<_> = nearest.iter().filter(|near| near.index != suspect).take(NEIGHBOURS).collect();
            let agrees = |near: &&&Neighbour| near.similarity >= LEAST_ALIKE && texts[near.index].intent == intent;
            let agree = nearest.iter().filter(agrees).count();
            let nearest_of_it = nearest.iter().find(agrees)?;
            let (here, other) = (place(brain, text), place(brain, &texts[nearest_of_it.index]));
            let suggestion = format!(
                "This stands in {} but reads like {} ({:.0} % sure when it was held out), as {agree} of the {} nearest utterances do, such as \
                 {:?} at {}. Move it there if that is what it means; else add utterances like it to {}.",
                here.intent,
                other.intent,
                100.0 * probability,
                nearest.len(),
                other.utterance.as_deref().unwrap_or_default(),
                other.path,
                here.intent,
            );
            (2 * agree > nearest.len()).then_some(Finding { kind: Kind::Misplaced, place: here, other: Some(other), suggestion })
        })
        .collect()
}

//! Splitting: that double questions fall into their two, and that single ones stay whole.

use std::fs;

use proptest::prelude::*;
use sbf_amc::{
    Model, Options, Sample,
    evaluate::{DEFAULT_THRESHOLD, Labelled, parse, samples},
    train,
};

use crate::shared_data;

const CAFE: &[(&str, &str)] = &[
    ("hours", "when do you open"),
    ("hours", "what are your opening hours"),
    ("hours", "are you open on sundays and holidays"),
    ("hours", "until what time can I come"),
    ("menu", "show me the menu"),
    ("menu", "what can I eat and drink at your place"),
    ("menu", "do you serve vegan dishes"),
    ("menu", "which cakes do you have today, and which pies"),
    ("table", "I want to book a table for four"),
    ("table", "reserve a table for tonight"),
    ("table", "can we have a table by the window"),
    ("table", "is a table free at eight"),
];

fn model_of(samples: &[Sample<'_>]) -> Model {
    let options = Options { language: Some("en".into()), ..Options::default() };
    train(samples, &options.check().unwrap(), &mut |_| {}).unwrap().model
}

fn cafe() -> Model {
    let samples: Vec<Sample<'_>> = CAFE.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    model_of(&samples)
}

fn clauses<'u>(model: &Model, utterance: &'u str) -> Vec<(String, &'u str)> {
    let clauses = model.clauses(utterance, DEFAULT_THRESHOLD);
    clauses.iter().map(|clause| (clause.found.ranked[0].intent.to_owned(), &utterance[clause.span.clone()])).collect()
}

#[test]
fn double_questions_are_split() {
    let cafe = cafe();
    for (utterance, expected) in [
        (
            "When do you open, and can I book a table for four?",
            vec![("hours", "When do you open"), ("table", "can I book a table for four?")],
        ),
        (
            "show me your menu! reserve a table for us",
            vec![("menu", "show me your menu!"), ("table", "reserve a table for us")],
        ),
        (
            "do you serve vegan dishes? are you open on sundays? also I want to book a table",
            vec![
                ("menu", "do you serve vegan dishes?"),
                ("hours", "are you open on sundays?"),
                ("table", "I want to book a table"),
            ],
        ),
    ] {
        let expected: Vec<(String, &str)> =
            expected.into_iter().map(|(intent, text)| (intent.to_owned(), text)).collect();
        assert_eq!(clauses(&cafe, utterance), expected);
    }
}

#[test]
fn single_questions_stay_whole() {
    let cafe = cafe();
    for utterance in [
        "",
        "and",
        "a table for me and my friend",
        "are you open on sundays and mondays",
        "show me the menu and the cakes",
        "hello, I want to book a table",
        "table and menu",
        "zyxw and qwer",
        "when do you open and zyxw qwer asdf",
    ] {
        let found = cafe.clauses(utterance, DEFAULT_THRESHOLD);
        assert_eq!((found.len(), found[0].span.clone()), (1, 0..utterance.len()), "{utterance}");
        assert_eq!(found[0].found, cafe.classify(utterance), "{utterance}");
    }
    // Nothing is confident enough for an author who wants certainty.
    assert_eq!(cafe.clauses("when will you open and can you book a table for six", 1.0).len(), 1);
}

proptest! {
    #[test]
    fn clauses_are_in_order_confident_and_different(
        utterance in "((table|menu|open|vegan|when do you|book a|show me|and|also)[ ,.?]?[ ]){0,14}|\\PC{0,40}",
    ) {
        thread_local! {
            static MODEL: Model = cafe();
        }
        MODEL.with(|model| {
            let found = model.clauses(&utterance, DEFAULT_THRESHOLD);
            assert!(!found.is_empty());
            let mut intents: Vec<&str> = found.iter().map(|clause| clause.found.ranked[0].intent).collect();
            intents.sort_unstable();
            intents.dedup();
            assert_eq!(intents.len(), found.len());
            assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            assert!(found.iter().all(|clause| utterance.get(clause.span.clone()).is_some()));
            if found.len() > 1 {
                assert!(found.iter().all(|clause| clause.found.confidence.get() >= DEFAULT_THRESHOLD));
            }
        });
    }
}

fn corpus(name: &str) -> Option<[Vec<Labelled>; 2]> {
    let folder = shared_data(&format!("nlu/{name}"))?;
    Some(["train.tsv", "test.tsv"].map(|file| parse(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()))
}

/// Training utterances are one question each, and so are, as good as all, those of the test.
#[test]
fn what_is_one_intent_is_not_split() {
    for name in ["clinc_full", "snips_small"] {
        let Some([taught, test]) = corpus(name) else { continue };
        let model = model_of(&samples(&taught));
        let split = |of: &[Labelled]| {
            of.iter().filter(|one| model.clauses(&one.utterance, DEFAULT_THRESHOLD).len() > 1).count()
        };
        assert_eq!(split(&taught), 0, "{name}");
        assert!(split(&test) * 500 <= test.len(), "{name}: {} of {} are split", split(&test), test.len());
    }
}

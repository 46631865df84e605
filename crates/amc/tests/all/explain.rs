//! Explanations: that they are exact, and that what they propose is so.

use proptest::prelude::*;
use sbf_amc::{Explanation, Model, Options, Sample, explain::Reading, train};

const SHOP: &[(&str, &str)] = &[
    ("hours", "when do you open"),
    ("hours", "what are your opening hours"),
    ("hours", "are you open on sundays"),
    ("hours", "until what time can I come"),
    ("menu", "show me the menu"),
    ("menu", "what can I eat at your place"),
    ("menu", "do you serve vegan dishes"),
    ("menu", "which cakes do you have today"),
    ("table", "I want to book a table for four"),
    ("table", "reserve a table for tonight"),
    ("table", "can we have a table by the window"),
    ("table", "is a table free at eight"),
];
const THRESHOLD: f32 = 0.7;

fn shop() -> Model {
    let synonyms = [("menu".to_owned(), vec!["bill of fare".to_owned()])].into();
    let options = Options {
        language: Some("en".into()),
        synonyms,
        stop_words: vec!["please".into()],
        none: vec!["do you sell cars".into(), "sell me a car".into()],
        ..Options::default()
    };
    let samples: Vec<Sample<'_>> = SHOP.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    train(&samples, &options.check().unwrap(), &mut |_| {}).unwrap().model
}

/// A bot so large that it uses pairs, in few buckets, so that features share them.
fn large() -> Model {
    let utterances: Vec<(String, String)> = (0..1100)
        .map(|i| (format!("intent{}", i % 3), format!("word{} thing{} of {} 東京{}", i % 37, i % 3, i % 11, i % 7)))
        .collect();
    let samples: Vec<Sample<'_>> = utterances.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    let options = Options { bucket_bits: Some(8), max_passes: 3, ..Options::default() };
    train(&samples, &options.check().unwrap(), &mut |_| {}).unwrap().model
}

fn explain(model: &Model, utterance: &str, intent: &str) -> Explanation {
    model.explain(utterance, intent, THRESHOLD).unwrap()
}

/// All sums hold, and all agree with the classification.
fn check_sums(model: &Model, utterance: &str) {
    let found = model.classify(utterance);
    for intent in model.intents() {
        let told = explain(model, utterance, intent);
        let tolerance = 1e-5 * (1.0 + told.words.len() as f32 / 10.0);
        let sum: f32 = told.words.iter().map(|word| word.contribution).sum::<f32>() + told.bias;
        assert!((sum - told.margin).abs() < tolerance, "{utterance:?} {intent}: {sum} is not {}", told.margin);
        for word in &told.words {
            let parts = word.stem + word.neighbours + word.characters + word.pairs;
            assert!((parts - word.contribution).abs() < 1e-6);
            assert_eq!(utterance.get(word.span.clone()), Some(word.text.as_str()));
        }
        if let Some(rival) = &told.rival {
            let sum: f32 = told.words.iter().map(|word| word.rival).sum::<f32>() + rival.bias;
            assert!((sum - rival.margin).abs() < tolerance, "{utterance:?} {}", rival.intent);
        }
        if let Some(ranked) = found.ranked.iter().find(|ranked| ranked.intent == intent) {
            assert_eq!(ranked.margin, told.margin);
        }
        let gate = &told.gate;
        let cost = gate.refused.map_or(0.0, |refused| refused.cost);
        let cost = cost + gate.gibberish;
        let score = gate.bias + gate.signals.iter().map(|signal| signal.contribution).sum::<f32>() - cost;
        assert!((score - gate.score).abs() < 1e-4, "{utterance:?}: {score} is not {}", gate.score);
        assert_eq!(told.decision.confidence, found.confidence.get());
        let logit = (0.7f32 / 0.3).ln() + gate.slope * (gate.score - gate.needed);
        let expected = 1.0 / (1.0 + (-logit).exp());
        assert!(gate.confidence == 0.0 || (expected - gate.confidence).abs() < 1e-6, "{utterance:?}");
        if told.exact.is_none() {
            let expected = if told.decision.unclear.is_empty() { gate.confidence } else { 0.0 };
            assert_eq!(expected, found.confidence.get(), "{utterance:?}");
        }
    }
}

#[test]
fn contributions_sum_to_the_margin() {
    let (shop, large) = (shop(), large());
    for utterance in
        ["", "?", "a tabel for 2 please", "the bill of fare please!", "l'état 東京の天気", "what what what"]
    {
        check_sums(&shop, utterance);
        check_sums(&large, utterance);
    }
    for (_, utterance) in SHOP {
        check_sums(&shop, utterance);
    }
    check_sums(&large, &"word1 thing2 of 東京 ".repeat(200));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn contributions_sum_to_the_margin_for_any_text(
        utterance in prop_oneof![any::<String>(), "(table|please|bill of fare|menu|東京|thing1|word[0-9]|of|[ ?!,']| ){0,24}"],
    ) {
        thread_local! {
            static MODELS: (Model, Model) = (shop(), large());
        }
        MODELS.with(|(shop, large)| {
            check_sums(shop, &utterance);
            check_sums(large, &utterance);
        });
    }
}

#[test]
fn what_else_decided_is_named() {
    let shop = shop();
    let exact = explain(&shop, "Show me the MENU", "table");
    assert_eq!(exact.exact.unwrap().intent.as_deref(), Some("menu"));
    assert_eq!(exact.decision.best.as_deref(), Some("menu"));
    let refused = explain(&shop, "do you sell cars", "menu");
    assert_eq!(refused.exact.unwrap().intent, None);
    assert!(!refused.decision.answered && refused.gate.refused.unwrap().lead < 0.0);
    let free = explain(&shop, "a table", "table");
    assert!(free.exact.is_none() && free.gate.signals.len() == 11 && free.gate.refused.unwrap().cost >= 0.0);
    assert_eq!(free.rank, 1);
    assert!(["hours", "menu"].contains(&free.rival.unwrap().intent.as_str()));
    assert!(shop.explain("a table", "unheard of", THRESHOLD).is_none());
}

#[test]
fn words_are_told_as_they_were_read() {
    let shop = shop();
    assert!(shop.account("a table", "menu", THRESHOLD).unwrap().flip.is_none());
    let told = explain(&shop, "Please book a tabel, zyxw the Bill of Fare?", "table");
    let read: Vec<(&str, Reading)> = told.words.iter().map(|word| (word.text.as_str(), word.read)).collect();
    assert_eq!(
        read,
        [
            ("Please", Reading::StopWord),
            ("book", Reading::Known),
            ("a", Reading::Known),
            ("tabel", Reading::Misspelled),
            ("zyxw", Reading::Unknown),
            ("the", Reading::Known),
            ("Bill of Fare", Reading::Known),
            ("?", Reading::Sign),
        ]
    );
    assert_eq!(told.words[0].contribution, 0.0);
    let most = told.words.iter().max_by(|a, b| a.contribution.total_cmp(&b.contribution)).unwrap();
    assert!(["book", "tabel"].contains(&most.text.as_str()), "{}", most.text);
    assert!(told.words[6].rival > 0.0 && told.words[6].contribution < 0.0);
}

#[test]
fn a_flip_does_what_it_says() {
    let shop = shop();
    let mut found = 0;
    for (utterance, intent) in [
        ("a table for us", "table"),
        ("a table for us", "menu"),
        ("can you show me your menu", "menu"),
        ("are you open tomorrow", "menu"),
        ("book the menu", "table"),
        ("zyxw qwer", "table"),
    ] {
        let told = explain(&shop, utterance, intent);
        let Some(flip) = told.flip else { continue };
        found += 1;
        let answered = |utterance: &str| {
            let found = shop.classify(utterance);
            found.ranked[0].intent == intent && found.confidence.get() >= THRESHOLD
        };
        assert_ne!(answered(utterance), answered(&flip.utterance), "{utterance} → {}", flip.utterance);
        assert!((1..=2).contains(&flip.changes.len()));
        assert!(!flip.utterance.contains("  ") && flip.utterance.trim() == flip.utterance, "{:?}", flip.utterance);
    }
    assert!(found >= 5, "{found}");
    assert!(explain(&shop, "", "table").flip.is_none());
}

#[test]
fn the_nearest_utterance_is_itself() {
    let shop = shop();
    let neighbours = shop.neighbours(SHOP.iter().map(|(_, utterance)| *utterance));
    for (i, (_, utterance)) in SHOP.iter().enumerate() {
        let nearest = neighbours.of(&shop, utterance, 3);
        assert_eq!((nearest[0].index, nearest.len()), (i, 3));
        assert!((nearest[0].similarity - 1.0).abs() < 1e-5 && nearest[1].similarity < 0.99);
    }
    assert_eq!(shop.fingerprint("Show me the MENU"), shop.fingerprint("please show me the bill of fare"));
    assert_ne!(shop.fingerprint("show me the menu"), shop.fingerprint("show me the menu?"));
    assert_eq!(neighbours.of(&shop, "", 1)[0].similarity, 0.0);
    assert!(neighbours.of(&shop, "table", 0).is_empty());
}

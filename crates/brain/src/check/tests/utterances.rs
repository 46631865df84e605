//! What a bot is taught by.

use super::*;

#[test]
fn utterances_that_cannot_teach_are_named() {
    let mut knowledge = replying(&[
        ("a", &["What is this?", "rain in @city", "@nowhere"]),
        ("b", &["what is THIS", "bye"]),
        ("c", &["ok", "OK!"]),
    ]);
    knowledge["staticEntities"] = json!({"CITY": ["Oslo"], "city": ["x"]});
    check_warnings(
        &knowledge,
        &[
            ("knowledge[0]._intents[2]", "no list of values named nowhere"),
            ("knowledge[0]._intents[2]", "no word is left"),
            ("knowledge[1]._intents[0]", "another intent has the same utterance, at knowledge[0]._intents[0]"),
            ("knowledge[2]._intents[1]", "the same utterance stands at knowledge[2]._intents[0]"),
            ("staticEntities.city", "same name"),
        ],
    );
}

#[test]
fn an_item_must_say_something_to_learn_from() {
    for utterances in [vec!["@nothing"], vec!["...", "{city}"], vec!["…"]] {
        check(
            &replying(&[("a", &utterances), ("b", &["bye"])]),
            &[("knowledge[0]._intents", "says anything to learn")],
        );
    }
}

#[test]
fn large_expansions_are_capped_aloud() {
    let mut knowledge = replying(&[("a", &["from @city to @city"])]);
    knowledge["staticEntities"] = json!({"CITY": (0..50).map(|i| format!("city {i}")).collect::<Vec<_>>()});
    check_warnings(
        &knowledge,
        &[("knowledge[0]._intents[0]", "2500 texts of this utterance; 200, evenly spread, are used")],
    );
}

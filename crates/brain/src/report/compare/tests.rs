use serde_json::{Value, json};

use super::*;
use crate::{Trained, decode, encode, read, train};

fn trained(knowledge: &Value, config: &str) -> Trained {
    let (checked, problems) = read(knowledge.to_string().as_bytes(), Some(config.as_bytes()));
    train(checked.unwrap_or_else(|| panic!("{problems:#?}")), &mut |_| {}).unwrap()
}

fn item(id: &str, utterances: &[&str], answer: &str, tests: &[&str]) -> Value {
    json!({"_id": id, "_intents": utterances, "_tests": {"typing": tests}, "_source": {"response": [{"text": answer}]}})
}

const ENGLISH: &str = r#"{"language_tag": "en"}"#;
const HOURS: [&str; 3] = ["when do you open", "opening hours", "are you open on sunday"];
const RETURN: [&str; 3] = ["I want to return an article", "give my money back", "how can I return something"];

fn before() -> Value {
    json!({"brainName": "shop", "knowledge": [
        item("hours", &HOURS, "From nine.", &["opening hours", "when do you open?"]),
        item("return", &RETURN, "Within thirty days.", &["give my money back"]),
        item("old", &["who founded this shop", "how old is the shop"], "In 1900.", &["how old is the shop"]),
    ]})
}

#[test]
fn what_was_added_removed_and_changed_is_named() {
    let live = trained(&before(), ENGLISH);
    let mut after = before();
    after["knowledge"] = json!([
        item("hours", &HOURS, "From ten.", &["opening hours"]),
        item("return", &RETURN, "Within thirty days.", &["give my money back"]),
        item("parking", &["where can I park", "is there a car park"], "Behind the shop.", &[]),
    ]);
    after["stopWords"] = json!(["please"]);
    let new = trained(&after, r#"{"language_tag": "en", "name": "Ana"}"#);
    let found = new.compared_with(&live.brain, 10, 20);
    assert_eq!((found.added, found.removed), (vec!["parking".to_owned()], vec!["old".to_owned()]));
    assert_eq!(found.changed, ["hours"]);
    assert_eq!(found.changed_elsewhere, ["stopWords", "configs.json"]);
    assert_eq!((found.bytes.before, found.bytes.after), (10, 20));
    assert_eq!(found.version, live.brain.version());
}

#[test]
fn tests_that_change_sides_are_named_even_where_they_were_dropped() {
    let live = trained(&before(), ENGLISH);
    let mut after = before();
    // The utterances move to the other intent, and one of the tests is gone.
    after["knowledge"][0] = item("hours", &["do you have a lift", "is there a lift"], "Yes.", &["opening hours"]);
    after["knowledge"][1] = item("return", &[RETURN, HOURS].concat(), "Within thirty days.", &["give my money back"]);
    let new = trained(&after, ENGLISH);
    let found = new.compared_with(&live.brain, 0, 0);
    let failing: Vec<_> = found.now_failing.iter().map(|change| change.utterance.as_str()).collect();
    assert_eq!(failing, ["opening hours", "when do you open?"]);
    assert_eq!(found.now_failing[0].answered.before.as_deref(), Some("hours"));
    assert_eq!(found.now_passing, []);
    let back = live.compared_with(&new.brain, 0, 0);
    let passing: Vec<_> = back.now_passing.iter().map(|change| change.utterance.as_str()).collect();
    assert_eq!(passing, ["opening hours", "when do you open?"]);
}

#[test]
fn nothing_changes_against_itself_and_accuracy_is_kept_in_the_artefact() {
    let new = trained(&before(), ENGLISH);
    let live = decode(&encode(&new.brain)).unwrap();
    let found = new.compared_with(&live, 1, 1);
    let nothing: Vec<String> = Vec::new();
    assert_eq!((&found.added, &found.removed, &found.changed), (&nothing, &nothing, &nothing));
    assert_eq!((&found.changed_elsewhere, found.now_failing.len(), found.now_passing.len()), (&nothing, 0, 0));
    assert_eq!(found.held_out.before, found.held_out.after);
    assert_eq!(found.held_out.after.unwrap().texts, 8);
    let written = serde_json::to_value(&found).unwrap();
    assert_eq!(serde_json::from_value::<Comparison>(written).unwrap(), found);
}

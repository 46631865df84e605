use serde_json::{Value, json};

use super::*;
use crate::{Trained, read, train};

fn trained(intents: &[(&str, &[&str])], more: &Value) -> Trained {
    let item = |(id, utterances): &(&str, &[&str])| json!({"_id": id, "_intents": utterances, "_source": {"response": [{"text": "ok"}]}});
    let mut knowledge = json!({"knowledge": intents.iter().map(item).collect::<Vec<_>>()});
    for (key, value) in more.as_object().into_iter().flatten() {
        knowledge[key] = value.clone();
    }
    let (checked, problems) = read(knowledge.to_string().as_bytes(), Some(b"{\"language_tag\": \"en\"}"));
    train(checked.unwrap_or_else(|| panic!("{problems:#?}")), &mut |_| {}).unwrap()
}

const HOURS: &[&str] = &[
    "when do you open",
    "what are your opening hours",
    "are you open on sundays",
    "until what time are you open",
    "opening times please",
    "at what time do you close",
];
const PIZZA: &[&str] = &[
    "I want a pizza",
    "order a pizza please",
    "can I get pizza delivered",
    "one large pizza with ham",
    "pizza for two",
    "deliver a pizza to my office",
];

fn of_kind(findings: &[Finding], kind: Kind) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.kind == kind).collect()
}

#[test]
fn a_sound_bot_has_nothing_to_mend() {
    let bye: &[&str] = &["goodbye", "see you later", "bye for now", "farewell my friend", "until next week then"];
    let findings = trained(&[("hours", HOURS), ("bye", bye)], &json!({})).findings();
    assert_eq!(of_kind(&findings, Kind::Duplicate), Vec::<&Finding>::new());
    assert_eq!(of_kind(&findings, Kind::FewUtterances), Vec::<&Finding>::new());
    assert_eq!(of_kind(&findings, Kind::Misplaced), Vec::<&Finding>::new());
}

#[test]
fn duplicates_are_equal_after_synonyms_and_markers() {
    let menu: &[&str] = &["show me the card", "pizza on @day"];
    let other: &[&str] = &["show me the MENU!", "pizza on monday"];
    let more = json!({"analysers": {"synonym": {"menu": ["card"]}}, "staticEntities": {"DAY": ["Sunday", "Monday", "Friday"]}});
    let findings = trained(&[("a", menu), ("b", other), ("hours", HOURS)], &more).findings();
    let duplicates = of_kind(&findings, Kind::Duplicate);
    let told: Vec<(&str, &str)> = duplicates
        .iter()
        .map(|finding| (finding.place.path.as_str(), finding.other.as_ref().unwrap().path.as_str()))
        .collect();
    assert!(told.contains(&("knowledge[1]._intents[1]", "knowledge[0]._intents[1]")), "{told:?}");
    let few = of_kind(&findings, Kind::FewUtterances);
    assert_eq!(few.iter().map(|finding| finding.place.intent.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(few[1].place.path, "knowledge[1]._intents");
    assert!(few[1].suggestion.contains("Add 3 more"), "{}", few[1].suggestion);
}

#[test]
fn an_utterance_in_the_wrong_intent_is_found() {
    let mut hours = HOURS.to_vec();
    hours.push("I want to order a large pizza with ham");
    let findings = trained(&[("hours", &hours), ("pizza", PIZZA)], &json!({})).findings();
    let misplaced = of_kind(&findings, Kind::Misplaced);
    assert_eq!(misplaced.len(), 1, "{misplaced:#?}");
    let Finding { place, other, suggestion, .. } = misplaced[0];
    assert_eq!((place.path.as_str(), place.intent.as_str()), ("knowledge[0]._intents[6]", "hours"));
    let other = other.as_ref().unwrap();
    assert!(other.intent == "pizza" && suggestion.contains(&other.path), "{suggestion}");
}

#[test]
fn a_word_that_decides_alone_is_found() {
    let pizza: &[&str] = &["I want pizza", "give me pizza", "do you have pizza", "pizza please", "is there pizza"];
    let drink: &[&str] = &["I want water", "give me juice", "do you have tea", "coffee please", "is there beer"];
    let findings = trained(&[("pizza", pizza), ("drink", drink)], &json!({})).findings();
    let alone = of_kind(&findings, Kind::DecidesAlone);
    assert_eq!(alone.len(), 1, "{findings:#?}");
    assert_eq!((alone[0].place.intent.as_str(), alone[0].place.path.as_str()), ("pizza", "knowledge[0]._intents"));
    assert!(alone[0].suggestion.contains("\"pizza\" alone decides"), "{}", alone[0].suggestion);
}

#[test]
fn intents_that_are_taken_for_each_other_are_told_with_the_report() {
    let one: &[&str] =
        &["show my balance", "my account balance", "what is my balance", "balance please", "tell me the balance"];
    let two: &[&str] =
        &["show the balance", "account balance", "what is the balance", "balance now please", "tell me my balance"];
    let trained = trained(&[("one", one), ("two", two), ("hours", HOURS)], &json!({}));
    let close = of_kind(&trained.report.findings, Kind::TooClose);
    assert_eq!(close.len(), 1, "{:#?}", trained.report.findings);
    let intents = [close[0].place.intent.as_str(), close[0].other.as_ref().unwrap().intent.as_str()];
    assert!(intents == ["one", "two"] || intents == ["two", "one"]);
    let report = trained.report.to_json(&trained.brain);
    assert_eq!(report["findings"][0]["kind"], "tooClose");
    assert!(report["findings"][0]["path"].as_str().unwrap().starts_with("knowledge["));
    assert!(report["confused"][0]["path"].as_str().unwrap().starts_with("knowledge["));
}

#[test]
fn an_explanation_names_the_nearest_utterance_also_of_a_decoded_bot() {
    let trained = trained(&[("hours", HOURS), ("pizza", PIZZA)], &json!({}));
    let decoded = crate::decode(&crate::encode(&trained.brain)).unwrap();
    let explained = decoded.explain("deliver pizza to the office", None).unwrap();
    let nearest = explained.nearest.as_ref().unwrap();
    assert_eq!((explained.explanation.intent.as_str(), nearest.path.as_str()), ("pizza", "knowledge[1]._intents[5]"));
    assert_eq!(Some(explained.clone()), trained.brain.explain("deliver pizza to the office", None));
    let of_hours = decoded.explain("deliver pizza to the office", Some("hours")).unwrap();
    assert!(of_hours.nearest.unwrap().path.starts_with("knowledge[0]"));
    assert!(decoded.explain("hello", Some("unheard of")).is_none());
    let json = serde_json::to_value(&explained).unwrap();
    assert!(json["words"][0]["span"].is_object() && json["nearest"]["path"].is_string(), "{json:#}");
}

//! How large a bot may be.

use super::*;
use crate::files::{MAX_BYTES, MAX_UTTERANCES};

#[test]
fn lists_and_intents_count_too() {
    let mut knowledge = replying(&[("a", &["hello"])]);
    let long = "x".repeat(1_000);
    knowledge["staticEntities"] =
        json!({"WORD": (0..19_000).map(|number| format!("{number}{long}")).collect::<Vec<_>>()});
    check(&knowledge, &[]);
    let items: Vec<Value> = (0..17_000)
        .map(|number| json!({"_id": number.to_string(), "_intents": [format!("intent {number}")], "_source": {"response": [{"text": "Yes."}]}}))
        .collect();
    let (checked, problems) = read(json!({"knowledge": items}).to_string().as_bytes(), None);
    let memory = problems.iter().find(|problem| problem.rule.contains("MB of memory")).unwrap();
    assert_eq!((checked.is_none(), memory.path.as_str()), (true, "knowledge"));
    assert!(memory.found.contains("classifier 2"), "{memory:?}");
}

#[test]
fn files_larger_than_20_megabytes_are_refused_unread() {
    let large = vec![b'['; MAX_BYTES as usize + 1];
    for (knowledge, config, file) in
        [(large.as_slice(), None, "knowledge.json"), (b"{}", Some(large.as_slice()), "configs.json")]
    {
        let (checked, problems) = read(knowledge, config);
        let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
        assert_eq!((checked.is_none(), problem.file.as_str(), problem.path.as_str()), (true, file, ""));
        assert!(problem.rule.starts_with("a file may have 20 MB, and this one has 20.0 MB"), "{problem:?}");
        assert_eq!(problem.found, "20000001 bytes");
    }
}

#[test]
fn more_than_200_000_utterances_are_refused_at_once() {
    let utterances: Vec<String> = (0..=MAX_UTTERANCES).map(|number| format!("say {number}")).collect();
    let utterances: Vec<&str> = utterances.iter().map(String::as_str).collect();
    check(&replying(&[("a", &utterances)]), &[("knowledge", "a bot may have 200000 utterances; take out those")]);
}

#[test]
fn of_very_many_problems_the_errors_are_listed_and_the_rest_is_counted() {
    let item = |number: usize| json!({"_id": number.to_string(), "_intents": ["the same", ""], "_source": {"response": [{"text": "Yes."}]}});
    let items: Vec<Value> = (0..1_500).map(item).collect();
    let (_, problems) = read(json!({"knowledge": items}).to_string().as_bytes(), None);
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let last = problems.last().unwrap();
    assert_eq!((problems.len(), errors), (2_001, 1_500));
    assert_eq!((last.path.as_str(), last.found.as_str()), ("", "999 more"));
    assert!(last.rule.ends_with("there are more; mend these first"));
}

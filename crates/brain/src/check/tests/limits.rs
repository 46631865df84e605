//! How large a bot may be.

use super::*;
use crate::files::{MAX_BYTES, MAX_UTTERANCES};

#[test]
fn a_bot_that_takes_too_much_memory_is_refused_at_the_part_with_which_it_does() {
    let patterns: Vec<String> = (0..400).map(|number| format!(r"/(\w{{50}}) {number}/")).collect();
    let knowledge = asking("{a: $0}", json!([parameter(json!({"regexList": patterns}))]));
    let (checked, problems) = read(knowledge.to_string().as_bytes(), None);
    assert!(checked.is_none());
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    let list = "knowledge[0]._source.parameters[0].regexList[";
    let at: usize = problem.path.strip_prefix(list).unwrap().trim_end_matches(']').parse().unwrap();
    assert!((250..400).contains(&at), "{problem:?}");
    assert!(
        problem.rule.starts_with("a brain may take 256 MB of memory where it answers, and from here on it takes more")
    );
    assert!(problem.found.starts_with("at least 256.") && problem.found.contains(": patterns 256."), "{problem:?}");
    let few = asking("{a: $0}", json!([parameter(json!({"regexList": patterns[..20]}))]));
    check(&few, &[]);
}

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

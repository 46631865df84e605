use std::{fs, io::Write as _, path::PathBuf};

use serde_json::{Value, json};

use crate::{Brain, Trained, read, run_tests, train};

fn trained(knowledge: &[u8], config: &[u8]) -> Trained {
    let (checked, problems) = read(knowledge, Some(config));
    train(checked.unwrap_or_else(|| panic!("{problems:#?}")), &mut |_| {}).unwrap()
}

fn shop() -> Trained {
    let knowledge = json!({"brainName": "shop", "knowledge": [
        {"_id": "hours", "_intents": ["when do you open", "opening hours", "are you open on @day"], "_source": {"response": [{"text": "From nine."}]},
         "_tests": {"typing": ["wen do you open", "are you open on tuesday"]}},
        {"_id": "return", "_intents": ["I want to return an article", "give my money back", "how can I return something"],
         "_source": {"response": [{"text": "Within thirty days."}]}, "_tests": {"wrong": ["opening hours"], "refused": ["sing me a song"]}},
    ], "none": ["sing me a song"], "staticEntities": {"DAY": ["Sunday", "Monday"]}, "i18n": {"byeMessage": {}}});
    trained(knowledge.to_string().as_bytes(), b"{\"language_tag\": \"en\"}")
}

fn artefact(trained: &Trained, name: &str) -> Vec<u8> {
    trained.readable().into_iter().find(|(of, _)| *of == name).unwrap().1
}

#[test]
fn the_authors_tests_are_run() {
    let shop = shop();
    let outcomes: Vec<_> = run_tests(&shop.brain)
        .into_iter()
        .map(|outcome| (outcome.kind.clone(), outcome.utterance.clone(), outcome.passed()))
        .collect();
    let expected = [
        ("typing", "wen do you open", true),
        ("typing", "are you open on tuesday", true),
        ("wrong", "opening hours", false),
        ("refused", "sing me a song", false),
    ];
    assert_eq!(outcomes, expected.map(|(kind, utterance, passed)| (kind.to_owned(), utterance.to_owned(), passed)));
}

#[test]
fn the_confusion_matrix_counts_every_record_once() {
    let shop = shop();
    let matrix: Value = serde_json::from_slice(&artefact(&shop, crate::artefact::CONFUSION_MATRIX)).unwrap();
    let records = matrix["records"].as_array().unwrap();
    assert_eq!(records.len(), 7 + 4);
    assert_eq!(
        (&records[3]["desired"], &records[3]["intent"], &records[3]["type"]),
        (&json!("hours"), &json!("are you open on Monday"), &json!("canonical"))
    );
    let counted: u64 = matrix["matrix"]["counts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(counted, 11);
    assert_eq!(matrix["matrix"]["intents"], json!(["hours", "return"]));
}

#[test]
fn artefacts_for_people_are_complete_and_always_the_same() {
    let shop = shop();
    let names: Vec<_> = shop.readable().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "brain-amcClassificationsImpl.json",
            "confusion-matrix.json",
            "word-distribution.csv",
            "training-report.json",
            "confusion-matrix.svg"
        ]
    );
    assert_eq!(shop.readable(), self::shop().readable());
    let report: Value = serde_json::from_slice(&artefact(&shop, crate::artefact::REPORT)).unwrap();
    assert_eq!((&report["intents"], &report["utterances"], &report["texts"]), (&json!(2), &json!(6), &json!(7)));
    assert_eq!((&report["tests"]["total"], &report["tests"]["passed"]), (&json!(4), &json!(2)));
    assert_eq!(report["warnings"][0]["path"], "i18n.byeMessage");
    let readable: Value = serde_json::from_slice(&artefact(&shop, crate::artefact::READABLE)).unwrap();
    assert_eq!(readable["intents"][0]["texts"][2], "are you open on Sunday");
    assert_eq!(readable["source"]["brainName"], "shop");
}

#[test]
fn progress_ends_at_its_total() {
    let (checked, _) = read(
        br#"{"knowledge": [{"_id": "a", "_intents": ["hello"], "_source": {"response": [{"text": "Hi"}]}}]}"#,
        None,
    );
    let mut steps = Vec::new();
    let brain = train(checked.unwrap(), &mut |step| steps.push((step.done, step.total))).unwrap().brain;
    assert!(steps.last().is_some_and(|(done, total)| done == total), "{steps:?}");
    assert_eq!(brain.understand("Hello!").accepted.map(|intent| intent.id.as_str()), Some("a"));
}

/// The reference's sample bots, where the shared data is there; a person sees that they are not.
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("SBF_SHARED_DATA")
        .map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from)
        .join("knowledge");
    let found = folder.join("configs.json").is_file().then_some(folder);
    if found.is_none() {
        assert!(std::env::var_os("SBF_STRICT").is_none(), "SBF_STRICT forbids to skip a test");
        let _ = writeln!(std::io::stderr(), "skipped: the reference's sample bots are not there (SBF_SHARED_DATA)");
    }
    found
}

fn accepted(brain: &Brain, utterance: &str) -> Option<String> {
    brain.understand(utterance).accepted.map(|intent| intent.id.clone())
}

#[test]
fn the_references_sample_bots_understand_all_that_they_were_taught() {
    let Some(folder) = reference() else { return };
    for (file, language) in
        [("de", "de"), ("en", "en"), ("es", "es"), ("fr", "fr"), ("it", "it"), ("pt-br", "pt"), ("ru", "ru")]
    {
        let knowledge = fs::read(folder.join(format!("knowledge-{file}.json"))).unwrap();
        let brain = trained(&knowledge, &fs::read(folder.join("configs.json")).unwrap()).brain;
        assert_eq!(brain.language(), Some(language));
        let written: Value = serde_json::from_slice(&knowledge).unwrap();
        for item in written["knowledge"].as_array().unwrap() {
            for utterance in item["_intents"].as_array().unwrap().iter().filter_map(Value::as_str) {
                assert_eq!(accepted(&brain, utterance).as_deref(), item["_id"].as_str(), "{file}: {utterance}");
            }
        }
    }
}

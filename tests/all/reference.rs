//! The reference implementation's own brains: they must check, train and answer, typos included.

use std::{fs, path::Path};

use sbf_brain::{Brain, Severity};
use sbf_tests::shared_data;
use serde_json::Value;

const LANGUAGES: [&str; 7] = ["de", "en", "es", "fr", "it", "pt-br", "ru"];

#[test]
fn every_reference_brain_passes_check() {
    let Some(folder) = shared_data("knowledge") else { return };
    for language in LANGUAGES {
        let (checked, problems) = read(&folder, language);
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert!(checked.is_some() && errors.is_empty(), "{language}: {errors:#?}");
    }
}

#[test]
fn every_reference_brain_answers_its_own_utterances() {
    let Some(folder) = shared_data("knowledge") else { return };
    for language in LANGUAGES {
        let brain = train(&folder, language);
        let written: Value = serde_json::from_slice(&knowledge(&folder, language)).unwrap();
        for item in written["knowledge"].as_array().unwrap() {
            for utterance in item["_intents"].as_array().unwrap() {
                let understood = brain.understand(utterance.as_str().unwrap());
                let answered = understood.accepted.map(|intent| intent.id.as_str());
                assert_eq!(answered, item["_id"].as_str(), "{language}: {utterance} ({})", understood.confidence);
            }
        }
    }
}

#[test]
fn the_english_brain_understands_what_the_original_refused() {
    let Some(folder) = shared_data("knowledge") else { return };
    let brain = train(&folder, "en");
    for (utterance, intent) in [
        ("can you tell me your name please", Some("1")),
        ("wether forecst", Some("1001")),
        ("I'd like to order two pepperoni pizzas", Some("1002")),
        ("book a flight to london", None),
        ("hello there", None),
    ] {
        let understood = brain.understand(utterance);
        let answered = understood.accepted.map(|intent| intent.id.as_str());
        assert_eq!(answered, intent, "{utterance} ({})", understood.confidence);
    }
}

fn train(folder: &Path, language: &str) -> Brain {
    let (checked, problems) = read(folder, language);
    sbf_brain::train(checked.unwrap_or_else(|| panic!("{problems:#?}")), &mut |_| {}).unwrap().brain
}

fn read(folder: &Path, language: &str) -> (Option<sbf_brain::CheckedKnowledge>, Vec<sbf_brain::Problem>) {
    sbf_brain::read(&knowledge(folder, language), Some(&fs::read(folder.join("configs.json")).unwrap()))
}

fn knowledge(folder: &Path, language: &str) -> Vec<u8> {
    fs::read(folder.join(format!("knowledge-{language}.json"))).unwrap()
}

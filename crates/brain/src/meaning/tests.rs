use std::sync::LazyLock;

use serde_json::json;

use super::*;
use crate::{Brain, MeaningUse, artefact, decode, encode};

const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../meaning/weights/meaning.weights");

fn weights() -> Vec<u8> {
    std::fs::read(WEIGHTS).unwrap()
}

static MEANING: LazyLock<Meaning> = LazyLock::new(|| Meaning::open(weights()).unwrap().remembering());

fn trained(config: &serde_json::Value) -> Brain {
    let knowledge = json!({"brainName": "shop", "knowledge": [
        {"_id": "hours", "_intents": ["when do you open", "opening hours", "are you open on sunday"], "_source": {"response": [{"text": "From nine to six."}]}},
        {"_id": "refund", "_intents": ["i want my money back", "how do i return a product", "i want a refund"], "_source": {"response": [{"text": "Bring it here."}]}},
    ]});
    let (checked, problems) = crate::read(knowledge.to_string().as_bytes(), Some(config.to_string().as_bytes()));
    let checked = checked.unwrap_or_else(|| panic!("{problems:#?}"));
    crate::train_with_meaning(checked, Some(&MEANING), &mut |_| ()).unwrap().brain
}

fn packed() -> &'static [u8] {
    static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| encode(&trained(&json!({"language_tag": "en"}))));
    &PACKED
}

fn answered(brain: &Brain, utterance: &str) -> Option<String> {
    brain.understand(utterance).accepted.map(|intent| intent.id.clone())
}

#[test]
fn a_bot_goes_by_meaning_with_the_encoder_that_it_was_trained_with() {
    let mut brain = decode(packed()).unwrap();
    assert_eq!(answered(&brain, "queria receber meu dinheiro de volta"), None);
    assert_eq!(brain.attach(Some(&MEANING)), MeaningUse::Used);
    assert_eq!(answered(&brain, "queria receber meu dinheiro de volta").as_deref(), Some("refund"));
    assert_eq!(answered(&brain, "how long does a flight to Mars take"), None);
    assert_eq!(encode(&brain), packed(), "who answers writes what was trained");
}

#[test]
fn a_program_without_the_weights_answers_by_words_alone() {
    let mut brain = decode(packed()).unwrap();
    assert_eq!(brain.attach(None), MeaningUse::Missing);
    let mut words = trained(&json!({"language_tag": "en", "meaning": "off"}));
    assert_eq!(words.attach(Some(&MEANING)), MeaningUse::NotTrained);
    for utterance in ["do you open on monday", "my money please", "queria receber meu dinheiro de volta"] {
        assert_eq!(brain.understand(utterance).confidence, words.understand(utterance).confidence, "{utterance}");
    }
}

#[test]
fn other_weights_are_not_asked() {
    // The id stands behind the file's first eight bytes; opening does not compare it with the rest.
    let mut weights = weights();
    weights[8] ^= 1;
    let other = Meaning::open(weights).unwrap();
    let mut brain = decode(packed()).unwrap();
    let used = brain.attach(Some(&other));
    assert_eq!(used, MeaningUse::Other { trained: MEANING.source(), found: other.source() });
    assert_eq!(answered(&brain, "queria receber meu dinheiro de volta"), None);
}

#[test]
fn vectors_of_a_later_format_leave_the_words() {
    let later = artefact::with_vectors_changed(packed(), |vectors| vectors[8..12].copy_from_slice(&9u32.to_le_bytes()));
    let mut brain = decode(&later).unwrap();
    assert_eq!(brain.attach(Some(&MEANING)), MeaningUse::NotTrained);
    assert_eq!(answered(&brain, "opening hours").as_deref(), Some("hours"));
    let damaged = artefact::with_vectors_changed(packed(), |vectors| *vectors.last_mut().unwrap() ^= 1);
    assert_eq!(decode(&damaged).unwrap_err().to_string(), "the model is damaged: its checksum does not match");
}

#[test]
fn what_was_encoded_is_remembered() {
    let known = || MEANING.known.as_ref().unwrap().lock().unwrap().len();
    let vector = MEANING.encode("a text that no other test has");
    let after = known();
    assert_eq!(MEANING.encode("a text that no other test has"), vector);
    assert!(known() >= after && MEANING.remembered("a text that no other test has") == vector);
}

//! Pieces and vectors beside those of the wheel's own Python, which `make oracle RECORD=--record` wrote.

use sbf_meaning::{SIZE, Vector};
use sha2::{Digest, Sha256};

use crate::ENCODER;

const SENTENCES: &str = include_str!("../oracle/sentences.tsv");
const ODD: &str = include_str!("../oracle/odd.json");
const PIECES: &str = include_str!("../oracle/pieces.json");
/// Signed bytes: rounding them cost less than a ten-thousandth of the cosine.
const VECTORS: &[u8] = include_bytes!("../oracle/vectors.i8");

/// Language and text.
fn sentences() -> Vec<(&'static str, String)> {
    SENTENCES.lines().map(|line| line.split_once('\t').unwrap()).map(|(tag, text)| (tag, text.to_owned())).collect()
}

fn texts() -> Vec<String> {
    let odd: Vec<String> = serde_json::from_str(ODD).unwrap();
    sentences().into_iter().map(|(_, text)| text).chain(odd).collect()
}

fn vectors() -> Vec<Vector> {
    texts().iter().map(|text| ENCODER.encode(text).unwrap()).collect()
}

#[test]
fn pieces_are_those_of_the_oracle() {
    let expected: Vec<Vec<u32>> = serde_json::from_str(PIECES).unwrap();
    let texts = texts();
    assert_eq!((texts.len(), expected.len()), (232, 232));
    for (text, expected) in texts.iter().zip(expected) {
        assert_eq!(ENCODER.pieces(text), expected, "{text:?}");
    }
}

#[test]
fn vectors_point_where_the_oracles_do() {
    let (expected, rest) = VECTORS.as_chunks::<SIZE>();
    assert!(rest.is_empty() && expected.len() == 232);
    for ((text, vector), expected) in texts().iter().zip(vectors()).zip(expected) {
        let expected = expected.map(|byte| f64::from(byte.cast_signed()));
        let length = expected.iter().map(|number| number * number).sum::<f64>().sqrt();
        let product: f64 = vector.as_slice().iter().zip(expected).map(|(a, b)| f64::from(*a) * b).sum();
        // 0.999 is asked for sentences; sequences that nobody writes come near it, and rounding takes its part.
        let least = if sentences().iter().any(|(_, sentence)| sentence == text) { 0.9992 } else { 0.9985 };
        assert!(product / length > least, "{text:?}: {}", product / length);
    }
}

/// Arithmetic in whole numbers and in single precision of a fixed order: a processor that finds other bits is a fault.
#[test]
fn every_processor_finds_the_same_bits() {
    let mut hash = Sha256::new();
    vectors().iter().for_each(|vector| vector.as_slice().iter().for_each(|number| hash.update(number.to_le_bytes())));
    let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, "fdc33d2e2fcf7150538221fbd221221c84a35e75923542f039ca725ddd7383a9");
}

/// Twelve sentences stand in each language in the same order.
#[test]
fn a_sentence_is_nearest_to_itself_in_another_language() {
    let (sentences, vectors) = (sentences(), vectors());
    let english: Vec<&Vector> =
        (0..sentences.len()).filter(|&at| sentences[at].0 == "en").map(|at| &vectors[at]).collect();
    let right = (0..sentences.len()).filter(|at| {
        let nearest =
            english.iter().enumerate().max_by(|a, b| vectors[*at].cosine(a.1).total_cmp(&vectors[*at].cosine(b.1)));
        nearest.unwrap().0 == at % english.len()
    });
    let right = right.count();
    assert!(right >= 175, "{right} of {}", sentences.len());
}

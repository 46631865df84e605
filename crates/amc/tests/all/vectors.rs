//! What vectors add to words, with the encoder that the bots use.

use std::sync::{LazyLock, Mutex};

use proptest::prelude::*;
use sbf_amc::{Classification, Encode, Model, Options, Sample, TrainError, train, train_with_vectors};
use sbf_meaning::Encoder;

/// The encoder, and the texts that it was asked for.
struct Sentences {
    encoder: Encoder,
    asked: Mutex<Vec<String>>,
}

static SENTENCES: LazyLock<Sentences> = LazyLock::new(|| {
    let weights = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../meaning/weights/meaning.weights")).unwrap();
    Sentences { encoder: Encoder::open(weights).unwrap(), asked: Mutex::default() }
});

impl Encode for Sentences {
    fn source(&self) -> String {
        self.encoder.id().to_string()
    }

    fn encode(&self, text: &str) -> Option<Vec<f32>> {
        self.asked.lock().unwrap().push(text.to_owned());
        Some(self.encoder.encode(text).ok()?.as_slice().to_vec())
    }

    fn is_word(&self, word: &str) -> bool {
        self.encoder.pieces(word).len() <= 3
    }
}

const SHOP: &[(&str, &str)] = &[
    ("hours", "when are you open"),
    ("hours", "what time do you close"),
    ("hours", "opening hours on sunday"),
    ("delivery", "where is my parcel"),
    ("delivery", "when does my order arrive"),
    ("delivery", "track my package"),
    ("refund", "i want my money back"),
    ("refund", "how do i return a product"),
    ("refund", "the product is broken and i want a refund"),
];

fn samples() -> Vec<Sample<'static>> {
    SHOP.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect()
}

fn options(threads: usize) -> Options {
    Options { language: Some("en".to_owned()), threads, ..Options::default() }
}

fn shop() -> &'static Model {
    static SHOP: LazyLock<Model> = LazyLock::new(|| {
        train_with_vectors(&samples(), &*SENTENCES, &options(2).check().unwrap(), &mut |_| ()).unwrap().model
    });
    &SHOP
}

fn ask<'m>(model: &'m Model, utterance: &str) -> Classification<'m> {
    let vector = model.vector(utterance, &*SENTENCES);
    model.classify_with_vector(utterance, vector.as_deref())
}

fn answered(utterance: &str) -> Option<&'static str> {
    let found = ask(shop(), utterance);
    (found.confidence.get() >= 0.7).then(|| found.ranked[0].intent)
}

#[test]
fn other_words_of_the_same_meaning_are_understood() {
    for (utterance, intent) in [("has the shipment been sent", "delivery"), ("please reimburse me", "refund")] {
        assert_eq!(answered(utterance), Some(intent), "{utterance}");
        let by_words = shop().classify(utterance);
        assert!(by_words.ranked[0].intent != intent || by_words.confidence.get() < 0.7, "{utterance} by words alone");
    }
}

#[test]
fn other_languages_are_understood_and_told() {
    for (utterance, intent) in [
        ("quero o meu dinheiro de volta", "refund"),
        ("¿a qué hora cierran el domingo?", "hours"),
        ("wo ist denn mein Paket", "delivery"),
        ("когда вы открываетесь утром", "hours"),
    ] {
        assert_eq!(answered(utterance), Some(intent), "{utterance}");
        assert!(ask(shop(), utterance).foreign, "{utterance}");
    }
    for own in ["when are you open", "Pedro Augusto Guimarães", "Hauptstraße", "ok", "", "my parcel plz"] {
        assert!(!ask(shop(), own).foreign, "{own}");
    }
}

#[test]
fn everyday_messages_are_refused_that_share_words_with_the_bot() {
    for utterance in
        ["what is your name", "where is the toilet", "i am so tired today", "how do i learn the guitar", "?"]
    {
        assert_eq!(answered(utterance), None, "{utterance}");
    }
}

#[test]
fn letters_at_random_have_no_vector() {
    for utterance in ["qwertz uiop", "asdfghjkl", "xq zzvrk qpwo", "jkljkl", "фывапролдж"] {
        assert_eq!(shop().vector(utterance, &*SENTENCES), None, "{utterance}");
        assert_eq!(answered(utterance), None, "{utterance}");
    }
    for utterance in ["parcel", "obrigado", "営業時間は何時までですか", "trakc"] {
        assert!(shop().vector(utterance, &*SENTENCES).is_some(), "{utterance}");
    }
}

#[test]
fn the_encoder_reads_misspelled_words_as_those_that_they_stand_for() {
    let read_as = |utterance: &str| {
        shop().vector(utterance, &*SENTENCES);
        SENTENCES.asked.lock().unwrap().iter().rev().find(|asked| asked.len() >= utterance.len() - 4).cloned()
    };
    for (typed, read) in [
        ("Trakc my pakcage, please!", "track my package, please!"),
        // A real word of the language is what it is, and so is one of another language.
        ("where is my parsley", "where is my parsley"),
        ("quero rastrear meu pacote", "quero rastrear meu pacote"),
    ] {
        // Other tests ask the same encoder meanwhile: it is asked again until the last text is this one's.
        let found = (0..50).find_map(|_| read_as(typed).filter(|found| found == read));
        assert_eq!(found.as_deref(), Some(read), "{typed}");
    }
}

#[test]
fn a_model_that_is_asked_without_a_vector_goes_by_words_alone() {
    let words = train(&samples(), &options(2).check().unwrap(), &mut |_| ()).unwrap().model;
    assert_eq!(words.encode(), shop().encode());
    assert_eq!((words.vectors_of(), words.encode_vectors()), (None, None));
    assert_eq!(words.vector("track my package", &*SENTENCES), None);
    for utterance in ["where is my parcel now", "please reimburse me", "quero uma pizza"] {
        assert_eq!(shop().classify(utterance), words.classify(utterance));
        for useless in [&[][..], &[1.0; 3], &[f32::NAN; 512], &[f32::INFINITY; 512]] {
            assert_eq!(shop().classify_with_vector(utterance, Some(useless)), words.classify(utterance));
        }
    }
}

#[test]
fn what_is_stored_of_vectors_is_read_back_and_nothing_else() {
    let bytes = shop().encode_vectors().unwrap();
    let words = || Model::decode(shop().encode()).unwrap();
    let read = words().with_vectors(words().read_vectors(&bytes).unwrap());
    assert_eq!(read.vectors_of(), Some(SENTENCES.source().as_str()));
    for (_, utterance) in SHOP {
        assert_eq!(ask(&read, utterance), ask(shop(), utterance));
    }
    for at in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        assert!(words().read_vectors(&damaged).is_err(), "byte {at}");
        assert!(words().read_vectors(&bytes[..at]).is_err(), "cut at {at}");
    }
    let other: Vec<Sample<'_>> = samples().into_iter().filter(|sample| sample.intent != "refund").collect();
    let other = train(&other, &options(1).check().unwrap(), &mut |_| ()).unwrap().model;
    assert!(other.read_vectors(&bytes).is_err(), "of a bot with other intents");
}

#[test]
fn equal_utterances_give_equal_bytes_on_any_number_of_threads() {
    let bytes = |threads| {
        let options = options(threads).check().unwrap();
        let model = train_with_vectors(&samples(), &*SENTENCES, &options, &mut |_| ()).unwrap().model;
        (model.encode(), model.encode_vectors().unwrap())
    };
    assert_eq!(bytes(1), bytes(3));
}

#[test]
fn an_encoder_that_fails_ends_the_training() {
    struct Broken;
    impl Encode for Broken {
        fn source(&self) -> String {
            String::new()
        }
        fn encode(&self, text: &str) -> Option<Vec<f32>> {
            (!text.contains("parcel")).then(|| vec![0.6, 0.8])
        }
        fn is_word(&self, _: &str) -> bool {
            true
        }
    }
    let trained = train_with_vectors(&samples(), &Broken, &options(1).check().unwrap(), &mut |_| ());
    assert_eq!(trained.unwrap_err(), TrainError::Vectors);
}

#[test]
fn an_explanation_tells_what_the_vector_adds() {
    let utterance = "please reimburse me";
    let vector = shop().vector(utterance, &*SENTENCES).unwrap();
    let told = shop().explain_with_vector(utterance, "refund", 0.7, &vector).unwrap();
    let found = shop().classify_with_vector(utterance, Some(&vector));
    assert_eq!((told.decision.confidence, told.decision.answered), (found.confidence.get(), true));
    let by_vector = told.vector.unwrap();
    assert_eq!(by_vector.mixed, found.ranked[0].margin);
    let mixed = (told.margin + by_vector.weight * by_vector.margin) / (1.0 + by_vector.weight);
    assert!((mixed - by_vector.mixed).abs() < 1e-5);
    assert!(by_vector.score > by_vector.threshold && by_vector.nearest > 0.3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn any_text_has_an_answer_in_range(text in "\\PC{0,60}") {
        let found = ask(shop(), &text);
        prop_assert!((0.0..=1.0).contains(&found.confidence.get()));
        prop_assert!(found.ranked.iter().all(|ranked| (0.0..=1.0).contains(&ranked.probability)));
        prop_assert!(found.exact || found.ranked.windows(2).all(|pair| pair[0].margin >= pair[1].margin));
    }
}

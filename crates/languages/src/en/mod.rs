//! English.

mod sentences;
mod voices;
mod words;

pub(crate) use self::sentences::SENTENCES;
use crate::{Algorithm, Language, Script, Stemmer};

pub(crate) static LANGUAGE: Language = Language {
    tag: "en",
    other_tags: &[],
    name: "English",
    complete: true,
    not_offered: &[],
    detector: Some("eng"),
    stemmer: Some(Stemmer { algorithm: Algorithm::English, script: Script::Latin }),
    function_words: words::FUNCTION_WORDS,
    frequent: include_str!("frequent.txt"),
    everyday: include_str!("everyday.txt"),
    coordinators: words::COORDINATORS,
    sentences: Some(&SENTENCES),
    cancel: words::CANCEL,
    skip: words::SKIP,
    courtesy: words::COURTESY,
    polly: voices::POLLY,
    espeak: voices::ESPEAK,
    sample: Some("en"),
};

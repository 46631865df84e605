//! Italian.

mod sentences;
mod voices;
mod words;

use crate::{Algorithm, Language, Script, Stemmer};

pub(crate) static LANGUAGE: Language = Language {
    tag: "it",
    other_tags: &[],
    name: "Italian",
    complete: true,
    not_offered: &[],
    detector: Some("ita"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Italian, script: Script::Latin }),
    function_words: words::FUNCTION_WORDS,
    frequent: include_str!("frequent.txt"),
    everyday: include_str!("everyday.txt"),
    coordinators: words::COORDINATORS,
    sentences: Some(&sentences::SENTENCES),
    cancel: words::CANCEL,
    skip: words::SKIP,
    courtesy: words::COURTESY,
    polly: voices::POLLY,
    espeak: voices::ESPEAK,
    sample: Some("it"),
};

//! Russian.

mod sentences;
mod voices;
mod words;

use crate::{Algorithm, Language, Script, Stemmer};

pub(crate) static LANGUAGE: Language = Language {
    tag: "ru",
    other_tags: &[],
    name: "Russian",
    complete: true,
    not_offered: &[],
    detector: Some("rus"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Russian, script: Script::Cyrillic }),
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
    sample: Some("ru"),
};

#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Held by clippy.toml beside Cargo.toml.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

mod language;
mod part;
mod partial;

mod de;
mod en;
mod es;
mod fr;
mod it;
mod pt;
mod ru;

pub use rust_stemmers::Algorithm;

pub use self::{
    language::{Language, LocalVoices, Pair, Script, Sentences, Stemmer},
    part::Part,
};

/// English speaks where nothing is known of a language.
pub static ENGLISH: &Language = &en::LANGUAGE;

/// Every language that something is known of: first the complete ones, each in a folder of its own, then the partial ones.
pub static ALL: [&Language; 32] = [
    &en::LANGUAGE,
    &pt::LANGUAGE,
    &es::LANGUAGE,
    &fr::LANGUAGE,
    &de::LANGUAGE,
    &it::LANGUAGE,
    &ru::LANGUAGE,
    &partial::ARABIC,
    &partial::CATALAN,
    &partial::CZECH,
    &partial::WELSH,
    &partial::DANISH,
    &partial::GREEK,
    &partial::FINNISH,
    &partial::HEBREW,
    &partial::HINDI,
    &partial::HUNGARIAN,
    &partial::INDONESIAN,
    &partial::ICELANDIC,
    &partial::JAPANESE,
    &partial::KOREAN,
    &partial::DUTCH,
    &partial::NORWEGIAN,
    &partial::POLISH,
    &partial::ROMANIAN,
    &partial::SWEDISH,
    &partial::TAMIL,
    &partial::TURKISH,
    &partial::UKRAINIAN,
    &partial::VIETNAMESE,
    &partial::CANTONESE,
    &partial::CHINESE,
];

/// The language of a tag such as `pt-BR` or `PT_br`, by its first part.
pub fn of(tag: &str) -> Option<&'static Language> {
    let wanted = primary(tag);
    ALL.into_iter().find(|language| language.tags().any(|known| known.eq_ignore_ascii_case(wanted)))
}

/// The language that the detector calls by this code of ISO 639-3.
pub fn of_detector(code: &str) -> Option<&'static Language> {
    ALL.into_iter().find(|language| language.detector == Some(code))
}

/// The stock sentences of a tag's language; the English ones where it has none.
pub fn sentences(tag: Option<&str>) -> &'static Sentences {
    tag.and_then(of).and_then(|language| language.sentences).unwrap_or(&en::SENTENCES)
}

/// The first part of a tag: `pt` of `pt-BR`.
pub fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests;

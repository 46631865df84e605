//! Languages that have only some parts. `Language::missing` says which are not there.
//!
//! A language that gets all its parts moves into a folder of its own.

use crate::{Algorithm, Language, Part, Script, Stemmer};

/// What a row here does not name.
const NOTHING: Language = Language {
    tag: "",
    other_tags: &[],
    name: "",
    complete: false,
    not_offered: &[],
    detector: None,
    stemmer: None,
    function_words: "",
    frequent: "",
    everyday: "",
    coordinators: "",
    sentences: None,
    cancel: &[],
    courtesy: &[],
    skip: &[],
    polly: &[],
    espeak: &[],
    sample: None,
};

pub(crate) static ARABIC: Language = Language {
    tag: "ar",
    name: "Arabic",
    detector: Some("ara"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Arabic, script: Script::Arabic }),
    coordinators: "و ثم ايضا لكن",
    polly: &[("ar-AE", "Zeina")],
    ..NOTHING
};

pub(crate) static CATALAN: Language = Language {
    tag: "ca",
    name: "Catalan",
    not_offered: &[Part::Stemmer],
    detector: Some("cat"),
    coordinators: "i tambe despres pero",
    polly: &[("ca-ES", "Arlet")],
    ..NOTHING
};

pub(crate) static CZECH: Language = Language {
    tag: "cs",
    name: "Czech",
    not_offered: &[Part::Stemmer],
    detector: Some("ces"),
    coordinators: "a take potom ale",
    polly: &[("cs-CZ", "Jitka")],
    ..NOTHING
};

pub(crate) static WELSH: Language = Language {
    tag: "cy",
    name: "Welsh",
    not_offered: &[Part::Detector, Part::Stemmer],
    polly: &[("cy-GB", "Gwyneth")],
    ..NOTHING
};

pub(crate) static DANISH: Language = Language {
    tag: "da",
    name: "Danish",
    detector: Some("dan"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Danish, script: Script::Latin }),
    coordinators: "og ogsa derefter men",
    polly: &[("da-DK", "Naja")],
    ..NOTHING
};

pub(crate) static GREEK: Language = Language {
    tag: "el",
    name: "Greek",
    not_offered: &[Part::PollyVoices],
    detector: Some("ell"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Greek, script: Script::Greek }),
    coordinators: "και επισησ μετα αλλα",
    ..NOTHING
};

pub(crate) static FINNISH: Language = Language {
    tag: "fi",
    name: "Finnish",
    detector: Some("fin"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Finnish, script: Script::Latin }),
    coordinators: "ja myos sitten mutta",
    polly: &[("fi-FI", "Suvi")],
    ..NOTHING
};

pub(crate) static HEBREW: Language = Language {
    tag: "he",
    name: "Hebrew",
    not_offered: &[Part::Stemmer, Part::PollyVoices],
    detector: Some("heb"),
    coordinators: "וגם גם אחר אבל",
    ..NOTHING
};

pub(crate) static HINDI: Language = Language {
    tag: "hi",
    name: "Hindi",
    not_offered: &[Part::Stemmer],
    detector: Some("hin"),
    coordinators: "और फिर भी लेकिन",
    polly: &[("hi-IN", "Aditi")],
    ..NOTHING
};

pub(crate) static HUNGARIAN: Language = Language {
    tag: "hu",
    name: "Hungarian",
    not_offered: &[Part::PollyVoices],
    detector: Some("hun"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Hungarian, script: Script::Latin }),
    coordinators: "es is valamint aztan de",
    ..NOTHING
};

pub(crate) static INDONESIAN: Language = Language {
    tag: "id",
    name: "Indonesian",
    not_offered: &[Part::Stemmer, Part::PollyVoices],
    detector: Some("ind"),
    coordinators: "dan juga lalu kemudian tapi",
    ..NOTHING
};

pub(crate) static ICELANDIC: Language = Language {
    tag: "is",
    name: "Icelandic",
    not_offered: &[Part::Detector, Part::Stemmer],
    polly: &[("is-IS", "Dora")],
    ..NOTHING
};

pub(crate) static JAPANESE: Language = Language {
    tag: "ja",
    name: "Japanese",
    not_offered: &[Part::Stemmer],
    detector: Some("jpn"),
    polly: &[("ja-JP", "Takumi")],
    ..NOTHING
};

pub(crate) static KOREAN: Language = Language {
    tag: "ko",
    name: "Korean",
    not_offered: &[Part::Stemmer],
    detector: Some("kor"),
    polly: &[("ko-KR", "Seoyeon")],
    ..NOTHING
};

pub(crate) static DUTCH: Language = Language {
    tag: "nl",
    name: "Dutch",
    detector: Some("nld"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Dutch, script: Script::Latin }),
    function_words: "de het een ik mij me mijn wij we ons onze jij je jou jouw u uw jullie hij hem zijn zij ze haar \
        hun dit dat deze die wie wat welke welk wanneer waar hoe waarom ben bent is was waren word wordt worden heb hebt \
        heeft hebben had kan kun kunt kunnen zou wil moet mag zal van voor in op aan uit bij met naar over onder door \
        tegen zonder om tot en of maar als dan ook nog al alleen niet geen ja nee alstublieft bedankt hier daar er te \
        alle alles andere iets hallo",
    coordinators: "en ook daarna verder maar",
    polly: &[("nl-NL", "Lotte"), ("nl-BE", "Lisa")],
    ..NOTHING
};

pub(crate) static NORWEGIAN: Language = Language {
    tag: "no",
    // What the two written forms have as their own.
    other_tags: &["nb", "nn"],
    name: "Norwegian",
    detector: Some("nob"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Norwegian, script: Script::Latin }),
    coordinators: "og ogsa deretter men",
    polly: &[("nb-NO", "Liv")],
    ..NOTHING
};

pub(crate) static POLISH: Language = Language {
    tag: "pl",
    name: "Polish",
    not_offered: &[Part::Stemmer],
    detector: Some("pol"),
    coordinators: "i oraz takze potem ale",
    polly: &[("pl-PL", "Ewa")],
    ..NOTHING
};

pub(crate) static ROMANIAN: Language = Language {
    tag: "ro",
    name: "Romanian",
    detector: Some("ron"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Romanian, script: Script::Latin }),
    coordinators: "si apoi dar",
    polly: &[("ro-RO", "Carmen")],
    ..NOTHING
};

pub(crate) static SWEDISH: Language = Language {
    tag: "sv",
    name: "Swedish",
    detector: Some("swe"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Swedish, script: Script::Latin }),
    coordinators: "och ocksa dessutom sedan men",
    polly: &[("sv-SE", "Astrid")],
    ..NOTHING
};

pub(crate) static TAMIL: Language = Language {
    tag: "ta",
    name: "Tamil",
    not_offered: &[Part::PollyVoices],
    detector: Some("tam"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Tamil, script: Script::Tamil }),
    ..NOTHING
};

pub(crate) static TURKISH: Language = Language {
    tag: "tr",
    name: "Turkish",
    detector: Some("tur"),
    stemmer: Some(Stemmer { algorithm: Algorithm::Turkish, script: Script::Latin }),
    coordinators: "ve ayrica sonra ama",
    polly: &[("tr-TR", "Filiz")],
    ..NOTHING
};

pub(crate) static UKRAINIAN: Language = Language {
    tag: "uk",
    name: "Ukrainian",
    not_offered: &[Part::Stemmer, Part::PollyVoices],
    detector: Some("ukr"),
    coordinators: "і й та також потім але",
    ..NOTHING
};

pub(crate) static VIETNAMESE: Language = Language {
    tag: "vi",
    name: "Vietnamese",
    not_offered: &[Part::Stemmer, Part::PollyVoices],
    detector: Some("vie"),
    ..NOTHING
};

pub(crate) static CANTONESE: Language = Language {
    tag: "yue",
    name: "Cantonese",
    not_offered: &[Part::Detector, Part::Stemmer],
    polly: &[("yue-CN", "Hiujin"), ("yue-HK", "Hiujin")],
    ..NOTHING
};

pub(crate) static CHINESE: Language = Language {
    tag: "zh",
    name: "Chinese",
    not_offered: &[Part::Stemmer],
    detector: Some("cmn"),
    polly: &[("zh-CN", "Zhiyu")],
    ..NOTHING
};

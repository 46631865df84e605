//! Which voice speaks which language, and with which engine.
//!
//! Which voice is a language's own stands in `sbf-languages`; the engines here are from "Available voices" in the Amazon Polly developer guide. A Region may lack an engine, and a table may be older than Polly: so each
//! voice has a list of engines to try.

use aws_sdk_polly::types::{Engine, LanguageCode};
use sbf_languages::primary;

/// Voices of both the neural engine and the standard one.
const BOTH: [&str; 24] = [
    "Amy", "Bianca", "Brian", "Camila", "Emma", "Ines", "Ivy", "Joanna", "Joey", "Justin", "Kendra", "Kevin",
    "Kimberly", "Lea", "Lucia", "Lupe", "Matthew", "Mia", "Salli", "Seoyeon", "Takumi", "Vicki", "Vitoria", "Zhiyu",
];

/// Voices that the standard engine has not.
const NEURAL_ALONE: [&str; 39] = [
    "Adriano",
    "Andres",
    "Aria",
    "Arlet",
    "Arthur",
    "Ayanda",
    "Burcu",
    "Daniel",
    "Danielle",
    "Elin",
    "Gabrielle",
    "Gregory",
    "Hala",
    "Hannah",
    "Hiujin",
    "Ida",
    "Isabelle",
    "Jasmine",
    "Jihye",
    "Jitka",
    "Kajal",
    "Kazuha",
    "Laura",
    "Liam",
    "Lisa",
    "Niamh",
    "Ola",
    "Olivia",
    "Pedro",
    "Remi",
    "Ruth",
    "Sabrina",
    "Sergio",
    "Sofie",
    "Stephen",
    "Suvi",
    "Thiago",
    "Tomoko",
    "Zayd",
];

/// Voices that the generative engine alone has.
const GENERATIVE_ALONE: [&str; 16] = [
    "Ambre", "Arjun", "Beatrice", "Carlos", "Carolina", "Curtis", "Florian", "Hyunduk", "Kenneth", "Kiara", "Lennart",
    "Leo", "Lorenzo", "Nate", "Tiffany", "Tina",
];

/// The voice for a language tag: of exactly that tag, else of its language.
pub fn default_voice(tag: &str) -> Option<&'static str> {
    let voices = sbf_languages::of(tag)?.polly;
    let exact = voices.iter().find(|(known, _)| known.eq_ignore_ascii_case(&tag.replace('_', "-")));
    let voice = exact.or_else(|| voices.iter().find(|(known, _)| language(known) == language(tag)));
    voice.map(|(_, voice)| *voice)
}

/// The engines to try for a voice, the first one first: the neural one where the voice has it, unless it has both and the other one is
/// wanted. None that costs more is tried for a voice that is known to have a cheaper one.
pub(super) fn engines(voice: &str, neural: bool) -> &'static [Engine] {
    let is_one_of = |voices: &[&str]| voices.iter().any(|known| known.eq_ignore_ascii_case(voice));
    if is_one_of(&BOTH) {
        return if neural { &[Engine::Neural, Engine::Standard] } else { &[Engine::Standard] };
    }
    if is_one_of(&NEURAL_ALONE) {
        return &[Engine::Neural];
    }
    if is_one_of(&GENERATIVE_ALONE) {
        return &[Engine::Generative, Engine::Neural];
    }
    // Voices of the standard engine alone, and those that came later than this table.
    &[Engine::Standard, Engine::Neural, Engine::Generative]
}

/// The language that a voice of two languages is told to speak.
pub(super) fn language_code(voice: &str, tag: Option<&str>) -> Option<LanguageCode> {
    let speaks_hindi = ["Aditi", "Kajal"].iter().any(|known| known.eq_ignore_ascii_case(voice));
    (speaks_hindi && language(tag?) == "hi").then_some(LanguageCode::HiIn)
}

fn language(tag: &str) -> String {
    primary(tag).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use aws_sdk_polly::types::VoiceId;

    use super::*;

    #[test]
    fn a_region_without_a_voice_gets_its_languages_first() {
        assert_eq!(default_voice("pt-BR"), Some("Camila"));
        assert_eq!(default_voice("pt_pt"), Some("Ines"));
        assert_eq!(default_voice("es-AR"), Some("Lupe"));
        assert_eq!(default_voice("en"), Some("Joanna"));
        assert_eq!(default_voice("yue-HK"), Some("Hiujin"));
        assert_eq!(default_voice("zh-TW"), Some("Zhiyu"));
        assert_eq!(default_voice("nb"), Some("Liv"));
        assert_eq!(default_voice("nn-NO"), None);
        assert_eq!(default_voice("eo"), None);
        assert_eq!(default_voice(""), None);
    }

    #[test]
    fn every_voice_is_one_of_pollys_and_stands_in_one_list() {
        let known = VoiceId::values();
        let lists: [&[&str]; 3] = [&BOTH, &NEURAL_ALONE, &GENERATIVE_ALONE];
        let of_languages = sbf_languages::ALL.into_iter().flat_map(|language| language.polly).map(|(_, voice)| voice);
        for voice in of_languages.chain(lists.into_iter().flatten()) {
            assert!(known.contains(voice), "{voice}");
            assert!(lists.iter().filter(|list| list.contains(voice)).count() < 2, "{voice}");
        }
    }

    #[test]
    fn the_seven_languages_of_the_samples_have_a_voice_that_every_region_has() {
        for tag in ["de-DE", "en-US", "es-US", "fr-FR", "it-IT", "pt-BR", "ru-RU"] {
            let voice = default_voice(tag).unwrap();
            assert_eq!(engines(voice, false)[0], Engine::Standard, "{voice}");
            let neural = if tag == "ru-RU" { Engine::Standard } else { Engine::Neural };
            assert_eq!(engines(voice, true)[0], neural, "{voice}");
        }
    }

    #[test]
    fn the_engine_is_the_neural_one_where_the_voice_has_it() {
        for (voice, neural, expected) in [
            ("Joanna", true, Engine::Neural),
            ("joanna", false, Engine::Standard),
            ("Thiago", false, Engine::Neural),
            ("Ricardo", true, Engine::Standard),
            ("Tiffany", false, Engine::Generative),
            ("Nobody", true, Engine::Standard),
        ] {
            assert_eq!(engines(voice, neural)[0], expected, "{voice}");
        }
    }

    #[test]
    fn a_voice_of_two_languages_is_told_which() {
        assert_eq!(language_code("Aditi", Some("hi-IN")), Some(LanguageCode::HiIn));
        assert_eq!(language_code("Aditi", Some("en-IN")), None);
        assert_eq!(language_code("Joanna", Some("hi")), None);
    }
}

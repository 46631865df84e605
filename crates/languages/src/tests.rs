use std::collections::HashSet;

use super::*;

/// The first thing that stands twice.
fn repeated<T: Copy + Eq + std::hash::Hash>(things: impl IntoIterator<Item = T>) -> Option<T> {
    let mut seen = HashSet::new();
    things.into_iter().find(|thing| !seen.insert(*thing))
}

#[test]
fn a_tag_leads_to_its_language() {
    for (tag, expected) in [
        ("pt-BR", Some("pt")),
        ("PT_br", Some("pt")),
        ("en", Some("en")),
        ("nb-NO", Some("no")),
        ("nn", Some("no")),
        ("no", Some("no")),
        ("yue-HK", Some("yue")),
        ("zh-Hant-TW", Some("zh")),
        ("eo", None),
        ("e", None),
        ("", None),
    ] {
        assert_eq!(of(tag).map(|language| language.tag), expected, "{tag}");
    }
    assert_eq!(of_detector("cmn").map(|language| language.tag), Some("zh"));
    assert!(of_detector("epo").is_none());
}

#[test]
fn tags_names_and_codes_are_unique() {
    assert_eq!(repeated(ALL.iter().flat_map(|language| language.tags())), None);
    assert_eq!(repeated(ALL.iter().map(|language| language.name)), None);
    assert_eq!(repeated(ALL.iter().filter_map(|language| language.detector)), None);
    assert_eq!(repeated(ALL.iter().filter_map(|language| language.sample)), None);
    for language in ALL {
        for tag in language.tags() {
            assert!((2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase()), "{tag}");
        }
        assert!(language.detector.is_none_or(|code| code.len() == 3), "{}", language.name);
    }
}

#[test]
fn words_stand_once_and_in_lower_case() {
    for language in ALL {
        for words in [language.function_words, language.coordinators] {
            assert_eq!(repeated(words.split(' ')), None, "{}", language.name);
            assert_eq!(words.to_lowercase(), words, "{}", language.name);
            assert!(words.is_empty() || words.split(' ').all(|word| !word.is_empty()), "{}", language.name);
        }
        let phrases = language.cancel.iter().chain(language.skip).chain(language.courtesy);
        assert_eq!(repeated(phrases.clone()), None, "{}", language.name);
        assert!(phrases.clone().all(|phrase| !phrase.is_empty() && phrase.trim() == *phrase), "{}", language.name);
    }
}

#[test]
fn frequent_words_are_sorted_and_found() {
    for language in ALL {
        let words: Vec<&str> = language.frequent.split_whitespace().collect();
        assert!(words.is_sorted_by(|one, next| one < next), "{}", language.name);
        for word in &words {
            assert!(word.chars().count() >= 4 && word.chars().all(char::is_alphabetic), "{}: {word}", language.name);
            assert!(language.is_frequent(word), "{}: {word}", language.name);
        }
        for word in ["", "a", "zzzz", "wehn", " ", "яяяя"] {
            assert!(!language.is_frequent(word), "{}: {word}", language.name);
        }
    }
    let of = |tag| of(tag).unwrap();
    assert!(of("pt").is_frequent("quanto") && of("en").is_frequent("then") && of("ru").is_frequent("чтобы"));
    assert!(!of("en").is_frequent("quanto"));
}

#[test]
fn everyday_messages_are_many_and_stand_once() {
    for language in ALL.iter().filter(|language| language.has(Part::EverydayMessages)) {
        let messages: Vec<&str> = language.everyday.lines().collect();
        assert!(messages.len() >= 100, "{}: {}", language.name, messages.len());
        assert_eq!(repeated(messages.iter().copied()), None, "{}", language.name);
        assert!(messages.iter().all(|message| !message.is_empty() && message.trim() == *message), "{}", language.name);
    }
}

#[test]
fn voices_are_of_the_language() {
    for language in ALL {
        assert_eq!(repeated(language.polly.iter().map(|(tag, _)| *tag)), None, "{}", language.name);
        assert_eq!(repeated(language.espeak.iter().map(|voices| voices.tag)), None, "{}", language.name);
        let tags = language.polly.iter().map(|(tag, _)| *tag).chain(language.espeak.iter().map(|voices| voices.tag));
        for tag in tags {
            assert!(tag.contains('-') && language.tags().any(|known| known == primary(tag)), "{tag}");
        }
    }
}

#[test]
fn sentences_are_whole() {
    for (language, sentences) in ALL.iter().filter_map(|language| Some((language, language.sentences?))) {
        let Sentences { miss, error, welcome, cancelled, gave_up, not_valid, perhaps_done } = sentences;
        for sentence in [miss, error, welcome, cancelled, gave_up, not_valid, perhaps_done] {
            assert!(sentence.ends_with(['.', '!', '?']), "{}: {sentence}", language.name);
        }
    }
}

/// Which parts a language lacks is said by its row alone, so that none is incomplete by accident.
#[test]
fn a_complete_language_has_every_part_and_a_partial_one_lacks_some() {
    let mut complaints = Vec::new();
    for language in ALL.iter().filter(|language| language.complete) {
        for part in language.missing() {
            let file = format!("crates/languages/src/{}/{}", language.tag, part.file());
            complaints.push(format!("{} lacks {}: write it in {file}", language.name, part.name()));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for language in ALL {
        assert_eq!(language.complete, language.missing().is_empty(), "{}", language.name);
        for part in language.not_offered {
            assert!(!language.has(*part), "{} has {}", language.name, part.name());
        }
    }
}

#[test]
fn the_seven_languages_of_the_sample_bots_are_complete() {
    let complete: Vec<&str> = ALL.iter().filter(|language| language.complete).map(|language| language.tag).collect();
    for tag in ["en", "pt", "es", "fr", "de", "it", "ru"] {
        assert!(complete.contains(&tag), "{tag} is not complete");
    }
}

#[test]
fn a_missing_part_is_named() {
    let danish = of("da").unwrap();
    let words = [Part::CancelWords, Part::SkipWords, Part::CourtesyWords];
    let expected = [
        &[Part::FunctionWords, Part::FrequentWords, Part::EverydayMessages, Part::Sentences],
        &words[..],
        &[Part::EspeakVoices, Part::SampleBot],
    ]
    .concat();
    assert_eq!(danish.missing(), expected);
    assert_eq!(Part::CancelWords.file(), "words.rs");
    // Snowball has no stemmer for Polish, so that nobody can write it.
    assert!(!of("pl").unwrap().missing().contains(&Part::Stemmer));
}

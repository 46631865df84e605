//! The languages agree with each other, and none contradicts itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{ALL, Alternatives, Phrases, of};
use crate::text::fold;

/// Every sentence, in one order.
fn sentences(phrases: &Phrases) -> Vec<&'static str> {
    let (weather, feedback, pizza) = (&phrases.weather, &phrases.feedback, &phrases.pizza);
    vec![
        weather.today,
        weather.ask_city,
        weather.unknown_city,
        feedback.ask_first,
        feedback.ask_first_again,
        feedback.ask_last,
        feedback.ask_last_again,
        feedback.ask_feedback,
        feedback.ask_feedback_again,
        feedback.too_long,
        feedback.gave_up,
        feedback.saved,
        feedback.not_saved,
        feedback.cancelled,
        pizza.welcome,
        pizza.last_order,
        pizza.last_order_gone,
        pizza.ask_pizza,
        pizza.not_a_pizza,
        pizza.ask_size,
        pizza.not_a_size,
        pizza.ask_count,
        pizza.not_a_count,
        pizza.ask_crust,
        pizza.not_a_crust,
        pizza.confirm,
        pizza.not_yes_or_no,
        pizza.placed,
        pizza.declined,
        pizza.cancelled,
        pizza.not_saved,
        pizza.no_menu,
    ]
}

fn places(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[test]
fn a_sentence_has_the_same_places_in_every_language() {
    let english = sentences(ALL[0]);
    for phrases in ALL {
        for (sentence, english) in sentences(phrases).into_iter().zip(&english) {
            assert_eq!(places(sentence), places(english), "{sentence}");
        }
        assert!(phrases.money.contains("{amount}"), "{}", phrases.tag);
    }
}

#[test]
fn no_sentence_holds_html() {
    for sentence in ALL.iter().flat_map(|phrases| sentences(phrases)) {
        assert!(!sentence.contains(['<', '>', '&']), "{sentence}");
    }
}

#[test]
fn sentences_are_translated() {
    for (at, phrases) in ALL.iter().enumerate() {
        for other in &ALL[at + 1..] {
            let alike = sentences(phrases).into_iter().zip(sentences(other)).find(|(one, two)| one == two);
            assert_eq!(alike, None, "{} and {}", phrases.tag, other.tag);
        }
    }
}

fn each_means_one_thing(tag: &str, choices: &[Alternatives]) {
    let mut meant = BTreeMap::new();
    for (at, phrases) in choices.iter().enumerate() {
        for phrase in phrases.iter() {
            assert!(!fold(phrase).is_empty(), "{tag}: {phrase:?} is nothing");
            let before = meant.insert(fold(phrase), at);
            assert!(before.is_none_or(|before| before == at), "{tag}: {phrase:?} means two things");
        }
    }
}

#[test]
fn no_word_means_two_choices_of_a_question() {
    for Phrases { tag, words, .. } in ALL {
        each_means_one_thing(tag, &[words.yes, words.no, words.cancel]);
        each_means_one_thing(tag, &words.sizes);
        each_means_one_thing(tag, &words.crusts);
        each_means_one_thing(tag, &words.pizzas);
        each_means_one_thing(tag, &words.ordinals);
        let numbers: Vec<_> = words.numbers.into_iter().chain([words.not_whole, words.negations]).collect();
        each_means_one_thing(tag, &numbers);
    }
}

#[test]
fn a_tag_finds_its_language_by_the_primary_part() {
    let cases = [
        ("pt-BR", "pt-BR"),
        ("pt_PT", "pt-BR"),
        ("PT", "pt-BR"),
        ("es", "es-US"),
        ("es-AR", "es-US"),
        (" de-AT ", "de-DE"),
        ("ru", "ru-RU"),
        ("nl-NL", "en-US"),
        ("", "en-US"),
        ("-", "en-US"),
    ];
    for (tag, expected) in cases {
        assert_eq!(of(tag).phrases.tag, expected, "{tag}");
    }
}

#[test]
fn only_the_united_states_measure_in_fahrenheit() {
    for (tag, fahrenheit) in [
        ("en-US", true),
        ("en_us", true),
        ("es-US", true),
        ("en-GB", false),
        ("en", false),
        ("es", false),
        ("de-DE", false),
    ] {
        assert_eq!(of(tag).fahrenheit, fahrenheit, "{tag}");
    }
}

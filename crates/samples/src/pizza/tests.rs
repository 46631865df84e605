//! Prompts and accepted words agree, in every language.

use serde_json::{Map, Value, json};

use super::{
    CRUST, SIZE, TYPE, Turn,
    menu::Menu,
    order::{CRUSTS, Order, SIZES, crust, pizza, size},
    said::Waiter,
    turn,
};
use crate::{
    answers::{cancels, yes_or_no},
    event::Event,
    languages::{ALL, Phrases, of},
    reply::Said,
};

/// Value and label of each button.
fn buttons(said: &Said) -> Vec<(String, String)> {
    let button = |part: &str| {
        let (value, rest) = part.split_once("\">").unwrap();
        (value.to_owned(), rest.split_once("</button>").unwrap().0.to_owned())
    };
    said.text.split("<button value=\"").skip(1).map(button).collect()
}

/// The choices that a sentence names after its colon or before its end: "small, medium or large".
fn options(phrases: &Phrases, template: &str, said: &str) -> Vec<String> {
    let (before, after) = template.split_once("{options}").unwrap();
    let named = said.strip_prefix(before).unwrap().split(after).next().unwrap();
    named.replace(&format!(" {} ", phrases.or), ", ").split(", ").map(str::to_owned).collect()
}

/// Each choice is understood from its button's value, its button's label, and the word in the sentence.
fn all_understood(
    phrases: &Phrases,
    said: &Said,
    template: Option<&str>,
    keys: &[&str],
    understood: &dyn Fn(&str) -> Option<String>,
) {
    let buttons = buttons(said);
    assert_eq!(buttons.len(), keys.len(), "{}", said.text);
    for ((value, label), key) in buttons.iter().zip(keys) {
        assert_eq!(understood(value).as_deref(), Some(*key), "{} {value}", phrases.tag);
        assert_eq!(understood(label).as_deref(), Some(*key), "{} {label}", phrases.tag);
    }
    if let Some(template) = template {
        let named: Vec<_> = options(phrases, template, &said.speech).iter().map(|word| understood(word)).collect();
        let keys: Vec<_> = keys.iter().map(|key| Some((*key).to_owned())).collect();
        assert_eq!(named, keys, "{}", said.speech);
    }
}

#[test]
fn every_choice_that_a_prompt_offers_is_accepted() {
    let menu = Menu::built_in();
    let item = Some(&menu.items[0]);
    for phrases in ALL {
        let waiter = Waiter { phrases };
        let said = &phrases.pizza;
        let pizzas: Vec<&str> = menu.items.iter().map(|item| item.key.as_str()).collect();
        let a_pizza = |answer: &str| pizza(answer, &menu, phrases).map(|item| item.key.clone());
        all_understood(phrases, &waiter.menu(&menu), None, &pizzas, &a_pizza);
        all_understood(phrases, &waiter.question(TYPE, &menu, None, true), Some(said.not_a_pizza), &pizzas, &a_pizza);
        let a_size = |answer: &str| size(answer, phrases).map(|at| SIZES[at].to_owned());
        all_understood(phrases, &waiter.question(SIZE, &menu, item, false), Some(said.ask_size), &SIZES, &a_size);
        all_understood(phrases, &waiter.question(SIZE, &menu, item, true), Some(said.not_a_size), &SIZES, &a_size);
        let a_crust = |answer: &str| crust(answer, phrases).map(|at| CRUSTS[at].to_owned());
        all_understood(phrases, &waiter.question(CRUST, &menu, item, false), Some(said.ask_crust), &CRUSTS, &a_crust);
        all_understood(phrases, &waiter.question(CRUST, &menu, item, true), Some(said.not_a_crust), &CRUSTS, &a_crust);
        let agreed =
            |answer: &str| yes_or_no(answer, &phrases.words).map(|yes| if yes { "yes" } else { "no" }.to_owned());
        let order = Order { item: &menu.items[0], size: 0, count: 1, crust: 0 };
        for said in [waiter.confirm(&order), waiter.last_order(&order), waiter.not_yes_or_no()] {
            all_understood(phrases, &said, None, &["yes", "no"], &agreed);
        }
    }
}

#[test]
fn every_listed_word_is_accepted_alone_and_in_another_case() {
    for phrases in ALL {
        let words = &phrases.words;
        for (at, sizes) in words.sizes.iter().enumerate() {
            for word in sizes.iter() {
                assert_eq!(size(&word.to_uppercase(), phrases), Some(at), "{} {word}", phrases.tag);
            }
        }
        for (at, crusts) in words.crusts.iter().enumerate() {
            for word in crusts.iter() {
                assert_eq!(crust(&format!(" {word}! "), phrases), Some(at), "{} {word}", phrases.tag);
            }
        }
        for (yes, alternatives) in [(true, words.yes), (false, words.no)] {
            for word in alternatives.iter() {
                assert_eq!(yes_or_no(word, words), Some(yes), "{} {word}", phrases.tag);
            }
        }
        for word in words.cancel.iter() {
            assert!(cancels(word, words), "{} {word}", phrases.tag);
        }
    }
}

#[test]
fn words_of_the_first_release_are_accepted() {
    let accepted = [
        ("en-US", ["small", "medium", "large", "extra-large"], ["thin", "thick"], ["yes", "no"], "cancel"),
        ("pt-BR", ["pequeno", "médio", "grande", "extra-grande"], ["fina", "grossa"], ["sim", "não"], "cancelar"),
        ("es-US", ["pequeño", "mediano", "grande", "extra-grande"], ["fina", "gruesa"], ["si", "no"], "cancelar"),
        ("fr-FR", ["petit", "moyen", "grand", "très-grand"], ["mince", "épais"], ["oui", "non"], "annuler"),
        ("it-IT", ["piccola", "media", "grande", "extra-grande"], ["sottile", "spesso"], ["sì", "no"], "annulla"),
        ("de-DE", ["klein", "mittel", "groß", "extra-groß"], ["dünn", "dick"], ["ja", "nein"], "stornieren"),
        ("ru-RU", ["маленький", "средний", "большой", "очень-большой"], ["тонкий", "толстый"], ["да", "нет"], "отмена"),
    ];
    for (tag, sizes, crusts, agreed, cancel) in accepted {
        let phrases = of(tag).phrases;
        assert_eq!(sizes.map(|word| size(word, phrases)), [Some(0), Some(1), Some(2), Some(3)], "{tag}");
        assert_eq!(crusts.map(|word| crust(word, phrases)), [Some(0), Some(1)], "{tag}");
        assert_eq!(agreed.map(|word| yes_or_no(word, &phrases.words)), [Some(true), Some(false)], "{tag}");
        assert!(cancels(cancel, &phrases.words), "{tag}");
    }
}

#[test]
fn an_answer_may_be_a_sentence_a_letter_or_a_place_in_the_list() {
    let english = of("en").phrases;
    let sizes = [
        ("I would like a large one, please", Some(2)),
        ("extra large please", Some(3)),
        ("L", Some(2)),
        ("xl", Some(3)),
        ("3", Some(2)),
        ("option 4", Some(3)),
        ("the second", Some(1)),
        ("Medium · $13.00", Some(1)),
        ("I'm hungry", None),
        ("it's fine", None),
        ("small or medium", None),
        ("not large", None),
        ("5", None),
        ("0", None),
        ("", None),
    ];
    for (answer, expected) in sizes {
        assert_eq!(size(answer, english), expected, "{answer}");
    }
    let agreed = [
        ("yes, go ahead", Some(true)),
        ("no thank you", Some(false)),
        ("please do not do it", None),
        ("yes and no", None),
        ("1", Some(true)),
        ("2", Some(false)),
        ("maybe", None),
    ];
    for (answer, expected) in agreed {
        assert_eq!(yes_or_no(answer, &english.words), expected, "{answer}");
    }
}

#[test]
fn only_who_wants_to_cancel_cancels() {
    let said = [
        ("en", "could you cancel my order please", true),
        ("en", "please don't cancel it", false),
        ("pt", "quero cancelar tudo", true),
        ("pt", "não cancele", false),
        ("es", "cancela el pedido por favor", true),
        ("es", "no lo canceles", false),
        ("fr", "je veux annuler", true),
        ("fr", "n'annulez pas", false),
        ("it", "voglio annullare l'ordine", true),
        ("it", "non annullare", false),
        ("de", "ich möchte abbrechen", true),
        ("de", "nicht abbrechen", false),
        ("ru", "я хочу отменить заказ", true),
        ("ru", "не отменяйте", false),
        ("en", "1", false),
    ];
    for (tag, answer, expected) in said {
        assert_eq!(cancels(answer, &of(tag).phrases.words), expected, "{tag} {answer}");
    }
}

fn event(fields: Value) -> Event {
    let Value::Object(fields) = fields else { return Event::new(Map::new()) };
    Event::new(fields)
}

fn id(turn: &Turn<'_>) -> String {
    match turn {
        Turn::Say(reply) => reply["asyncConversation"]["id"].as_str().unwrap().to_owned(),
        Turn::Place(order) => order.state().to_string(),
    }
}

#[test]
fn an_earlier_answer_that_means_nothing_now_is_asked_for_again() {
    let menu = Menu::built_in();
    let all = json!({
        "orderStep": "STEP_6", "pizzaType": {"response": "Greek"}, "pizzaSize": {"response": "large"}, "pizzaCount": {"response": "2"},
        "pizzaCrust": {"response": "thin"}, "confirmation": {"response": "yes"},
    });
    assert_eq!(
        id(&turn(&event(all.clone()), &menu, None)),
        r#"{"pizza":"greek","size":"large","count":2,"crust":"thin"}"#
    );
    for (name, wrong) in [("pizzaType", "tuna"), ("pizzaSize", "vast"), ("pizzaCount", "0.5"), ("pizzaCrust", "burnt")]
    {
        let mut fields = all.clone();
        fields[name] = json!({"response": wrong});
        assert_eq!(id(&turn(&event(fields), &menu, None)), name);
    }
}

#[test]
fn an_answer_ahead_of_its_question_does_not_count() {
    let menu = Menu::built_in();
    let fields = json!({"orderStep": "STEP_2", "pizzaType": {"response": "Greek"}, "pizzaSize": {"response": "large"}});
    assert_eq!(id(&turn(&event(fields), &menu, None)), SIZE);
}

#[test]
fn a_number_may_come_as_json() {
    let menu = Menu::built_in();
    for (count, expected) in [
        (json!(2), CRUST),
        (json!(0.5), "pizzaCount"),
        (json!(-1), "pizzaCount"),
        (json!(true), "pizzaCount"),
        (json!(2.0), "pizzaCount"),
    ] {
        let fields = json!({
            "orderStep": "STEP_4", "pizzaType": {"response": "Greek"}, "pizzaSize": {"response": "large"}, "pizzaCount": {"response": count},
        });
        assert_eq!(id(&turn(&event(fields), &menu, None)), expected);
    }
}

#[test]
fn an_unknown_step_begins_anew() {
    let menu = Menu::built_in();
    for step in [json!("FINAL_STEP"), json!("STEP_99"), json!(3), json!(null)] {
        assert_eq!(
            id(&turn(&event(json!({"orderStep": step, "pizzaType": {"response": "Greek"}})), &menu, None)),
            TYPE
        );
    }
    assert_eq!(
        id(&turn(&event(json!({"orderStep": "STEP_1", "orderLastPizza": {"response": "yes"}})), &menu, None)),
        TYPE
    );
}

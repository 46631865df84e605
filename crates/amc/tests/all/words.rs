//! What words must never do.

use sbf_amc::{Model, Options, Sample, explain::Reading, train};

fn bot(language: &str, samples: &[(&str, &str)]) -> Model {
    let samples: Vec<_> = samples.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    let options = Options { language: Some(language.to_owned()), ..Options::default() }.check().unwrap();
    train(&samples, &options, &mut |_| ()).unwrap().model
}

/// Opening hours and prices, as a small shop has them.
fn shop() -> Model {
    bot(
        "pt-BR",
        &[
            ("hours", "quando vocês abrem"),
            ("hours", "quando a loja abre"),
            ("hours", "qual o horário de funcionamento"),
            ("hours", "até que horas fica aberto"),
            ("address", "onde fica a loja"),
            ("address", "qual o endereço de vocês"),
            ("address", "como chego até aí"),
            ("thanks", "obrigado"),
            ("thanks", "👍"),
            ("thanks", "valeu pela ajuda"),
        ],
    )
}

fn answered(model: &Model, text: &str) -> Option<String> {
    let answer = model.classify(text);
    (answer.confidence.get() >= 0.7).then(|| answer.ranked[0].intent.to_owned())
}

/// Whether a word of the text is taken for another.
fn misspelled(model: &Model, text: &str) -> bool {
    let explained = model.account(text, model.intents().next().unwrap(), 0.7).unwrap();
    explained.words.iter().any(|word| word.read == Reading::Misspelled)
}

#[test]
fn a_frequent_word_is_never_taken_for_another() {
    let shop = shop();
    assert!(!misspelled(&shop, "quanto custa"));
    let english =
        bot("en", &[("hours", "when do you open"), ("hours", "when are you there"), ("place", "where is it")]);
    for text in ["then", "what then", "were"] {
        assert!(!misspelled(&english, text), "{text}");
    }
    // And a word that is none is still repaired.
    assert!(misspelled(&shop, "qual o horrario"));
}

#[test]
fn a_message_without_a_word_says_nothing_unless_it_is_an_utterance() {
    let shop = shop();
    for text in ["?", "??", "!!!", "...", "", " \u{200B}", "@#$%"] {
        assert_eq!(shop.classify(text).confidence.get(), 0.0, "{text:?}");
    }
    let asking = bot("en", &[("help", "?"), ("help", "help me"), ("bye", "goodbye")]);
    assert_eq!(answered(&asking, "?"), Some("help".to_owned()));
}

#[test]
fn emoji_are_words_and_may_be_all_that_is_said() {
    let shop = shop();
    for text in ["👍", "👍🏿", "👍👍"] {
        assert_eq!(answered(&shop, text), Some("thanks".to_owned()), "{text}");
    }
    assert_eq!(answered(&shop, "🍕"), None);
    let moods = bot("en", &[("happy", ":-)"), ("happy", "i am happy"), ("sad", ":-("), ("sad", "i am sad")]);
    assert_eq!((answered(&moods, "🙂"), answered(&moods, ":(")), (Some("happy".to_owned()), Some("sad".to_owned())));
}

#[test]
fn a_lone_function_word_decides_nothing_unless_it_is_an_utterance() {
    let shop = shop();
    for text in ["qual", "Qual?", "até", "o", "quando"] {
        assert_eq!(answered(&shop, text), None, "{text}");
    }
    let short = bot("en", &[("why", "why"), ("why", "tell me the reason"), ("bye", "goodbye"), ("bye", "see you")]);
    assert_eq!((answered(&short, "why"), answered(&short, "Why?!")), (Some("why".to_owned()), Some("why".to_owned())));
}

#[test]
fn an_underscore_separates_words() {
    assert_eq!(answered(&shop(), "qual_o_horário_de_funcionamento"), Some("hours".to_owned()));
}

#[test]
fn an_unknown_number_is_not_the_nearest_one() {
    let phones = bot(
        "pt-BR",
        &[
            ("12", "iphone 12"),
            ("12", "preço do iphone 12"),
            ("12", "quero um iphone 12"),
            ("13", "iphone 13"),
            ("13", "preço do iphone 13"),
            ("13", "quero um iphone 13"),
            ("hours", "qual o horário"),
            ("hours", "que horas abre"),
        ],
    );
    for text in ["iphone 14", "iphone 14?", "quero um iphone 15 novo", "preço do iphone 14"] {
        let answer = phones.classify(text);
        assert_eq!((answer.unclear, answer.confidence.get()), (vec!["12", "13"], 0.0), "{text}");
    }
    assert_eq!(answered(&phones, "quero um iphone 13"), Some("13".to_owned()));
    assert_eq!(phones.classify("quero o iphone 13").unclear, [""; 0]);
    // Where one intent has all the numbers, they tell nothing apart.
    let table =
        bot("en", &[("book", "a table for 2"), ("book", "a table for 4"), ("bye", "goodbye"), ("bye", "see you")]);
    assert_eq!(
        (table.classify("a table for 7").unclear, answered(&table, "a table for 7")),
        (vec![], Some("book".to_owned()))
    );
}

#[test]
fn a_number_that_one_intent_alone_has_makes_nothing_unclear() {
    let options = Options { none: vec!["iphone 9".into(), "an old phone".into()], ..Options::default() };
    let samples = [("12", "iphone 12"), ("12", "buy the iphone 12"), ("bye", "goodbye"), ("bye", "see you")];
    let samples = samples.map(|(intent, utterance)| Sample { utterance, intent });
    let model = train(&samples, &options.check().unwrap(), &mut |_| ()).unwrap().model;
    assert_eq!(model.classify("iphone 14").unclear, [""; 0]);
}

//! No allocation per token: an utterance of a hundred words allocates as often as one of ten. Counted in a program of its own, whose allocator
//! counts what each thread allocates.

use allocation_counter::measure;
use sbf_amc::{Model, Options, Sample, train};

const BOT: &[(&str, &str)] = &[
    ("weather", "what is the weather forecast"),
    ("weather", "will it be raining tomorrow"),
    ("weather", "какая сегодня погода"),
    ("table", "I want to reserve a table"),
    ("table", "are reservations possible for tonight"),
    ("table", "забронировать столик на вечер"),
];

fn bot(language: &str) -> Model {
    let samples: Vec<Sample<'_>> = BOT.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    let options = Options {
        language: Some(language.to_owned()),
        stop_words: vec!["please".into(), "the".into()],
        synonyms: [("weather forecast".to_owned(), vec!["meteorology".to_owned(), "sky report".to_owned()])].into(),
        ..Options::default()
    };
    train(&samples, &options.check().unwrap(), &mut |_| {}).unwrap().model
}

/// Allocations of a classification by a thread that has read such an utterance before.
fn allocations(model: &Model, utterance: &str) -> u64 {
    model.classify(utterance);
    measure(|| drop(model.classify(utterance))).count_total
}

/// So many words, of those given in turn; with `{}` each is another one.
fn words(of: &[&str], count: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    let word = |i: usize| {
        let own: String = [letter(i), letter(i / 26), letter(i * 7)].iter().collect();
        of[i % of.len()].replace("{}", &own)
    };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_hundred_words_allocate_as_often_as_ten() {
    let (english, russian) = (bot("en-US"), bot("ru"));
    let kinds: &[(&str, &[&str])] = &[
        ("known", &["weather", "table", "reserve", "tomorrow", "погода"]),
        ("unknown, with suffixes that stemmers replace", &["{}izations", "{}fulness", "{}ationally", "{}ieds"]),
        ("unknown, without a suffix", &["{}bok", "{}x"]),
        ("misspelled", &["wether", "tabel", "forceast", "пагода", "столек"]),
        ("of another script, with suffixes", &["{}ованиями", "погодные", "вечерами"]),
        ("with accents", &["{}é", "übermorgen", "Prévisions", "météo"]),
        ("without spaces", &["明日", "天気は", "สวัสดี"]),
        ("left out", &["please", "the", "weather", "{}s"]),
        ("replaced", &["meteorology", "sky report", "weather"]),
        ("signs", &["?", "€", "weather", "#{}"]),
    ];
    for (model, language) in [(&english, "en"), (&russian, "ru")] {
        for (kind, of) in kinds {
            let [ten, hundred] = [10, 100].map(|count| allocations(model, &words(of, count)));
            assert_eq!(ten, hundred, "{language}, words {kind}");
            assert!(ten <= 3, "{language}, words {kind}: {ten} allocations");
        }
    }
}

/// What is left: the stemmer itself allocates, once for each suffix that it replaces, and the word is kept so that this happens once.
#[test]
fn a_word_that_a_thread_stems_for_the_first_time_costs_a_handful() {
    let model = bot("en");
    let new = words(&["{}izations", "{}fulness", "{}ationally", "{}ieds"], 100);
    model.classify(&words(&["weather"], 100));
    let first = measure(|| drop(model.classify(&new))).count_total;
    let again = measure(|| drop(model.classify(&new))).count_total;
    assert!(first > again + 100, "nothing was stemmed: {first} allocations");
    assert!(first <= again + 100 * 5, "{first} allocations for a hundred new words");
}

//! What every model promises, on bots of our own, on generated ones, and on the reference brains where they are at hand.

use std::fs;

use proptest::prelude::*;
use sbf_amc::{DecodeError, Model, Options, Sample, TrainError, evaluate::evaluate, train};

use crate::shared_data;

const CAFE: &[(&str, &str)] = &[
    ("hours", "when do you open"),
    ("hours", "what are your opening hours"),
    ("hours", "are you open on sundays"),
    ("hours", "until what time can I come"),
    ("menu", "show me the menu"),
    ("menu", "what can I eat at your place"),
    ("menu", "do you serve vegan dishes"),
    ("menu", "which cakes do you have today"),
    ("table", "I want to book a table for four"),
    ("table", "reserve a table for tonight"),
    ("table", "can we have a table by the window"),
    ("table", "is a table free at eight"),
];

fn samples(pairs: &'static [(&'static str, &'static str)]) -> Vec<Sample<'static>> {
    pairs.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect()
}

fn english() -> Options {
    Options { language: Some("en".into()), ..Options::default() }
}

fn model_of(samples: &[Sample<'_>], options: Options) -> Model {
    train(samples, &options.check().unwrap(), &mut |_| {}).unwrap().model
}

fn cafe() -> Model {
    model_of(&samples(CAFE), english())
}

#[test]
fn own_utterances_are_certain_however_they_are_typed() {
    let model = cafe();
    for (intent, utterance) in CAFE {
        for typed in [(*utterance).to_owned(), utterance.to_uppercase(), format!("  {utterance} ?!")] {
            let found = model.classify(&typed);
            assert_eq!(found.ranked[0].intent, *intent, "{typed}");
            assert!(found.exact && found.confidence.get() == 1.0, "{typed}");
        }
    }
}

#[test]
fn rewordings_and_typos_are_understood_and_strangers_refused() {
    let model = cafe();
    for (intent, utterance) in
        [("table", "book a tabel please"), ("menu", "can you show me your menu"), ("hours", "are you open tomorrow")]
    {
        let found = model.classify(utterance);
        assert_eq!(found.ranked[0].intent, intent, "{utterance}");
        assert!(found.confidence.get() >= 0.7 && !found.exact, "{utterance}: {:?}", found.confidence);
    }
    for utterance in ["who won the football match", "asdf qwer", "transfer money to my savings account", ""] {
        assert!(model.classify(utterance).confidence.get() < 0.7, "{utterance}");
    }
}

#[test]
fn a_none_list_is_refused() {
    let refused =
        vec!["do you sell cars".to_owned(), "sell me a car".to_owned(), "which cars do you have today".to_owned()];
    let with = model_of(&samples(CAFE), Options { none: refused.clone(), ..english() });
    for utterance in &refused {
        assert_eq!(with.classify(utterance).confidence.get(), 0.0, "{utterance}");
    }
    assert!(
        with.classify("which cars do you sell").confidence.get()
            < cafe().classify("which cars do you sell").confidence.get()
    );
    assert!(with.classify("which cars do you sell").confidence.get() < 0.7);
    assert_eq!(with.intents().collect::<Vec<_>>(), ["hours", "menu", "table"]);
}

#[test]
fn synonyms_and_stop_words_count_as_whole_words() {
    let synonyms = [("menu".to_owned(), vec!["bill of fare".to_owned(), "card".to_owned()])].into();
    let options = Options { synonyms, stop_words: vec!["please".into(), "show".into()], ..english() };
    let model = model_of(&samples(CAFE), options);
    let (plain, replaced) = (model.classify("show me the menu"), model.classify("show me the bill of fare"));
    assert_eq!((plain.ranked[0].intent, replaced.ranked[0].intent), ("menu", "menu"));
    assert_eq!(plain.ranked[0].margin, replaced.ranked[0].margin);
    assert_eq!(
        model.classify("me the card").ranked[0].margin,
        model.classify("please show me the card").ranked[0].margin
    );
    assert_ne!(model.classify("me the cardigan").ranked[0].margin, replaced.ranked[0].margin);
    // A message of nothing but stop words still says something.
    assert!(!model.classify("please show").ranked.is_empty());
}

#[test]
fn accents_are_optional() {
    let brain = [
        ("clima", "qual é a previsão do tempo"),
        ("clima", "como está o tempo"),
        ("nome", "qual é o seu nome"),
        ("nome", "quem é você"),
    ];
    let samples: Vec<Sample<'_>> = brain.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    let model = model_of(&samples, Options { language: Some("pt-BR".into()), ..Options::default() });
    let (with, without) = (model.classify("a previsão em São Paulo"), model.classify("a previsao em Sao Paulo"));
    assert_eq!(with, without);
    assert_eq!(with.ranked[0].intent, "clima");
}

#[test]
fn scripts_without_spaces_are_understood() {
    let brain = [
        ("天気", "今日の天気は"),
        ("天気", "明日は雨が降りますか"),
        ("名前", "お名前は何ですか"),
        ("名前", "あなたは誰ですか"),
    ];
    let samples: Vec<Sample<'_>> = brain.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    let model = model_of(&samples, Options { language: Some("ja".into()), ..Options::default() });
    assert_eq!(model.classify("明日の天気を教えて").ranked[0].intent, "天気");
    assert_eq!(model.classify("お名前を教えて").ranked[0].intent, "名前");
}

/// An intent and what is said for it.
type Said = (&'static str, &'static str);

/// Languages without a stemmer, each in its own script and its own way of writing words.
#[test]
fn hebrew_arabic_hindi_chinese_and_thai_are_learnt_and_answered() {
    let bots: [(&str, [Said; 6], [Said; 3]); 5] = [
        (
            "he",
            [
                ("hours", "מתי אתם פותחים"),
                ("hours", "מה שעות הפתיחה שלכם"),
                ("hours", "האם אתם פתוחים ביום שישי"),
                ("order", "אני רוצה להזמין פיצה"),
                ("order", "אפשר להזמין שתי פיצות"),
                ("order", "תביאו לי פיצה גדולה"),
            ],
            [("hours", "מתי פותחים ביום ראשון"), ("order", "רוצה להזמין פיצה קטנה"), ("order", "פִּיצָה גְּדוֹלָה בבקשה")],
        ),
        (
            "ar",
            [
                ("hours", "متى تفتحون"),
                ("hours", "ما هي ساعات العمل عندكم"),
                ("hours", "هل المحل مفتوح يوم الجمعة"),
                ("order", "أريد أن أطلب بيتزا"),
                ("order", "هل يمكنني طلب بيتزا كبيرة"),
                ("order", "أحضر لي بيتزا من فضلك"),
            ],
            [("hours", "ما ساعات العمل يوم الأحد"), ("order", "اريد بيتزا صغيرة"), ("order", "أُرِيدُ أَنْ أَطْلُبَ")],
        ),
        (
            "hi",
            [
                ("hours", "दुकान कब खुलती है"),
                ("hours", "आपका समय क्या है"),
                ("hours", "क्या दुकान रविवार को खुली है"),
                ("order", "मुझे पिज़्ज़ा मँगवाना है"),
                ("order", "एक बड़ा पिज़्ज़ा भेज दीजिए"),
                ("order", "क्या मैं दो पिज़्ज़ा ले सकता हूँ"),
            ],
            [("hours", "कल दुकान कब खुलेगी"), ("order", "छोटा पिज़्ज़ा चाहिए"), ("hours", "रविवार का समय बताइए")],
        ),
        (
            "zh",
            [
                ("hours", "你们几点开门"),
                ("hours", "营业时间是什么时候"),
                ("hours", "星期天开门吗"),
                ("order", "我想点一个披萨"),
                ("order", "请给我来两份披萨"),
                ("order", "可以订大号披萨吗"),
            ],
            [("hours", "明天几点开门"), ("order", "来一份小披萨"), ("hours", "周末的营业时间")],
        ),
        (
            "th",
            [
                ("hours", "ร้านเปิดกี่โมง"),
                ("hours", "เวลาทำการคือเมื่อไหร่"),
                ("hours", "วันอาทิตย์ร้านเปิดไหม"),
                ("order", "ฉันอยากสั่งพิซซ่า"),
                ("order", "ขอพิซซ่าสองถาด"),
                ("order", "สั่งพิซซ่าถาดใหญ่ได้ไหม"),
            ],
            [("hours", "พรุ่งนี้ร้านเปิดกี่โมง"), ("order", "ขอสั่งพิซซ่าถาดเล็ก"), ("hours", "เวลาทำการวันเสาร์")],
        ),
    ];
    for (language, taught, asked) in bots {
        let samples: Vec<Sample<'_>> = taught.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
        let model = model_of(&samples, Options { language: Some(language.into()), ..Options::default() });
        for (intent, utterance) in taught {
            let found = model.classify(utterance);
            assert!(found.exact && found.ranked[0].intent == intent, "{language}: {utterance}");
        }
        for (intent, utterance) in asked {
            let found = model.classify(utterance);
            assert_eq!(found.ranked[0].intent, intent, "{language}: {utterance}");
            assert!(found.confidence.get() >= 0.7 && !found.exact, "{language}: {utterance} {:?}", found.confidence);
        }
        let stranger = model.classify("quantum chromodynamics").confidence.get();
        assert!(stranger < 0.7, "{language}: {stranger}");
    }
}

#[test]
fn degenerate_bots_train() {
    let none: [Sample<'_>; 0] = [];
    let options = english().check().unwrap();
    assert_eq!(train(&none, &options, &mut |_| {}).unwrap_err(), TrainError::NoSamples);
    let odd = [("one", ""), ("one", "!!"), ("two", "..."), ("two", "hello"), ("three", "hello"), ("three", "the")];
    let samples: Vec<Sample<'_>> = odd.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
    let trained = train(&samples, &options, &mut |_| {}).unwrap();
    assert_eq!(trained.report.predictions.len(), samples.len());
    assert_eq!(trained.model.classify("!!").ranked[0].intent, "one");
    assert!(!trained.model.classify("hello").exact);
    let single = model_of(&[Sample { utterance: "hello", intent: "only" }], english());
    assert_eq!(single.classify("anything").ranked.len(), 1);
    assert!(single.classify("hello").exact);
}

#[test]
fn options_out_of_range_are_named() {
    let error = Options { threads: 0, ..Options::default() }.check().unwrap_err();
    assert_eq!(error.to_string(), "the option threads must be 1 to 64, but is 0");
    assert_eq!(Options { cost: f32::NAN, ..Options::default() }.check().unwrap_err().option, "cost");
}

#[test]
fn equal_input_gives_equal_bytes_on_any_number_of_threads() {
    let bytes = |threads| model_of(&samples(CAFE), Options { threads, ..english() }).encode();
    let one = bytes(1);
    assert_eq!(one, bytes(1));
    assert_eq!(one, bytes(3));
    let decoded = Model::decode(one.clone()).unwrap();
    assert_eq!(decoded.classify("a table for two"), cafe().classify("a table for two"));
    assert_eq!(decoded.encode(), one);
}

/// Each bit of a model as small as options allow, and one bit in every 61 bytes of an ordinary one.
#[test]
fn every_flipped_bit_is_noticed() {
    let tiny = Options { bucket_bits: Some(8), intent_names: false, ..english() };
    let tiny =
        model_of(&[Sample { utterance: "hi", intent: "a" }, Sample { utterance: "no", intent: "b" }], tiny).encode();
    assert!(tiny.len() < 4096, "{} bytes", tiny.len());
    let mut broken = tiny.clone();
    for bit in 0..8 * tiny.len() {
        broken[bit / 8] ^= 1 << (bit % 8);
        refused(&broken, bit / 8);
        broken[bit / 8] = tiny[bit / 8];
    }
    let mut broken = cafe().encode();
    for at in (0..broken.len()).step_by(61) {
        broken[at] ^= 1 << (at % 8);
        refused(&broken, at);
        broken[at] ^= 1 << (at % 8);
    }
    for length in [0, 7, 12, 19, 20, broken.len() / 2, broken.len() - 1] {
        assert!(Model::decode(&broken[..length]).is_err());
    }
    assert!(Model::decode(broken).is_ok());
}

/// Asserts that a model with a fault in this byte is refused for what it is.
fn refused(broken: &[u8], at: usize) {
    let error = Model::decode(broken).unwrap_err();
    let expected = match at {
        0..8 => matches!(error, DecodeError::NotAModel),
        8..12 => matches!(error, DecodeError::Format { .. }),
        _ => error == DecodeError::Damaged,
    };
    assert!(expected, "byte {at}: {error}");
}

#[test]
fn a_model_is_shared_between_threads() {
    let model = cafe();
    let alone = model.classify("a table please");
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..4).map(|_| scope.spawn(|| (0..50).all(|_| model.classify("a table please") == alone))).collect();
        workers.into_iter().for_each(|worker| assert!(worker.join().unwrap()));
    });
    fn is_shareable<T: Send + Sync>(_: &T) {}
    is_shareable(&model);
}

#[test]
fn folds_hold_every_utterance_out_once() {
    let found =
        evaluate(&samples(CAFE), None, Some(&["who won the football match"]), None, &english().check().unwrap())
            .unwrap();
    assert_eq!((found.n_train, found.n_test, found.n_intents), (CAFE.len(), CAFE.len(), 3));
    assert!(found.accuracy > 0.4 && found.oos.is_some());
}

#[test]
fn reference_brains_know_their_own_utterances_and_the_probes() {
    let Some(folder) = shared_data("knowledge") else { return };
    for (file, tag) in
        [("en", "en"), ("pt-br", "pt-BR"), ("es", "es"), ("fr", "fr"), ("de", "de"), ("it", "it"), ("ru", "ru")]
    {
        let text = fs::read_to_string(folder.join(format!("knowledge-{file}.json"))).unwrap();
        let brain: serde_json::Value = serde_json::from_str(&text).unwrap();
        let pairs: Vec<(String, String)> = brain["knowledge"].as_array().unwrap().iter().flat_map(utterances).collect();
        let samples: Vec<Sample<'_>> = pairs.iter().map(|(utterance, intent)| Sample { utterance, intent }).collect();
        let model = model_of(&samples, Options { language: Some(tag.into()), ..Options::default() });
        for sample in &samples {
            let found = model.classify(sample.utterance);
            assert_eq!((found.ranked[0].intent, found.exact), (sample.intent, true), "{}", sample.utterance);
        }
        for (intent, utterance) in probes(file) {
            let found = model.classify(utterance);
            let accepted = found.confidence.get() >= 0.7;
            assert_eq!(accepted, !intent.is_empty(), "{utterance}: {:?}", found.confidence);
            assert!(!accepted || found.ranked[0].intent == *intent, "{utterance}: {}", found.ranked[0].intent);
        }
    }
}

fn utterances(item: &serde_json::Value) -> Vec<(String, String)> {
    let id = item["_id"].as_str().map_or_else(|| item["_id"].to_string(), str::to_owned);
    let written = item["_intents"].as_array().unwrap();
    written.iter().map(|utterance| (utterance.as_str().unwrap().to_owned(), id.clone())).collect()
}

fn probes(file: &str) -> &'static [(&'static str, &'static str)] {
    match file {
        "en" => &[
            ("1", "can you tell me your name please"),
            ("1001", "wether forecst"),
            ("1002", "I'd like to order two pepperoni pizzas"),
            ("", "book a flight to london"),
            ("", "hello there"),
            ("", "asdf qwer"),
            ("", "what is the capital of france"),
        ],
        "pt-br" => &[
            ("1002", "eu queria pedir duas pizzas de calabresa"),
            ("1001", "previsão do temo"),
            ("", "reserve um voo para londres"),
        ],
        "es" => &[("1001", "pronostco del timpo"), ("", "reserva un vuelo a londres")],
        "fr" => &[
            ("1001", "comment est la météo à Orléans"),
            ("1001", "meteo a orleans"),
            ("", "réserve un vol pour londres"),
        ],
        "de" => &[("1001", "wie ist das wetter für München"), ("", "buche einen flug nach london")],
        "it" => &[("1002", "vorrei ordinare due pizze margherita"), ("", "prenota un volo per londra")],
        _ => &[("1001", "какая погода в Москве"), ("", "забронируй рейс в лондон")],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_orderly_answer(text in prop_oneof![any::<String>(), "[a-z ]{0,80}", "\\PC{0,200}"]) {
        thread_local!(static MODEL: Model = cafe());
        MODEL.with(|model| {
            let found = model.classify(&text);
            let confidence = found.confidence.get();
            prop_assert!((0.0..=1.0).contains(&confidence));
            prop_assert_eq!(found.ranked.len(), 3);
            prop_assert!(found.ranked.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
            prop_assert!(found.ranked.iter().all(|ranked| (0.0..=1.0).contains(&ranked.probability) && ranked.margin.is_finite()));
            prop_assert!(found.ranked.iter().map(|ranked| ranked.probability).sum::<f32>() <= 1.0 + 1e-4);
            prop_assert_eq!(model.classify(&text), found);
            Ok(())
        })?;
    }

    #[test]
    fn any_bot_answers_its_own_utterances(
        bot in prop::collection::vec(("[ab]", "[a-eé' ?!]{0,12}"), 1..12),
        threads in 1usize..4,
    ) {
        let samples: Vec<Sample<'_>> = bot.iter().map(|(intent, utterance)| Sample { utterance, intent }).collect();
        let model = model_of(&samples, Options { threads, bucket_bits: Some(8), ..english() });
        for sample in &samples {
            let folded = sbf_amc::text::fold(sample.utterance);
            if bot.iter().all(|(intent, other)| intent == sample.intent || sbf_amc::text::fold(other) != folded) {
                let found = model.classify(sample.utterance);
                prop_assert_eq!(found.ranked[0].intent, sample.intent);
                prop_assert!(found.exact);
            }
        }
        let again = model_of(&samples, Options { threads: 1, bucket_bits: Some(8), ..english() });
        prop_assert_eq!(model.encode(), again.encode());
    }

    #[test]
    fn any_bytes_decode_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Model::decode(bytes).is_err());
    }
}

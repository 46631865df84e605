use proptest::prelude::*;

use super::*;

fn ssml(text: &str, neural: bool) -> String {
    let prepared = prepare(text, neural);
    assert!(prepared.is_ssml, "{prepared:?}");
    prepared.text
}

#[test]
fn plain_text_is_left_alone() {
    for text in ["Hello, 3 < 5 & 7 > 2", "a <b>bold</b> word", "speak"] {
        assert_eq!(prepare(text, true), Prepared { text: text.to_owned(), is_ssml: false });
    }
}

#[test]
fn what_the_engine_knows_is_kept() {
    let all = concat!(
        "<speak><p><s>Hi <break time=\"500ms\"/> <sub alias=\"bee\">B</sub></s></p>",
        "<lang xml:lang=\"pt-BR\">oi</lang><phoneme alphabet=\"ipa\" ph=\"wɪn\">Nguyen</phoneme>",
        "<say-as interpret-as=\"characters\">ab</say-as><prosody rate=\"slow\">x</prosody>",
        "<amazon:effect name=\"drc\">y</amazon:effect><w role=\"amazon:NN\">z</w></speak>"
    );
    assert_eq!((ssml(all, true), ssml(all, false)), (all.to_owned(), all.to_owned()));
}

#[test]
fn what_neural_voices_do_not_know_loses_its_tags_there_alone() {
    let text = concat!(
        "<speak><emphasis level=\"strong\">a</emphasis><prosody pitch=\"high\">b</prosody>",
        "<amazon:effect name=\"whispered\">c</amazon:effect><amazon:auto-breaths>d</amazon:auto-breaths></speak>"
    );
    assert_eq!(ssml(text, false), text);
    assert_eq!(ssml(text, true), "<speak>abcd</speak>");
}

#[test]
fn what_is_not_on_the_list_is_left_out_and_its_words_stay() {
    let cases = [
        ("<speak><audio src=\"file:///etc/passwd\">no</audio>!</speak>", "<speak>no!</speak>"),
        ("<speak xmlns=\"x\" onclick='y'><mark name=\"m\"/><script>s</script></speak>", "<speak>s</speak>"),
        ("<speak><p class=\"a\" >b</p ></speak>", "<speak><p>b</p></speak>"),
        ("<?xml version=\"1.0\"?><!-- c --><speak>a<!-- <b> -->d</speak>", "<speak>ad</speak>"),
        (
            "<speak>Tom & Jerry &lt;3 &#233; &unknown; <sub alias='\"'>x</sub></speak>",
            "<speak>Tom &amp; Jerry &lt;3 é &amp;unknown; <sub alias=\"&quot;\">x</sub></speak>",
        ),
        ("<speak/>", "<speak/>"),
    ];
    for (text, expected) in cases {
        assert_eq!(ssml(text, true), expected);
    }
}

#[test]
fn pauses_are_bounded_each_and_together() {
    let pause = |time: &str| ssml(&format!("<speak><break time=\"{time}\"/></speak>"), true);
    assert_eq!(pause("1.5s"), "<speak><break time=\"1500ms\"/></speak>");
    assert_eq!(pause("3600s"), "<speak><break time=\"10000ms\"/></speak>");
    for none in ["", "5", "-1s", "NaNs", "infs", "1e9ms ", "s"] {
        assert_eq!(pause(none), "<speak></speak>", "{none}");
    }
    let many = format!("<speak>{}</speak>", "<break time=\"10s\"/>".repeat(50));
    assert_eq!(ssml(&many, true).matches("<break").count(), 3);
}

#[test]
fn of_more_than_polly_speaks_whole_sentences_are_spoken() {
    let sentence = "Zwölf Boxkämpfer jagen Viktor. ";
    let long = sentence.repeat(200);
    for text in [long.clone(), format!("<speak>{long}</speak>"), format!("<speak>{}a.</speak>", "<p/>".repeat(2_000))] {
        let Prepared { text, is_ssml } = prepare(&text, true);
        assert!(!is_ssml && text.ends_with('.') && text.chars().count() <= SPOKEN_LIMIT, "{text}");
    }
    assert!(prepare(&long, true).text.chars().count() > SPOKEN_LIMIT - sentence.len());
    assert_eq!(prepare(&"word ".repeat(1_000), true).text.chars().count(), SPOKEN_LIMIT - 1);
    assert_eq!(prepare(&"é".repeat(4_000), true).text.chars().count(), SPOKEN_LIMIT);
}

#[test]
fn what_is_not_well_formed_is_spoken_without_tags() {
    let cases = [
        ("<speak>Hello <b>you</speak>", "Hello you"),
        ("<speak>Hello", "Hello"),
        ("Well, <speak>hello</speak>", "Well, hello"),
        ("<speak>a</speak> b", "a b"),
        ("<speak>a</speak><speak>b</speak>", "a b"),
        ("<speak><break time=1s/>Tom &amp; Jerry</speak>", "Tom & Jerry"),
        ("<speak><p>a</s></p></speak>", "a"),
        ("<speak", ""),
        ("<speaker>x</speaker>", "x"),
        ("<speak><![CDATA[x]]></speak>", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(prepare(text, true), Prepared { text: expected.to_owned(), is_ssml: false }, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_in_what_goes_out_is_stable_and_on_the_list(
        parts in proptest::collection::vec(prop_oneof![
            Just("<speak>".to_owned()), Just("</speak>".to_owned()), Just("<break time=\"9s\"/>".to_owned()),
            Just("<p>".to_owned()), Just("</p>".to_owned()), Just("<audio src='x'>".to_owned()),
            Just("</audio>".to_owned()), Just("&".to_owned()), "[a-z<>&\"'= /!-]{0,12}",
        ], 0..12),
        neural: bool,
    ) {
        let text = format!("<speak>{}</speak>", parts.concat());
        let once = prepare(&text, neural);
        prop_assert!(!once.text.contains("<audio"), "{}", once.text);
        if once.is_ssml {
            prop_assert_eq!(prepare(&once.text, neural), once);
        }
    }
}

use super::*;

#[test]
fn values_come_from_the_utterance_as_written() {
    for (pattern, utterance, value) in [
        ("/ à (.*)/g", "comment est la météo à Orléans", Some("Orléans")),
        ("/ à (.*)/g", "comment est la meteo a Orléans", Some("Orléans")),
        ("/ a (.*)/g", "comment est la météo à Orléans", Some("Orléans")),
        ("/ für (.*)/g", "wie ist das wetter für München", Some("München")),
        ("/ für (.*)/g", "wie ist das wetter fur München", Some("München")),
        ("/ fur (.*)/g", "wie ist das wetter für München", Some("München")),
        ("/ in (.*)/g", "weather forecast in Paris?", Some("Paris")),
        ("new RegExp(' in (.*)', 'g')", "weather forecast in Paris?", Some("Paris")),
        (r#"new RegExp("for (\\d+) people");"#, "a table for 4 people", Some("4")),
        (r#"RegExp("for (\d+) people")"#, "a table for 4 people", Some("4")),
        (r"new RegExp('it\'s (.*)')", "it's Ana", Some("Ana")),
        ("/ IN (.*)/", "weather forecast in  Paris , ?!", Some("Paris")),
        ("/ в (.*)/g", "какая погода в Санкт-Петербурге?", Some("Санкт-Петербурге")),
        ("/ in (.*)/g", "weather forecast in ?", None),
        ("/ in (.*)/g", "weather forecast", None),
        ("/ in (.*)| at (.*)/g", "see you at noon", Some("noon")),
        (r"/(\d+) pizzas?/", "I want 12 pizzas", Some("12")),
        (r"/(\d+)/", "١٢", None),
        (r"/(\w+)$/", "até São", Some("São")),
        ("/straße (.*)/", "Hauptstrasse 5", Some("5")),
        ("/strasse (.*)/", "Hauptstraße 5", Some("5")),
        ("named (.+)", "a dog named Rex.", Some("Rex")),
        (r"/\/(?<path>[^\s/]+)\//", "go to /home/ now", Some("home")),
        ("/^([^]+) please$/", "one\ntwo please", Some("one\ntwo")),
        ("/[[]([^\\]]*)[\\]]/", "see [here]", Some("here")),
        (r"/([a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,})/i", "write to ana.b@example.com.", Some("ana.b@example.com")),
        (r"/for {city} (.*)/", "for {city} Oslo", Some("Oslo")),
        (r"/\u0070(\x61+)\u{62}/u", "paab", Some("aa")),
        (r"/\ud83c\udf55 (.*)/", "🍕 large", Some("large")),
        (r"/[\w-]+ (.*)/", "extra-large crust", Some("crust")),
        (r"/costs \$(\d+)/", "it costs $12", Some("12")),
    ] {
        assert_eq!(Pattern::translate(pattern).unwrap().capture(utterance), value, "{pattern} on {utterance}");
    }
}

#[test]
fn what_cannot_be_translated_says_why() {
    for (literal, reason) in [
        ("", "the regex is empty"),
        ("//g", "the regex is empty"),
        ("/ in .*/g", "no group"),
        ("/(a)(?=b)/", "look-around"),
        ("/(?<!a)(b)/", "look-around"),
        (r"/(a)\1/", "back-references"),
        (r"/(?<n>a)\k<n>/", "back-references"),
        ("/(a/", "unclosed group"),
        ("/(a)[b/", "'[' that is not closed"),
        ("/(a)\\", "lone backslash"),
        ("/*(a)/", "repetition operator missing expression"),
        ("/(a)/q", "'q' is no regex flag"),
        (r"/(\ud800)/", "is no character"),
        ("new RegExp(' in .*')", "no group"),
        ("new RegExp('(a)', 'q')", "'q' is no regex flag"),
        ("new RegExp('(' + words + ')')", "a regex that code makes"),
        ("new RegExp(/(a)/g)", "a regex that code makes"),
        ("RegExp('(a)').exec", "a regex that code makes"),
        ("/((((a{999}){999}){999}){999})/", "size limit"),
    ] {
        let error = Pattern::translate(literal).unwrap_err().to_string();
        assert!(error.contains(reason), "{literal}: {error}");
    }
    assert!(Pattern::translate(&format!("/{}a{}/", "(".repeat(900), ")".repeat(900))).is_err());
}

proptest::proptest! {
    #[test]
    fn any_literal_is_a_pattern_or_an_error(literal in r"/?[a-zé$^.*+?()\[\]{}|\\/0-9:<>=!,-]{0,24}/?[gim]{0,2}", utterance in "\\PC{0,30}") {
        if let Ok(pattern) = Pattern::translate(&literal) {
            pattern.capture(&utterance);
        }
    }
}

#[test]
fn a_pattern_takes_little_memory_and_none_before_it_is_used() {
    let size = |literal: &str| Pattern::measured(literal).unwrap().1;
    assert!((10_000..25_000).contains(&size(r"/(w1 \w+)/")), "{}", size(r"/(w1 \w+)/"));
    assert!((20_000..50_000).contains(&size(r"/(über \w+)/")), "with accents and without");
    assert!(size("/ in (.*)/") < 5_000);
    let pattern = Pattern::translate(r"/(w1 \w+)/").unwrap();
    assert!(pattern.0.compiled().is_none());
    assert_eq!(pattern.capture("say w1 and more"), Some("w1 and"));
    assert!(pattern.0.compiled().is_some());
}

#[test]
fn a_trusted_pattern_that_cannot_be_read_matches_nothing() {
    for literal in ["/(a)(?=b)/", "/(a/", "/a/"] {
        assert_eq!(Pattern::trusted(literal).capture("a b ab"), None, "{literal}");
    }
    assert_eq!(Pattern::trusted("/(a)/").capture("a b ab"), Some("a"));
}

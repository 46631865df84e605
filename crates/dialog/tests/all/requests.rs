//! `Call::parse`: what requests may look like, and the sentences that refuse others.

use proptest::prelude::*;
use sbf_dialog::{Call, input::Event, wire::TEXT_LIMIT};
use serde_json::{Value, json};

fn parse(body: &Value) -> Result<Call, String> {
    Call::parse(body.to_string().as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn a_plain_question_needs_nothing_but_text() {
    let call = parse(&json!({ "text": "hello" })).unwrap();
    assert_eq!(call, Call::text("hello"));
}

#[test]
fn all_fields_are_read() {
    let body = json!({
        "text": "olá\n\tpessoal", "sessionID": "S-9.a_b", "turnID": "t1", "lang": "pt-BR", "pollyOnServer": true,
        "environmentVars": { "channel": "web" }, "desiredKnowledgeID": 100, "userInfo": { "sub": "somebody else" },
    });
    let call = parse(&body).unwrap();
    assert_eq!(call.event, Event::Text("olá\n\tpessoal".to_owned()));
    assert_eq!((call.session_id.as_deref(), call.turn_id.as_deref()), (Some("S-9.a_b"), Some("t1")));
    assert_eq!((call.lang.as_deref(), call.spoken), (Some("pt-BR"), true));
    assert_eq!(call.environment.unwrap()["channel"], "web");
    assert_eq!(call.expected.as_deref(), Some("100"));
}

#[test]
fn the_old_client_names_the_intent_and_sends_answers() {
    let body = json!({
        "_id": 1001, "text": "ignored", "payload": { "city": { "response": "Toronto" } },
        "rawIntent": "how is the weather", "entities": [],
    });
    let payload = json!({ "city": { "response": "Toronto" } }).as_object().unwrap().clone();
    let utterance = Some("how is the weather".to_owned());
    assert_eq!(parse(&body).unwrap().event, Event::Chosen { intent: "1001".to_owned(), payload, utterance });
}

#[test]
fn an_echoed_event_in_place_of_the_utterance_is_of_no_use_but_no_fault() {
    let body = json!({ "_id": "1", "payload": {}, "rawIntent": { "payload": { "rawIntent": {} } } });
    assert!(matches!(parse(&body).unwrap().event, Event::Chosen { utterance: None, .. }));
}

#[test]
fn what_older_clients_send_is_read() {
    for (sent, session) in [
        (json!("ana@example.com"), "ana@example.com"),
        (json!("tel:+55 11".replace(' ', "-")), "tel:+55-11"),
        (json!(42), "42"),
    ] {
        let body = json!({ "text": "hi", "sessionID": sent, "pollyOnServer": "true" });
        let call = Call::parse(body.to_string().as_bytes()).unwrap();
        assert_eq!((call.session_id.as_deref(), call.spoken), (Some(session), true));
    }
    let silent = Call::parse(br#"{"text": "hi", "pollyOnServer": "false"}"#).unwrap();
    assert!(!silent.spoken);
}

#[test]
fn a_start_needs_no_text() {
    assert_eq!(parse(&json!({ "event": "start", "text": null })).unwrap(), Call::start());
}

#[test]
fn a_picture_may_be_longer_than_a_sentence() {
    let picture = format!("data:image/jpeg;base64,{}", "A".repeat(100_000));
    assert!(parse(&json!({ "_id": "1", "payload": { "0": { "response": picture } } })).is_ok());
}

#[test]
fn text_at_the_limit_passes_whatever_its_bytes() {
    assert!(parse(&json!({ "text": "ß".repeat(TEXT_LIMIT) })).is_ok());
}

#[test]
fn each_fault_is_named_in_a_sentence() {
    let long = "ß".repeat(TEXT_LIMIT + 1);
    let session_rule = "must be 1 to 128 visible ASCII characters without spaces";
    let id_rule = "must be 1 to 128 of the characters A-Z, a-z, 0-9, '.', '_' and '-'";
    let cases = [
        (json!([]), "The body must be a JSON object; found an array.".to_owned()),
        (json!("hi"), "The body must be a JSON object; found a string.".to_owned()),
        (json!({}), "`text` must hold what the user said, unless `_id` or `event` is given; found none.".to_owned()),
        (json!({ "text": 5 }), "`text` must be a string; found a number.".to_owned()),
        (json!({ "text": long }), "`text` must have at most 4096 characters; found 4097.".to_owned()),
        (json!({ "text": "a\u{0}b" }), "`text` must hold no control characters; found U+0000.".to_owned()),
        (json!({ "text": "a\u{9b}b" }), "`text` must hold no control characters; found U+009B.".to_owned()),
        (json!({ "_id": "1" }), "`payload` must be an object where `_id` is given; found none.".to_owned()),
        (json!({ "_id": "1", "payload": 1 }), "`payload` must be an object; found a number.".to_owned()),
        (json!({ "_id": [], "payload": {} }), "`_id` must be a string or a number; found an array.".to_owned()),
        (
            json!({ "_id": "1", "payload": { "a\nb": { "response": "\u{7}" } } }),
            r#"`payload["a\nb"].response` must hold no control characters; found U+0007."#.to_owned(),
        ),
        (json!({ "text": "a", "sessionID": "a b" }), format!(r#"`sessionID` {session_rule}; found "a b"."#)),
        (json!({ "text": "a", "sessionID": "é" }), format!(r#"`sessionID` {session_rule}; found "é"."#)),
        (json!({ "text": "a", "sessionID": "" }), format!(r#"`sessionID` {session_rule}; found ""."#)),
        (json!({ "text": "a", "sessionID": [] }), "`sessionID` must be a string; found an array.".to_owned()),
        (json!({ "text": "a", "turnID": "a:b" }), format!(r#"`turnID` {id_rule}; found "a:b"."#)),
        (json!({ "text": "a", "turnID": 7 }), "`turnID` must be a string; found a number.".to_owned()),
        (
            json!({ "text": "a", "turnID": "ü".repeat(60) }),
            format!(r#"`turnID` {id_rule}; found "{}…"."#, "ü".repeat(40)),
        ),
        (
            json!({ "text": "a", "pollyOnServer": "yes" }),
            "`pollyOnServer` must be true or false; found a string.".to_owned(),
        ),
        (
            json!({ "text": "a", "environmentVars": [] }),
            "`environmentVars` must be an object; found an array.".to_owned(),
        ),
        (json!({ "text": "a", "lang": {} }), "`lang` must be a string; found an object.".to_owned()),
        (json!({ "event": "stop" }), r#"`event` must be "start"; found "stop"."#.to_owned()),
    ];
    for (body, sentence) in cases {
        assert_eq!(parse(&body).unwrap_err(), sentence, "{body}");
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for body in [
        &b""[..],
        b"{",
        b"{\"text\": \"a\"} trailing",
        b"\xff\xfe",
        b"{\"text\": \"\xc3\"}",
        b"{\"text\": \"\\ud800\"}",
    ] {
        let sentence = Call::parse(body).unwrap_err().to_string();
        assert!(sentence.starts_with("The body must be JSON; ") && sentence.ends_with('.'), "{sentence}");
    }
}

#[test]
fn a_body_of_brackets_is_refused_before_it_is_read() {
    let brackets = format!(r#"{{"text": "hi", "environmentVars": {{"x": [{}[]]}}}}"#, "[],".repeat(1_600_000));
    assert!(brackets.len() < 5_000_000);
    let sentence = Call::parse(brackets.as_bytes()).unwrap_err().to_string();
    assert_eq!(sentence, "The body must hold at most 100000 values.");
    // What stands in a text are no values.
    let text =
        json!({ "_id": "1", "payload": { "photo": { "response": format!("data:,{}", "[\\\",".repeat(200_000)) } } });
    assert!(Call::parse(text.to_string().as_bytes()).is_ok());
}

#[test]
fn nesting_is_limited() {
    let deep = format!(r#"{{"text":"a","environmentVars":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(Call::parse(deep.as_bytes()).is_err());
    let deep = format!(r#"{{"_id":"1","payload":{{"a":{}1{}}}}}"#, "[".repeat(80), "]".repeat(80));
    let sentence = Call::parse(deep.as_bytes()).unwrap_err().to_string();
    assert_eq!(sentence, "`payload` must be nested at most 64 levels deep; found more.");
    let deep = format!(r#"{{"text":"a","environmentVars":{{"a":{}1{}}}}}"#, "[".repeat(80), "]".repeat(80));
    let sentence = Call::parse(deep.as_bytes()).unwrap_err().to_string();
    assert_eq!(sentence, "`environmentVars` must be nested at most 64 levels deep; found more.");
}

const NAMES: [&str; 10] =
    ["text", "_id", "payload", "event", "sessionID", "turnID", "lang", "pollyOnServer", "environmentVars", "rawIntent"];

/// JSON that is often nearly a request.
fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!("start")),
        Just(json!({ "response": "a" })),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), ".*"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn is_one_sentence(sentence: &str) -> bool {
    sentence.ends_with('.') && !sentence.contains(['\n', '\r']) && sentence.chars().count() < 300
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_a_call_or_one_sentence(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = Call::parse(&body) {
            prop_assert!(is_one_sentence(&error.to_string()), "{error}");
        }
    }

    #[test]
    fn any_json_is_a_call_or_one_sentence(body in body()) {
        if let Err(error) = Call::parse(body.to_string().as_bytes()) {
            prop_assert!(is_one_sentence(&error.to_string()), "{error}");
        }
    }
}

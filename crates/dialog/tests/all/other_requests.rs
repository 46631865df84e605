//! `POST /feedback` and `POST /uploads`: what is read from their bodies, and every rule with its sentence.

use proptest::prelude::*;
use sbf_dialog::{
    ports::{Caller, Rating, UploadRequest, Verdict},
    wire::{COMMENT_LIMIT, Feedback},
};
use serde_json::{Value, json};

fn feedback(body: &Value) -> Result<Feedback, String> {
    Feedback::parse(body.to_string().as_bytes()).map_err(|error| error.to_string())
}

fn upload(body: &Value) -> Result<UploadRequest, String> {
    UploadRequest::parse(body.to_string().as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn a_rating_is_the_callers_whatever_the_body_says() {
    let body =
        json!({"turnID": "t-1", "sessionID": "s", "value": "down", "comment": " No\nanswer. ", "subject": "bob"});
    let ana = Caller { subject: "ana".to_owned(), email: None, name: None, groups: Vec::new(), token: None };
    let rating = feedback(&body).unwrap().rating(&ana, 7, Some("v1".to_owned()));
    let expected = Rating {
        subject: "ana".to_owned(),
        turn_id: "t-1".to_owned(),
        session_id: Some("s".to_owned()),
        verdict: Verdict::Down,
        comment: Some("No\nanswer.".to_owned()),
        at: 7,
        brain: Some("v1".to_owned()),
    };
    assert_eq!(rating, expected);
}

#[test]
fn only_turn_and_value_are_needed() {
    for comment in [json!(null), json!(""), json!(" \n")] {
        let read = feedback(&json!({"turnID": "t", "value": "up", "sessionID": null, "comment": comment})).unwrap();
        assert_eq!((read.verdict, read.session_id, read.comment), (Verdict::Up, None, None));
    }
    let longest = "é".repeat(COMMENT_LIMIT);
    let read = feedback(&json!({"turnID": "t", "value": "up", "comment": longest})).unwrap();
    assert_eq!(read.comment, Some(longest));
}

#[test]
fn each_fault_of_feedback_has_its_sentence() {
    let cases = [
        (json!([]), "The body must be a JSON object; found an array."),
        (json!({"value": "up"}), "`turnID` must name the turn that is judged; found none."),
        (
            json!({"value": "up", "turnID": "a b"}),
            "`turnID` must be 1 to 128 of the characters A-Z, a-z, 0-9, '.', '_' and '-'; found \"a b\".",
        ),
        (
            json!({"value": "up", "turnID": "t", "sessionID": ""}),
            "`sessionID` must be 1 to 128 visible ASCII characters without spaces; found \"\".",
        ),
        (json!({"turnID": "t"}), "`value` must be \"up\" or \"down\"; found none."),
        (json!({"turnID": "t", "value": "Up"}), "`value` must be \"up\" or \"down\"; found \"Up\"."),
        (json!({"turnID": "t", "value": true}), "`value` must be a string; found a boolean."),
        (json!({"turnID": "t", "value": "up", "comment": {}}), "`comment` must be a string; found an object."),
        (
            json!({"turnID": "t", "value": "up", "comment": "é".repeat(COMMENT_LIMIT + 1)}),
            "`comment` must have at most 1000 characters; found 1001.",
        ),
        (
            json!({"turnID": "t", "value": "up", "comment": "\u{0}"}),
            "`comment` must hold no control characters; found U+0000.",
        ),
    ];
    for (body, sentence) in cases {
        assert_eq!(feedback(&body).unwrap_err(), sentence, "{body}");
    }
}

#[test]
fn an_uploads_type_loses_its_parameters_and_its_name_the_folders() {
    let body = json!({"type": "Audio/WebM; codecs=opus", "size": 5, "name": "C:\\fakepath\\a b/é.weba "});
    let expected = UploadRequest { media_type: "audio/webm".to_owned(), size: 5, name: Some("é.weba".to_owned()) };
    assert_eq!(upload(&body), Ok(expected));
    let nameless = upload(&json!({"type": "image/png", "size": 1, "name": "folder/"})).unwrap();
    assert_eq!(nameless.name, None);
}

#[test]
fn each_fault_of_an_upload_has_its_sentence() {
    let size = "`size` must be the file's size, a whole number of bytes; found";
    let cases = [
        (json!({"size": 1}), "`type` must be the file's media type; found none.".to_owned()),
        (json!({"type": 1, "size": 1}), "`type` must be a string; found a number.".to_owned()),
        (json!({"type": "image/png"}), format!("{size} none.")),
        (json!({"type": "image/png", "size": "1"}), format!("{size} a string.")),
        (json!({"type": "image/png", "size": -1}), format!("{size} -1.")),
        (json!({"type": "image/png", "size": 1.5}), format!("{size} 1.5.")),
        (
            json!({"type": "image/png", "size": 1, "name": "a".repeat(256)}),
            "`name` must have at most 255 characters; found 256.".to_owned(),
        ),
    ];
    for (body, sentence) in cases {
        assert_eq!(upload(&body).unwrap_err(), sentence, "{body}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        proptest::sample::select(&["up", "down", "image/png", "t"][..]).prop_map(Value::from),
        Just(json!([1])),
    ]
}

fn is_one_sentence(sentence: &str) -> bool {
    sentence.ends_with('.') && !sentence.contains(['\n', '\r']) && sentence.chars().count() < 300
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_fields_are_read_or_refused_in_one_sentence(
        fields in proptest::collection::btree_map(
            proptest::sample::select(&["turnID", "sessionID", "value", "comment", "type", "size", "name"][..]),
            any_value(),
            0..7,
        )
    ) {
        let body = json!(fields);
        for sentence in [feedback(&body).err(), upload(&body).err()].into_iter().flatten() {
            prop_assert!(is_one_sentence(&sentence), "{sentence}");
        }
    }
}

//! The routes against whatever is sent to them.

use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sbf_aws::router::{Development, development, router};
use sbf_cli::bot::development_caller;
use sbf_tests::bot::TestBot;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Bodies of the property test, each sent to every route.
const BODIES: u32 = 10_000;

#[tokio::test]
async fn faults_are_named_in_one_sentence() {
    let bot = TestBot::sample("en").await;
    let service = service(&bot);
    let long = "a".repeat(4_097);
    for body in [
        "".to_owned(),
        "no json".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        json!({"text": 5}).to_string(),
        json!({"text": long}).to_string(),
        json!({"text": "a\u{0}b"}).to_string(),
        json!({"_id": "nothing", "payload": {}}).to_string(),
        json!({"_id": "1001"}).to_string(),
        json!({"_id": "1001", "payload": "x"}).to_string(),
        json!({"text": "hello", "sessionID": "no spaces"}).to_string(),
        json!({"text": "hello", "sessionID": "a".repeat(129)}).to_string(),
        json!({"text": "hello", "turnID": 7}).to_string(),
    ] {
        let shown: String = body.chars().take(60).collect();
        let (status, answer) = post(&service, body.into()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{shown}");
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let message = answer["message"].as_str().unwrap();
        assert!(message.ends_with('.') && !message.contains('\n') && message.len() > 10, "{shown}: {message}");
    }
}

#[tokio::test]
async fn a_text_at_the_limit_is_answered() {
    let bot = TestBot::sample("en").await;
    let service = service(&bot);
    let (status, _) = post(&service, json!({"text": "ñ".repeat(4_096)}).to_string().into()).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let bot = TestBot::sample("en").await;
    let service = service(&bot);
    let body = json!({"text": "hi", "environmentVars": {"big": "x".repeat(5 << 20)}}).to_string();
    let (status, answer) = post(&service, body.into()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(serde_json::from_slice::<Value>(&answer).unwrap()["message"].is_string());
}

#[test]
fn no_body_makes_a_server_error() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let bot = runtime.block_on(TestBot::sample("en"));
    let service = service(&bot);
    let mut runner = TestRunner::new(Config { cases: BODIES, failure_persistence: None, ..Config::default() });
    let body = prop_oneof![
        2 => proptest::collection::vec(any::<u8>(), 0..200),
        3 => any_json().prop_map(|json| json.to_string().into_bytes()),
        5 => request().prop_map(|json| json.to_string().into_bytes()),
        2 => other_request().prop_map(|json| json.to_string().into_bytes()),
    ];
    let result = runner.run(&body, |body| {
        for route in ["/core", "/feedback", "/uploads"] {
            let (status, _) = runtime.block_on(post_to(&service, route, body.clone()));
            prop_assert!(!status.is_server_error(), "{route} {status}");
        }
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[a-zA-Z_$0-9]{0,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A field that is absent, as it should be, or anything.
fn field(right: BoxedStrategy<Value>) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![2 => Just(None), 4 => right.prop_map(Some), 1 => any_json().prop_map(Some)]
}

/// Requests to `/feedback` and `/uploads` that are nearly right.
fn other_request() -> impl Strategy<Value = Value> {
    let turn = "[a-z]{1,2}".prop_map(Value::from).boxed();
    let value = prop_oneof![Just("up"), Just("down")].prop_map(Value::from).boxed();
    let media_type = prop_oneof![Just("image/png"), Just("audio/webm;codecs=opus"), Just("text/html")];
    let size = prop_oneof![0..20_000_000_u64, any::<u64>()].prop_map(Value::from).boxed();
    let text = ".{0,40}".prop_map(Value::from).boxed();
    let fields = (
        field(turn.clone()),
        field(turn),
        field(value),
        field(text.clone()),
        field(media_type.prop_map(Value::from).boxed()),
        field(size),
        field(text),
    );
    fields.prop_map(|(turn, session, value, comment, media_type, size, name)| {
        let fields = [
            ("turnID", turn),
            ("sessionID", session),
            ("value", value),
            ("comment", comment),
            ("type", media_type),
            ("size", size),
            ("name", name),
        ];
        Value::Object(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
    })
}

/// Requests to `/core` that are nearly right.
fn request() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("weather"),
        Just("order pizza"),
        Just("leave feedback"),
        Just("cancel"),
        Just("Paris"),
        Just("2")
    ];
    let text = prop_oneof![words.prop_map(Value::from), ".{0,60}".prop_map(Value::from)].boxed();
    let id = prop_oneof![Just("1001"), Just("1002"), Just("1000"), Just("2"), Just("nothing")].prop_map(Value::from);
    let session = prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(Value::from);
    let turn = "[a-z]{1,2}".prop_map(Value::from);
    let payload = any_json()
        .prop_map(|value| json!({"city": {"response": value.clone()}, "0": value, "userInfo": {"sub": "root"}}));
    let start = Just(json!("start"));
    (
        field(text),
        field(id.boxed()),
        field(session.boxed()),
        field(turn.boxed()),
        field(payload.boxed()),
        field(start.boxed()),
    )
        .prop_map(|(text, id, session, turn, payload, event)| {
            let fields = [
                ("text", text),
                ("_id", id),
                ("sessionID", session),
                ("turnID", turn),
                ("payload", payload),
                ("event", event),
            ];
            Value::Object(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
        })
}

pub(crate) fn service(bot: &TestBot) -> Router {
    development(router(bot.local.app.clone()), Development::on_port(8080, Some(development_caller())))
}

async fn post(service: &Router, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
    post_to(service, "/core", body).await
}

pub(crate) async fn post_to(service: &Router, path: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
    let request = Request::post(format!("http://localhost:8080{path}"))
        .header(header::HOST, "localhost:8080")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap();
    let answer = service.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    (status, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

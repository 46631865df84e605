//! What backends and clients send besides the user's sentence: none of it is in a line of log or metrics.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use axum::{Router, body::Body};
use http::{Method, Request, StatusCode};
use sbf_aws::{settings::SpeechSettings, speech::PollySpeech};
use sbf_cli::bot::{SESSIONS_TABLE, development_caller};
use sbf_dialog::ports::{Speech as _, SpeechRequest};
use sbf_local::{Cloud, LocalFunction};
use sbf_tests::bot::TestBot;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::{Lines, Observed};

/// Nobody else's word, with what a terminal would obey.
const WORD: &str = "qxoutside\u{1b}[2J\u{9b}1A\n";

/// Answers as its event's `way` says.
struct Faulty(&'static str);

#[async_trait]
impl LocalFunction for Faulty {
    async fn call(&self, _: Value) -> Result<Value, String> {
        match self.0 {
            "raises" => Err(WORD.repeat(1000)),
            "answers an error" => Ok(json!({ "errorMessage": WORD.repeat(1000), "errorType": WORD })),
            "answers a type" => Ok(json!({ "errorType": WORD })),
            "leads nowhere" => Ok(json!({ "asyncConversation": WORD })),
            _ => Ok(json!({ "asyncConversation": { "id": WORD, "payload": WORD } })),
        }
    }
}

async fn observed() -> Observed {
    let knowledge = json!({
        "knowledge": [{
            "_id": "stock",
            "_intents": ["is there bread left", "do you have apples", "do you sell milk"],
            "_source": { "arn": "stock", "payload": "{}", "parameters": [] }
        }]
    });
    Observed::of(TestBot::new(&knowledge, &json!({ "language_tag": "en-US" })).await)
}

/// Something was logged at error or warn, and nothing from outside.
fn assert_silent(log: &Lines, observed: &Observed, about: &str) {
    let lines = log.text() + &observed.metrics.text();
    assert!(lines.contains("ERROR") || lines.contains("WARN") || about == "a method", "{about}: {lines}");
    assert!(!lines.to_lowercase().contains("qxoutside"), "{about}: {lines}");
    assert!(lines.len() < 5000, "{about}: {} bytes", lines.len());
}

#[tokio::test]
async fn a_backends_words_are_in_no_line() {
    for way in ["raises", "answers an error", "answers a type", "leads nowhere", "leads without a question"] {
        let observed = observed().await;
        observed.bot.local.cloud.register("stock", Arc::new(Faulty(way)));
        let log = Lines::default();
        let _capture = log.capture();
        observed.say("s", "do you have apples").await;
        assert_silent(&log, &observed, way);
    }
}

/// Polly as it refuses: with this error, whose message quotes what it was sent.
async fn refusing_polly(cloud: &Cloud, error: &'static str) -> aws_sdk_polly::Client {
    let body = json!({ "message": "Value 'Qxoutside' at 'voiceId' or ssml engine qxoutside" }).to_string();
    let answer = move || async move { (StatusCode::BAD_REQUEST, [("x-amzn-errortype", error)], body) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    aws_sdk_polly::Client::from_conf(cloud.polly().config().to_builder().endpoint_url(address).build())
}

#[tokio::test]
async fn the_voice_and_the_lexicons_that_a_client_names_are_in_no_line() {
    let observed = observed().await;
    let refusals =
        ["EngineNotSupportedException", "InvalidSsmlException", "LexiconNotFoundException", "ValidationException"];
    for refusal in refusals {
        let polly = refusing_polly(&observed.bot.local.cloud, refusal).await;
        let log = Lines::default();
        let _capture = log.capture();
        let request = SpeechRequest {
            text: "<speak>qxoutside</speak>".to_owned(),
            voice: Some("Qxoutside".to_owned()),
            language: None,
            lexicon: Some("qxoutside".to_owned()),
        };
        let sound = PollySpeech::new(polly, SpeechSettings::default()).synthesize(&request, "ana").await;
        assert!(sound.is_none());
        assert_silent(&log, &observed, refusal);
    }
}

#[tokio::test]
async fn a_method_of_the_clients_own_is_in_no_line() {
    let observed = observed().await;
    let log = Lines::default();
    let _capture = log.capture();
    let method = Method::from_bytes(b"QXOUTSIDE").unwrap();
    let request = Request::builder().method(method).uri("http://localhost:8080/core/qxoutside?qxoutside");
    let request = request.header("host", "localhost:8080").body(Body::empty()).unwrap();
    observed.service.clone().oneshot(request).await.unwrap();
    assert_eq!(log.json()[0]["method"], "other");
    assert_silent(&log, &observed, "a method");
}

#[tokio::test]
async fn a_stored_session_that_cannot_be_read_is_in_no_line() {
    let observed = observed().await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    for body in
        [r#"{"misses":"qxoutside"}"#, r#"{"recent":[{"qxoutside":1}]}"#, r#"{"claim":"qxoutside"}"#, "qxoutside"]
    {
        let put = observed.bot.local.cloud.dynamodb().put_item().table_name(SESSIONS_TABLE);
        let put = put.item("pk", text(&development_caller().subject)).item("sk", text("s")).item("body", text(body));
        let number = |number: &str| AttributeValue::N(number.to_owned());
        put.item("version", number("1")).item("expiresAt", number("4000000000")).send().await.unwrap();
        let log = Lines::default();
        let _capture = log.capture();
        let (status, _, answer) = observed.post("/core", &json!({ "text": "hello", "sessionID": "s" })).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.to_string().contains("qxoutside"), "{answer}");
        assert_silent(&log, &observed, body);
    }
}

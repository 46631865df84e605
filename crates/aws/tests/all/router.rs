//! Every route, every fault and its status.

mod faults;
mod quotas;
mod services;

use std::sync::{Arc, LazyLock};

use aws_sdk_s3::config::{Credentials, Region, SharedCredentialsProvider};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use sbf_aws::{
    router::{App, BODY_LIMIT, router},
    settings::UploadSettings,
    uploads::S3Uploads,
};
use sbf_dialog::{
    Bot,
    memory::{MemoryRatings, MemorySessions},
    ports::{BrainSource, SessionStore},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::bot::{Brains, Echo, Voice, ana};

static LIVE: LazyLock<Arc<Brains>> = LazyLock::new(|| Arc::new(Brains::live()));

fn app(brains: Arc<dyn BrainSource>, sessions: Arc<dyn SessionStore>, silent: bool) -> App {
    let speech = Arc::new(Voice { silent });
    let bot =
        Bot::new(Arc::clone(&brains), sessions, Arc::new(Echo), Some(speech.clone()), sbf_aws::router::epoch_millis);
    let uploads = UploadSettings { bucket: "files".to_owned(), limit: 1000 };
    let credentials = Credentials::new("AKID", "secret", Some("token".to_owned()), None, "test");
    let config = aws_sdk_s3::Config::builder().behavior_version_latest().region(Region::new("sa-east-1"));
    let config = config.credentials_provider(credentials.clone()).build();
    let uploads =
        S3Uploads::new(aws_sdk_s3::Client::from_conf(config), SharedCredentialsProvider::new(credentials), uploads);
    let ratings = Some(Arc::new(MemoryRatings::default()) as _);
    App { bot: Arc::new(bot), brains, speech, ratings, uploads: Some(Arc::new(uploads)), quotas: None, sign_in: None }
}

/// A bot that is in order.
fn whole() -> Router {
    router(app(LIVE.clone(), Arc::new(MemorySessions::default()), false))
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

async fn send(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

/// A request of a signed-in caller.
fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json").extension(ana());
    request.body(body.into()).unwrap()
}

async fn core(body: impl Into<Body>) -> Answer {
    send(whole(), post("/core", body)).await
}

/// A refusal has a status and one sentence.
fn is_refused(answer: &Answer, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    let message = answer.body["message"].as_str().unwrap_or_default();
    assert!(message.ends_with('.') && !message.contains('\n') && message.len() < 300, "{}", answer.body);
}

#[tokio::test]
async fn a_question_is_answered() {
    for path in ["/core", "/core/"] {
        let answer = send(whole(), post(path, r#"{"text":"hello there"}"#)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body["text"], "Hello to you.");
        assert_eq!(answer.body["userInfo"]["sub"], "ana");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn a_dialog_goes_on_in_its_session() {
    let router = whole();
    let asked = send(router.clone(), post("/core", r#"{"text":"weather forecast","sessionID":"s"}"#)).await;
    assert!(asked.body["conversation"]["sync"]["city"]["ask"]["text"].is_string(), "{}", asked.body);
    let answered = send(router, post("/core", r#"{"text":"São Paulo","sessionID":"s"}"#)).await;
    assert_eq!(answered.body["text"], "São Paulo", "{}", answered.body);
}

#[tokio::test]
async fn the_body_never_says_who_the_caller_is() {
    let answer = core(r#"{"text":"hello","userInfo":{"sub":"mallory","email":"m@example.org"}}"#).await;
    assert_eq!(answer.body["userInfo"], json!({ "email": "ana@example.org", "sub": "ana" }));
    let anonymous = Request::post("/core").header("content-type", "application/json");
    let anonymous = anonymous.body(Body::from(r#"{"text":"hello","userInfo":{"sub":"mallory"}}"#)).unwrap();
    is_refused(&send(whole(), anonymous).await, 401);
    for (path, body) in [
        ("/services/polly", r#"{"text":"hello"}"#),
        ("/feedback", r#"{"turnID":"t","value":"up"}"#),
        ("/uploads", r#"{"type":"image/png","size":1}"#),
    ] {
        let anonymous = Request::post(path).header("content-type", "application/json");
        is_refused(&send(whole(), anonymous.body(Body::from(body)).unwrap()).await, 401);
    }
}

#[tokio::test]
async fn what_is_not_announced_as_json_is_refused() {
    for kind in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp"), Some("é")]
    {
        for path in ["/core", "/services/polly", "/feedback", "/uploads"] {
            let mut request = Request::post(path).extension(ana());
            if let Some(kind) = kind {
                request = request.header("content-type", axum::http::HeaderValue::from_bytes(kind.as_bytes()).unwrap());
            }
            let request = request.body(Body::from(r#"{"text":"hello"}"#)).unwrap();
            is_refused(&send(whole(), request).await, 400);
        }
    }
    let request = Request::post("/core").header("content-type", "Application/JSON; charset=utf-8").extension(ana());
    let answer = send(whole(), request.body(Body::from(r#"{"text":"hello"}"#)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn malformed_requests_are_the_clients_fault() {
    let long = json!({ "text": "a".repeat(4097) }).to_string();
    let bodies = [
        "",
        "hello",
        "{",
        "[]",
        "null",
        r#"{"text":1}"#,
        r#"{"text":"a\u0000b"}"#,
        r#"{"text":"hello","sessionID":"a b"}"#,
        r#"{"text":"hello","turnID":7}"#,
        r#"{"_id":"weather"}"#,
        r#"{"_id":"nothing","payload":{}}"#,
        r#"{"event":"stop"}"#,
        "{\"text\":\"\u{fffd}",
        &long,
    ];
    for body in bodies {
        is_refused(&core(body.to_owned()).await, 400);
    }
    is_refused(&core(vec![b'"', 0xff, b'"']).await, 400);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    is_refused(&core(deep).await, 400);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let padded = |length: usize| {
        let body = r#"{"text":"hello"}"#;
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    assert_eq!(core(padded(BODY_LIMIT)).await.status, StatusCode::OK);
    is_refused(&core(padded(BODY_LIMIT + 1)).await, 413);
    let asks_first = Request::post("/core").header("content-type", "application/json").extension(ana());
    let asks_first = asks_first.header("content-length", "6000000").header("expect", "100-continue");
    is_refused(&send(whole(), asks_first.body(Body::empty()).unwrap()).await, 413);
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_told_in_json() {
    let get = |path: &str| Request::get(path).extension(ana()).body(Body::empty()).unwrap();
    for path in ["/", "/cores", "/core/x", "/services", "/dev/problems", "/../etc/passwd"] {
        is_refused(&send(whole(), get(path)).await, 404);
    }
    for path in ["/core", "/core/", "/services/polly", "/feedback", "/uploads"] {
        let answer = send(whole(), get(path)).await;
        is_refused(&answer, 405);
        assert_eq!(answer.headers["allow"], "POST");
    }
    is_refused(&send(whole(), post("/health", "{}")).await, 405);
}

#[tokio::test]
async fn without_a_brain_clients_are_told_to_come_back() {
    let router = router(app(Arc::new(Brains::none()), Arc::new(MemorySessions::default()), true));
    let answer = send(router.clone(), post("/core", r#"{"text":"hello"}"#)).await;
    is_refused(&answer, 503);
    assert_eq!(answer.headers["retry-after"], "2");
    assert!(!answer.body.to_string().contains("bucket"), "{}", answer.body);
    let health = send(router.clone(), Request::get("/health").body(Body::empty()).unwrap()).await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health.body, json!({ "status": "no brain", "brain": null }));
    let client = send(router, Request::get("/client.json").body(Body::empty()).unwrap()).await;
    assert_eq!(client.status, StatusCode::OK);
    assert_eq!(client.body["brain"], Value::Null);
}

#[tokio::test]
async fn a_page_learns_what_it_needs_to_start() {
    let client = send(whole(), Request::get("/client.json").body(Body::empty()).unwrap()).await;
    let version = LIVE.current().await.unwrap().brain.version().to_owned();
    let expected = json!({
        "name": "Probe",
        "language": "en-US",
        "voice": "Joanna",
        "theme": { "name": "Probe" },
        "welcome": { "text": "Welcome aboard.", "speech": "Welcome." },
        "oidc": null,
        "brain": { "version": version, "trainedAt": "2026-01-02T03:04:05Z" },
    });
    assert_eq!(client.body, expected);
    let health = send(whole(), Request::get("/health").body(Body::empty()).unwrap()).await;
    assert_eq!(health.status, StatusCode::OK);
    assert_eq!(health.body, json!({ "status": "ok", "brain": expected["brain"] }));
}

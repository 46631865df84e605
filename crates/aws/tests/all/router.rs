//! Every route, every fault and its status.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_s3::config::{Credentials, Region, SharedCredentialsProvider};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
    routing::get,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::prelude::*;
use sbf_aws::{
    router::{App, BODY_LIMIT, Development, RequestId, development, guarded, router, routes},
    settings::UploadSettings,
    uploads::S3Uploads,
};
use sbf_dialog::{
    Bot,
    memory::{MemoryRatings, MemorySessions},
    ports::{
        BrainSource, Rating, RatingError, RatingStore, SaveError, SessionKey, SessionStore, StoreError, Stored, Verdict,
    },
    session::Session,
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
    App { bot: Arc::new(bot), brains, speech, ratings, uploads: Some(Arc::new(uploads)), sign_in: None }
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
        r#"{"text":""}"#,
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

#[tokio::test]
async fn text_becomes_sound() {
    for path in ["/services/polly", "/services/polly/"] {
        let answer = send(whole(), post(path, r#"{"text":"hello","own":1,"binary":"forged"}"#)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let sound = BASE64_STANDARD.decode(answer.body["binary"].as_str().unwrap()).unwrap();
        let sound = String::from_utf8(sound).unwrap();
        assert!(sound.contains("Joanna") && sound.contains("en-US"), "{sound}");
        assert_eq!(answer.body["text"], "hello");
        assert_eq!(answer.body["own"], 1);
        assert_eq!(answer.body["voice"], "Joanna");
        assert_eq!(answer.body["contentType"], "audio/mpeg");
        assert_eq!(answer.body["cacheHit"], false);
        assert!(answer.body["hashBase"].as_str().is_some_and(|hash| !hash.is_empty()));
    }
}

#[tokio::test]
async fn the_bots_voice_speaks_only_the_bots_language() {
    let said = async |body: &'static str| send(whole(), post("/services/polly", body)).await.body["voice"].clone();
    assert_eq!(said(r#"{"text":"hello","lang":"en-GB"}"#).await, "Joanna");
    assert_eq!(said(r#"{"text":"olá","lang":"pt-BR"}"#).await, "Camila");
    assert_eq!(said(r#"{"text":"olá","lang":"pt-BR","voice":"Ricardo"}"#).await, "Ricardo");
    assert_eq!(said(r#"{"text":"saluton","lang":"eo"}"#).await, Value::Null);
}

#[tokio::test]
async fn a_missing_voice_costs_only_the_sound() {
    let router = router(app(LIVE.clone(), Arc::new(MemorySessions::default()), true));
    let answer = send(router, post("/services/polly", r#"{"text":"hello","lang":"en-US","binary":"forged"}"#)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, json!({ "text": "hello", "lang": "en-US", "voice": "Joanna" }));
}

#[tokio::test]
async fn speech_has_the_limits_of_text() {
    let long = json!({ "text": "a".repeat(4097) }).to_string();
    let bodies = ["", "[]", "{}", r#"{"text":" "}"#, r#"{"text":"a\u0007"}"#, r#"{"text":"a","voice":1}"#, &long];
    for body in bodies {
        is_refused(&send(whole(), post("/services/polly", body.to_owned())).await, 400);
    }
}

#[tokio::test]
async fn a_rating_is_kept_as_the_callers_with_the_brain_it_was_about() {
    let ratings = Arc::new(MemoryRatings::default());
    let mut app = app(LIVE.clone(), Arc::new(MemorySessions::default()), false);
    app.ratings = Some(ratings.clone());
    let router = router(app);
    for value in ["up", "down"] {
        let body = json!({ "turnID": "t", "value": value, "comment": "Hm.", "userInfo": { "sub": "mallory" } });
        let answer = send(router.clone(), post("/feedback", body.to_string())).await;
        assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({})));
    }
    let kept = ratings.all();
    let expected = Rating {
        subject: "ana".to_owned(),
        turn_id: "t".to_owned(),
        session_id: None,
        verdict: Verdict::Down,
        comment: Some("Hm.".to_owned()),
        at: kept[0].at,
        brain: Some(LIVE.current().await.unwrap().brain.version().to_owned()),
    };
    assert_eq!(kept, [expected]);
}

#[tokio::test]
async fn an_upload_form_goes_to_the_buckets_own_address_in_aws() {
    let body = r#"{"type":"image/jpeg","size":1000,"name":"$a b.jpg"}"#;
    let form = send(whole(), post("/uploads", body)).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    assert_eq!(form.body["url"], "https://files.s3.sa-east-1.amazonaws.com/");
    assert_eq!(form.body["fields"]["key"], form.body["key"]);
    assert_eq!(form.body["fields"]["Content-Type"], "image/jpeg");
    assert_eq!(form.body["fields"]["Content-Disposition"], "attachment; filename*=UTF-8''%24a%20b.jpg");
    assert_eq!(form.body["fields"]["x-amz-security-token"], "token");
    let names: Vec<_> = form.body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["url", "fields", "key", "expiresAt"]);
    let key = form.body["key"].as_str().unwrap();
    assert!(key.starts_with("uploads/") && key.ends_with(".jpg") && !key.contains("ana"), "{key}");
    let again = send(whole(), post("/uploads", body)).await.body["key"].as_str().unwrap().to_owned();
    let folder = |key: &str| key.rsplit_once('/').unwrap().0.to_owned();
    assert!(again != key && folder(&again) == folder(key), "{again} {key}");
}

#[tokio::test]
async fn files_that_are_not_taken_are_refused_before_they_are_sent() {
    for body in [
        r#"{"type":"text/html","size":1}"#,
        r#"{"type":"image/svg+xml","size":1}"#,
        r#"{"type":"","size":1}"#,
        r#"{"type":"image/png","size":0}"#,
        r#"{"type":"image/png","size":1001}"#,
        r#"{"type":"image/png","size":99999999999999999999999}"#,
        "{}",
    ] {
        is_refused(&send(whole(), post("/uploads", body)).await, 400);
    }
}

#[tokio::test]
async fn a_bot_without_a_place_for_them_takes_neither_ratings_nor_files() {
    let mut app = app(LIVE.clone(), Arc::new(MemorySessions::default()), false);
    (app.ratings, app.uploads) = (None, None);
    let router = router(app);
    is_refused(&send(router.clone(), post("/feedback", r#"{"turnID":"t","value":"up"}"#)).await, 404);
    is_refused(&send(router, post("/uploads", r#"{"type":"image/png","size":1}"#)).await, 404);
}

#[async_trait]
impl RatingStore for Broken {
    async fn keep(&self, _: &Rating) -> Result<(), RatingError> {
        Err(RatingError("secret table gone".to_owned()))
    }
}

#[tokio::test]
async fn a_rating_that_is_not_kept_is_our_fault_and_tells_nothing() {
    let mut app = app(LIVE.clone(), Arc::new(MemorySessions::default()), false);
    app.ratings = Some(Arc::new(Broken));
    let answer = send(router(app), post("/feedback", r#"{"turnID":"t","value":"up"}"#)).await;
    is_refused(&answer, 500);
    assert!(!answer.body.to_string().contains("secret"), "{}", answer.body);
}

/// A store that does not answer, and says why.
struct Broken;

#[async_trait]
impl SessionStore for Broken {
    async fn load(&self, _: &SessionKey) -> Result<Option<Stored>, StoreError> {
        Err(StoreError("secret-table is gone".to_owned()))
    }

    async fn load_newer(&self, key: &SessionKey, _: u64, _: Duration) -> Result<Option<Stored>, StoreError> {
        self.load(key).await
    }

    async fn save(&self, _: &SessionKey, _: &Session, _: u64) -> Result<u64, SaveError> {
        Err(StoreError("secret-table is gone".to_owned()).into())
    }
}

#[tokio::test]
async fn a_fault_of_ours_tells_nothing_internal() {
    let router = router(app(LIVE.clone(), Arc::new(Broken), true));
    let mut request = post("/core", r#"{"text":"hello","sessionID":"s"}"#);
    request.extensions_mut().insert(RequestId("invocation-7".to_owned()));
    let answer = send(router, request).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.body, json!({ "message": "Something went wrong on our side.", "requestID": "invocation-7" }));
    assert_eq!(answer.headers["x-request-id"], "invocation-7");
}

#[tokio::test]
async fn a_panic_is_a_fault_of_ours() {
    async fn panics() -> &'static str {
        panic!("secret")
    }
    let router = guarded(Router::new().route("/", get(panics)));
    let answer = send(router, Request::get("/").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.body["requestID"], answer.headers["x-request-id"].to_str().unwrap());
    assert!(!answer.body.to_string().contains("secret"));
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_ours() {
    let mut request = post("/nowhere", "{}");
    request.headers_mut().insert("x-request-id", "forged".parse().unwrap());
    let answer = send(whole(), request).await;
    assert_eq!(answer.headers["x-request-id"].len(), 36);
}

/// As `sbf dev` puts it together.
fn on_this_machine() -> Router {
    let routes = routes(app(LIVE.clone(), Arc::new(MemorySessions::default()), false));
    guarded(development(routes, Development::on_port(8080, Some(ana()))))
}

#[tokio::test]
async fn in_development_everybody_is_the_same_caller() {
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:8080"] {
        let request = Request::post("/core").header("content-type", "application/json").header("host", host);
        let request = request.header("origin", format!("http://{host}"));
        let answer = send(on_this_machine(), request.body(Body::from(r#"{"text":"hello"}"#)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{host}");
        assert_eq!(answer.body["userInfo"]["sub"], "ana");
    }
}

#[tokio::test]
async fn in_development_foreign_pages_are_refused() {
    let own = "localhost:8080";
    let foreign: [&[(&str, &str)]; 9] = [
        &[],
        &[("host", "evil.example:8080")],
        &[("host", "localhost:9090")],
        &[("host", "localhost")],
        &[("host", "localhost:8080.evil.example")],
        &[("host", own), ("origin", "http://evil.example")],
        &[("host", own), ("origin", "https://localhost:8080")],
        &[("host", own), ("origin", "null")],
        &[("host", own), ("host", "evil.example")],
    ];
    for headers in foreign {
        let mut request = Request::get("/client.json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = send(on_this_machine(), request.body(Body::empty()).unwrap()).await;
        is_refused(&answer, 403);
        assert!(answer.headers.contains_key("x-request-id"));
    }
    let absolute = Request::get("http://evil.example/client.json").header("host", own).body(Body::empty()).unwrap();
    is_refused(&send(on_this_machine(), absolute).await, 403);
}

const NAMES: &[&str] =
    &["text", "sessionID", "turnID", "_id", "payload", "lang", "event", "response", "city", "voice", "userInfo"];
const WORDS: &[&str] =
    &["hello", "weather in Paris", "weather", "greet", "start", "cancel", "\u{0}", "$1\"}", "<speak>"];

/// JSON of any shape, with the names that the routes look for among its keys.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![4 => prop::sample::select(NAMES).prop_map(str::to_owned), 1 => any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            3 => prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => any_json().prop_map(|json| json.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..64),
        // JSON cut short.
        1 => (any_json(), any::<prop::sample::Index>()).prop_map(|(json, index)| {
            let bytes = json.to_string().into_bytes();
            let end = index.index(bytes.len());
            bytes[..end].to_vec()
        }),
    ]
}

const ROUTES: [&str; 4] = ["/core", "/services/polly", "/feedback", "/uploads"];

#[test]
fn no_body_is_a_fault_of_ours() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let router = whole();
    let config = ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(body in any_body(), path in prop::sample::select(&ROUTES[..]))| {
        let answer = runtime.block_on(send(router.clone(), post(path, body)));
        prop_assert!(matches!(answer.status.as_u16(), 200 | 400), "{} {}", answer.status, answer.body);
        prop_assert!(answer.status.is_success() || answer.body["message"].is_string());
    });
}

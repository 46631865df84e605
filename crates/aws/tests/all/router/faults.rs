//! What goes wrong on our side, what comes from foreign pages, and bodies of any shape.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use axum::routing::get;
use proptest::prelude::*;
use sbf_aws::{
    metrics::{Meter, metered},
    router::{Deadline, Development, RequestId, development, epoch_millis, guarded, routes},
};
use sbf_dialog::{
    Timing,
    ports::{
        BackendAnswer, BackendCall, Fulfilment, Rating, RatingError, RatingStore, SaveError, SessionKey, StoreError,
        Stored,
    },
    session::Session,
};

use super::*;

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

#[async_trait]
impl RatingStore for Broken {
    async fn keep(&self, _: &Rating) -> Result<(), RatingError> {
        Err(RatingError("secret table gone".to_owned()))
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

/// A store that never answers.
struct Hangs;

#[async_trait]
impl SessionStore for Hangs {
    async fn load(&self, _: &SessionKey) -> Result<Option<Stored>, StoreError> {
        std::future::pending().await
    }

    async fn load_newer(&self, key: &SessionKey, _: u64, _: Duration) -> Result<Option<Stored>, StoreError> {
        self.load(key).await
    }

    async fn save(&self, _: &SessionKey, _: &Session, _: u64) -> Result<u64, SaveError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_turn_whose_time_is_over_is_told_to_come_back_before_anything_ends_it() {
    let mut app = app(LIVE.clone(), Arc::new(Hangs), true);
    let body = r#"{"text":"hello","sessionID":"s"}"#;
    // The function would end in 1.2 seconds, of which one is kept for the refusal.
    let mut ending = post("/core", body);
    ending.extensions_mut().insert(Deadline(epoch_millis() + 1_200));
    let began = Instant::now();
    let answer = send(router(app.clone()), ending).await;
    is_refused(&answer, 503);
    assert_eq!(answer.headers["retry-after"], "2");
    assert!(began.elapsed() < Duration::from_millis(1_200), "{:?}", began.elapsed());
    // And where nobody says when it ends, by the usual budget.
    let mut bot = app.bot.as_ref().clone();
    bot.timing.turn = Duration::from_millis(50);
    app.bot = Arc::new(bot);
    is_refused(&send(router(app), post("/core", body)).await, 503);
}

/// A backend that takes half a second.
struct Slow;

#[async_trait]
impl Fulfilment for Slow {
    async fn call(&self, _: &BackendCall, _: Duration) -> BackendAnswer {
        tokio::time::sleep(Duration::from_millis(500)).await;
        BackendAnswer::Answered(json!({ "text": "Sunny.", "speech": "Sunny." }))
    }
}

/// Sends the same message many times at once, in one session; gives the answers, and the faults that were counted.
async fn at_once(times: usize, text: &str) -> (Vec<Answer>, f64) {
    let app = app(LIVE.clone(), Arc::new(MemorySessions::default()), true);
    let timing = Timing { patience: Duration::from_millis(700), ..app.bot.timing };
    let bot = Bot { backends: Arc::new(Slow), timing, ..app.bot.as_ref().clone() };
    let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
    let written = Arc::clone(&lines);
    let meter = Meter::new("shop", move |line| written.lock().unwrap().push(serde_json::from_str(line).unwrap()));
    let service = metered(router(App { bot: Arc::new(bot), ..app }), meter);
    let body = json!({ "text": text, "sessionID": "s" }).to_string();
    let sent = (0..times).map(|_| tokio::spawn(send(service.clone(), post("/core", body.clone()))));
    let mut answers = Vec::new();
    for answer in sent.collect::<Vec<_>>() {
        answers.push(answer.await.unwrap());
    }
    let faults = lines.lock().unwrap().iter().filter_map(|line| line["Faults"].as_f64()).sum();
    (answers, faults)
}

#[tokio::test]
async fn many_turns_at_once_in_one_session_are_no_fault_of_ours() {
    for text in ["weather forecast in Paris", "weather forecast", "mitochondria produce energy"] {
        let (answers, faults) = at_once(60, text).await;
        let (answered, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == StatusCode::OK);
        assert!(!answered.is_empty(), "{text}");
        for answer in refused {
            is_refused(answer, 429);
            assert_eq!(answer.headers["retry-after"], "2");
        }
        assert_eq!(faults, 0.0, "{text}");
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

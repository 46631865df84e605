//! What goes wrong on our side, what comes from foreign pages, and bodies of any shape.

use std::time::Duration;

use async_trait::async_trait;
use axum::routing::get;
use proptest::prelude::*;
use sbf_aws::router::{Development, RequestId, development, guarded, routes};
use sbf_dialog::{
    ports::{Rating, RatingError, RatingStore, SaveError, SessionKey, StoreError, Stored},
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

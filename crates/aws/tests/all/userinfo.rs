//! Profiles from an issuer's userinfo endpoint: a small issuer on loopback, asked through the client that the Lambda uses.

use std::sync::{Arc, Mutex};

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use sbf_aws::{oidc::Issuer, profiles::UserinfoProfiles};
use sbf_dialog::ports::{AccessToken, Profile, Profiles};
use serde_json::{Value, json};

/// What the issuer says of itself and of users, and how often it was asked for each.
#[derive(Clone, Default)]
struct Town(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    discovery: Value,
    userinfo: Value,
    discoveries: usize,
    tokens: Vec<String>,
}

async fn discovery(State(Town(town)): State<Town>) -> Json<Value> {
    let mut town = town.lock().unwrap();
    town.discoveries += 1;
    Json(town.discovery.clone())
}

async fn userinfo(State(Town(town)): State<Town>, headers: HeaderMap) -> Response {
    let mut town = town.lock().unwrap();
    let sent = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    town.tokens.push(sent);
    match town.userinfo.clone() {
        Value::Null => StatusCode::UNAUTHORIZED.into_response(),
        told => Json(told).into_response(),
    }
}

/// An issuer that tells this of everybody.
async fn issuer(told: Value) -> (UserinfoProfiles, Town, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let town = Town::default();
    let discovery_document =
        json!({ "issuer": url, "jwks_uri": format!("{url}/jwks"), "userinfo_endpoint": format!("{url}/me") });
    *town.0.lock().unwrap() = Told { discovery: discovery_document, userinfo: told, ..Told::default() };
    let routes = Router::new().route("/.well-known/openid-configuration", get(discovery)).route("/me", get(userinfo));
    let routes = routes.with_state(town.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (UserinfoProfiles::new(asked(&url)), town, url)
}

fn asked(url: &str) -> Issuer {
    Issuer { url: url.to_owned(), http: SharedHttpConnector::new(Connector::builder().build_http()) }
}

fn token() -> AccessToken {
    AccessToken { text: "a.b.c".to_owned(), expires_at: u64::MAX }
}

#[tokio::test]
async fn the_issuer_tells_name_and_address_to_whoever_has_the_token() {
    let (profiles, town, _) = issuer(json!({ "sub": "ana", "name": "Ana Lima", "email": "ana@example.org" })).await;
    let expected = Profile { email: Some("ana@example.org".to_owned()), name: Some("Ana Lima".to_owned()) };
    for _ in 0..2 {
        assert_eq!(profiles.profile("ana", &token()).await.as_ref(), Some(&expected));
    }
    let town = town.0.lock().unwrap();
    assert_eq!(town.tokens, ["Bearer a.b.c", "Bearer a.b.c"]);
    assert_eq!(town.discoveries, 1, "it is read once");
}

#[tokio::test]
async fn what_it_tells_of_somebody_else_is_not_used() {
    let (profiles, ..) = issuer(json!({ "sub": "bob", "name": "Bob" })).await;
    assert_eq!(profiles.profile("ana", &token()).await, None);
    let (profiles, ..) = issuer(json!({ "name": "Nobody" })).await;
    assert_eq!(profiles.profile("ana", &token()).await, None);
}

#[tokio::test]
async fn an_issuer_that_refuses_or_is_not_there_tells_nothing() {
    let (profiles, ..) = issuer(Value::Null).await;
    assert_eq!(profiles.profile("ana", &token()).await, None);
    let nowhere = UserinfoProfiles::new(asked("http://127.0.0.1:9"));
    assert_eq!(nowhere.profile("ana", &token()).await, None);
}

#[tokio::test]
async fn a_token_is_sent_nowhere_but_where_the_issuer_itself_says() {
    let (_, town, url) = issuer(json!({ "sub": "ana", "name": "Ana" })).await;
    town.0.lock().unwrap().discovery["issuer"] = json!("https://mallory.example");
    let profiles = UserinfoProfiles::new(asked(&url));
    assert_eq!(profiles.profile("ana", &token()).await, None, "a document of another issuer");
    let safe = Issuer { url: "https://issuer.example".to_owned(), ..asked(&url) };
    assert!(safe.get(&format!("{url}/me"), Some("a.b.c")).await.is_err(), "not over the open network");
    assert_eq!(town.0.lock().unwrap().tokens, [""; 0]);
}

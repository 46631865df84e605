//! Core behind a distribution: by its own program, with the secret among its variables as `WebAclArn` puts it there.

use sbf_tests::{
    process::bootstraps,
    runtime::{
        Function, FunctionSettings, TestStack,
        event::{http_answer, http_request},
    },
};
use serde_json::{Value, json};

use super::{configs, knowledge};
use crate::template::routes_of_the_api;

const SECRET: &str = "s3kr1t-314159";

fn behind_a_distribution(mut settings: FunctionSettings) -> FunctionSettings {
    settings.environment.retain(|(name, _)| name != "ORIGIN_VERIFY_SECRET" && name != "RUST_LOG");
    let more = [("ORIGIN_VERIFY_SECRET", SECRET), ("RUST_LOG", "info")];
    settings.environment.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    settings
}

/// A request of somebody with a token, with what the distribution adds, or somebody else in its place.
fn request(method: &str, path: &str, proof: Option<&str>) -> Value {
    let mut event = http_request(method, path, Some("ana"), Some(&json!({"text": "which version are you"})));
    event["headers"]["x-origin-verify"] = json!(proof);
    if proof.is_none() {
        event["headers"].as_object_mut().unwrap().remove("x-origin-verify");
    }
    event
}

#[tokio::test]
async fn without_the_distributions_secret_every_route_is_closed_and_with_it_all_answer() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let core = Function::new(behind_a_distribution(stack.core("brains", "")));
    let routes = routes_of_the_api();
    assert!(routes.len() >= 8 && routes.contains(&("GET".to_owned(), "/health".to_owned())), "{routes:?}");
    for (method, path) in &routes {
        for proof in [None, Some(""), Some("s3kr1t-31415"), Some("s3kr1t-3141590"), Some("S3KR1T-314159")] {
            let (status, body) = http_answer(&core.invoke(&request(method, path, proof)).await.unwrap());
            let message = body["message"].as_str().unwrap_or_default();
            assert!(status == 403 && message.contains("address of its page"), "{path}, {proof:?}: {status} {body}");
        }
        let (status, body) = http_answer(&core.invoke(&request(method, path, Some(SECRET))).await.unwrap());
        assert_ne!(status, 403, "{path}: {body}");
    }
    let (status, answer) = http_answer(&core.invoke(&request("POST", "/core", Some(SECRET))).await.unwrap());
    assert_eq!((status, &answer["text"]), (200, &json!("Version 1.")), "{answer}");
    let written = core.log().await.join("\n");
    assert!(written.contains("\"status\":403") && !written.contains("s3kr1t"), "{written}");
}

#[tokio::test]
async fn without_a_secret_nobody_is_asked_for_one() {
    let stack = TestStack::start(bootstraps()).await;
    stack.teach("brains", &knowledge(1), &configs()).await.unwrap();
    let core = Function::new(stack.core("brains", ""));
    let (status, _) = http_answer(&core.invoke(&request("GET", "/health", None)).await.unwrap());
    assert_eq!(status, 200);
}

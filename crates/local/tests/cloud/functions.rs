//! Lambda's Invoke: URLs, functions of this process, the samples, errors.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::{Json, Router, routing};
use sbf_local::{Cloud, CloudOptions, LocalFunction};
use serde_json::{Value, json};

use crate::cloud;

struct Echo;

#[async_trait::async_trait]
impl LocalFunction for Echo {
    async fn call(&self, event: Value) -> Result<Value, String> {
        match event["fail"].as_str() {
            Some("error") => Err("no \"pizza\" left".to_owned()),
            Some("panic") => panic!("a function of this process"),
            Some("sleep") => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                Ok(Value::Null)
            }
            _ => Ok(json!({"got": event})),
        }
    }
}

/// An author's backend on a port of its own; ends with the test.
async fn backend() -> String {
    let router = Router::new()
        .route("/echo", routing::post(async |Json(event): Json<Value>| Json(json!({"url": event}))))
        .route("/fault", routing::post(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/created", routing::post(async || (StatusCode::CREATED, "{}")))
        .route("/text", routing::post(async || "hello"))
        .route("/elsewhere", routing::post(async || Redirect::temporary("/echo")))
        .route(
            "/slow",
            routing::post(async || {
                tokio::time::sleep(Duration::from_secs(60)).await;
                "{}"
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn invoke(cloud: &Cloud, name: &str, event: &Value) -> InvokeOutput {
    let payload = Blob::new(event.to_string());
    cloud.lambda().invoke().function_name(name).payload(payload).send().await.unwrap()
}

fn payload(output: &InvokeOutput) -> Value {
    serde_json::from_slice(output.payload().unwrap().as_ref()).unwrap()
}

#[tokio::test]
async fn a_function_is_invoked_by_name_and_by_arn() {
    let cloud = cloud().await;
    cloud.register("echo", Arc::new(Echo));
    let event = json!({"name": "Orléans \"$1\" {}", "n": 1.5});
    for name in ["echo", "arn:aws:lambda:eu-west-1:123456789012:function:echo", "123456789012:function:echo:live"] {
        let output = invoke(&cloud, name, &event).await;
        assert_eq!((output.status_code(), output.function_error()), (200, None));
        assert_eq!(payload(&output), json!({"got": event}));
    }
}

#[tokio::test]
async fn a_url_wins_over_a_function_of_this_process() {
    let cloud = cloud().await;
    cloud.register("echo", Arc::new(Echo));
    cloud.set_local_functions(BTreeMap::from([("echo".to_owned(), format!("{}/echo", backend().await))]));
    assert_eq!(payload(&invoke(&cloud, "echo", &json!({"a": 1})).await), json!({"url": {"a": 1}}));
    cloud.set_local_functions(BTreeMap::new());
    assert_eq!(payload(&invoke(&cloud, "echo", &json!({"a": 1})).await), json!({"got": {"a": 1}}));
}

#[tokio::test]
async fn whatever_is_not_200_with_json_is_a_function_error() {
    let cloud = Cloud::start(CloudOptions { function_timeout: Duration::from_secs(1), ..CloudOptions::default() });
    let cloud = cloud.await.unwrap();
    cloud.register("echo", Arc::new(Echo));
    let url = backend().await;
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let urls = ["fault", "created", "text", "elsewhere", "slow"].map(|path| (path.to_owned(), format!("{url}/{path}")));
    let others =
        [("refused", format!("http://{closed}/")), ("file", "file:///etc/hosts".to_owned()), ("junk", "::".to_owned())];
    let others = others.map(|(name, url)| (name.to_owned(), url));
    cloud.set_local_functions(urls.into_iter().chain(others).collect());
    for (name, event, kind) in [
        ("fault", "", "LocalFunction.Status"),
        ("created", "", "LocalFunction.Status"),
        ("elsewhere", "", "LocalFunction.Status"),
        ("text", "", "LocalFunction.NoJson"),
        ("slow", "", "Sandbox.Timedout"),
        ("refused", "", "LocalFunction.Unreachable"),
        ("file", "", "LocalFunction.Url"),
        ("junk", "", "LocalFunction.Url"),
        ("echo", "error", "FunctionError"),
        ("echo", "panic", "Runtime.ExitError"),
        ("echo", "sleep", "Sandbox.Timedout"),
    ] {
        let output = invoke(&cloud, name, &json!({"fail": event})).await;
        assert_eq!((output.status_code(), output.function_error()), (200, Some("Unhandled")), "{name} {event}");
        let error = payload(&output);
        assert_eq!(error["errorType"], kind, "{name} {event}: {error}");
        assert!(error["errorMessage"].as_str().is_some_and(|message| !message.is_empty()));
    }
}

#[tokio::test]
async fn an_unknown_function_is_not_found() {
    let cloud = cloud().await;
    let error = cloud.lambda().invoke().function_name("nobody").send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_resource_not_found_exception());
}

#[tokio::test]
async fn an_event_that_is_no_json_or_too_large_is_refused() {
    let cloud = cloud().await;
    cloud.register("echo", Arc::new(Echo));
    let invoke = |payload: String| cloud.lambda().invoke().function_name("echo").payload(Blob::new(payload)).send();
    let refused = invoke("{".to_owned()).await.unwrap_err();
    assert!(refused.as_service_error().unwrap().is_invalid_request_content_exception());
    let refused = invoke(format!("\"{}\"", "x".repeat(6 * 1024 * 1024))).await.unwrap_err();
    assert!(refused.as_service_error().unwrap().is_request_too_large_exception());
}

#[tokio::test]
async fn an_invocation_may_be_left_to_itself() {
    let cloud = cloud().await;
    cloud.register("echo", Arc::new(Echo));
    for (kind, status) in [(InvocationType::Event, 202), (InvocationType::DryRun, 204)] {
        let output = cloud.lambda().invoke().function_name("echo").invocation_type(kind).send().await.unwrap();
        assert_eq!(output.status_code(), status);
    }
}

#[tokio::test]
async fn the_samples_answer() {
    let cloud = cloud().await;
    for name in sbf_samples::Samples::names() {
        let output = invoke(&cloud, name, &json!({"lang": "en-US"})).await;
        assert_eq!(output.function_error(), None, "{name}: {}", payload(&output));
    }
}

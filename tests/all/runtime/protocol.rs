//! The bench's own Runtime API, by "Using the Lambda runtime API" in the AWS Lambda Developer Guide: paths, headers, statuses; and its
//! sandboxes, by programs that do what ours do not.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::{Client, Response};
use sbf_tests::runtime::{
    Failure, FunctionSettings, Sandbox,
    api::{Raised, RuntimeApi},
    sandbox::arn,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const MINUTE: Duration = Duration::from_secs(60);

/// A runtime's side of the API.
struct Runtime {
    http: Client,
    base: String,
}

impl Runtime {
    fn of(api: &RuntimeApi) -> Self {
        Self { http: Client::new(), base: format!("http://{}/2018-06-01/runtime", api.address) }
    }

    async fn next(&self) -> Response {
        self.http.get(format!("{}/invocation/next", self.base)).send().await.unwrap()
    }

    async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let answer = self.http.post(format!("{}/{path}", self.base)).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn accepted() -> (u16, Value) {
    (202, json!({"status": "OK"}))
}

fn raised(kind: &str, message: &str) -> Raised {
    Raised { kind: kind.to_owned(), message: message.to_owned() }
}

#[tokio::test]
async fn an_invocation_comes_with_its_id_deadline_arn_and_trace() {
    let api = RuntimeApi::start(&arn("core")).await;
    let runtime = Runtime::of(&api);
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let earliest = now() + MINUTE.as_millis();
    let answer = api.invoke("8476a536-e9f4-11e8-9739-2dfe598c3fcd", json!({"said": "hé"}), MINUTE);
    let latest = now() + MINUTE.as_millis();
    let next = runtime.next().await;
    assert_eq!(next.status(), 200);
    let header = |name: &str| next.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("Lambda-Runtime-Aws-Request-Id"), "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    assert!((earliest..=latest).contains(&header("Lambda-Runtime-Deadline-Ms").parse().unwrap()));
    assert_eq!(header("Lambda-Runtime-Invoked-Function-Arn"), arn("core"));
    assert!(header("Lambda-Runtime-Trace-Id").starts_with("Root=1-"));
    assert_eq!(next.json::<Value>().await.unwrap(), json!({"said": "hé"}));
    tokio::time::sleep(Duration::from_millis(20)).await;
    let path = "invocation/8476a536-e9f4-11e8-9739-2dfe598c3fcd/response";
    assert_eq!(runtime.post(path, r#"{"done": true}"#).await, accepted());
    assert_eq!(answer.await.unwrap(), Ok(json!({"done": true})));
    assert!(api.took() >= Duration::from_millis(20));
    let (status, refusal) = runtime.post(path, "{}").await;
    assert_eq!((status, &refusal["errorType"]), (400, &json!("InvalidRequestID")), "it has ended");
    assert_eq!(runtime.post("invocation/unknown/error", "{}").await.0, 400);
}

#[tokio::test]
async fn an_invocation_ends_in_an_error_that_the_function_names_or_lambda() {
    let api = RuntimeApi::start(&arn("core")).await;
    let runtime = Runtime::of(&api);
    let ended = async |id: &str, path: &str, body: Vec<u8>| {
        let answer = api.invoke(id, json!({}), MINUTE);
        runtime.next().await;
        let status = runtime.post(&format!("invocation/{id}/{path}"), body).await.0;
        (status, answer.await.unwrap())
    };
    let body = br#"{"errorType": "TrainingError", "errorMessage": "S3 is away", "stackTrace": []}"#.to_vec();
    assert_eq!(ended("1", "error", body).await, (202, Err(raised("TrainingError", "S3 is away"))));
    let (status, ended_by) = ended("2", "response", b"{".to_vec()).await;
    assert_eq!((status, ended_by.unwrap_err().kind.as_str()), (202, "Runtime.MalformedResponse"));
    let (status, ended_by) = ended("3", "response", vec![b' '; 7_000_000]).await;
    assert_eq!((status, ended_by.unwrap_err().kind.as_str()), (413, "Function.ResponseSizeTooLarge"));
    assert_eq!(ended("4", "response", Vec::new()).await, (202, Ok(Value::Null)));
}

#[tokio::test]
async fn a_function_that_cannot_start_says_so() {
    let api = RuntimeApi::start(&arn("core")).await;
    let body = r#"{"errorType": "Runtime.NoSuchTable", "errorMessage": "there is no table"}"#;
    assert_eq!(Runtime::of(&api).post("init/error", body).await, accepted());
    assert_eq!(api.init_failed().await, raised("Runtime.NoSuchTable", "there is no table"));
}

/// A program of a few lines of shell in a folder.
fn program(folder: &Path, lines: &str) -> FunctionSettings {
    let program = folder.join("bootstrap");
    fs::write(&program, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let (environment, timeout) = (Vec::new(), Duration::from_secs(20));
    FunctionSettings { name: "script".into(), program, environment, timeout, memory_mb: 128 }
}

#[tokio::test]
async fn a_program_has_lambdas_variables_and_nothing_of_whoever_started_it() {
    let folder = TempDir::new().unwrap();
    let settings = program(folder.path(), "env; echo heard >&2; exit 3");
    let mut sandbox = Sandbox::start(&settings).await;
    let Err(Failure::Init(why)) = sandbox.ready().await else { panic!("it ended") };
    assert!(why.contains('3'), "{why}");
    let log = sandbox.last_words().await;
    assert!(log.contains(&"heard".to_owned()), "both streams are the log: {log:#?}");
    let value = |name: &str| log.iter().find_map(|line| line.strip_prefix(&format!("{name}=")));
    assert_eq!(value("AWS_LAMBDA_FUNCTION_NAME"), Some("script"));
    assert_eq!(value("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), Some("128"));
    assert_eq!(value("AWS_LAMBDA_RUNTIME_API"), Some(sandbox.api.address.as_str()));
    assert_eq!((value("_HANDLER"), value("HOME"), value("CARGO_PKG_NAME")), (Some("bootstrap"), None, None));
}

#[tokio::test]
async fn a_program_that_ends_in_an_invocation_fails_it_and_one_that_waits_is_killed_at_the_deadline() {
    let folder = TempDir::new().unwrap();
    let mut settings = program(folder.path(), "sleep 1; exit 5");
    let mut sandbox = Sandbox::start(&settings).await;
    let Err(Failure::Exited(why)) = sandbox.started(&json!({})).await else { panic!("it ended") };
    assert!(why.contains('5'), "{why}");
    settings = FunctionSettings { timeout: Duration::from_millis(300), ..program(folder.path(), "exec sleep 600") };
    let mut sandbox = Sandbox::start(&settings).await;
    assert_eq!(sandbox.started(&json!({})).await, Err(Failure::TimedOut));
    assert!(!sandbox.is_running(), "it is gone");
}

#[tokio::test]
async fn a_frozen_program_does_nothing_until_it_is_thawed() {
    let folder = TempDir::new().unwrap();
    let settings = program(folder.path(), "n=0; while :; do n=$((n + 1)); echo $n; sleep 0.01; done");
    let sandbox = Sandbox::start(&settings).await;
    sbf_tests::process::eventually(async || sandbox.log().len() > 2).await;
    sandbox.freeze().await;
    // What it wrote before is read to the end.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let written = sandbox.log().len();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(sandbox.log().len(), written);
    sandbox.thaw();
    sbf_tests::process::eventually(async || sandbox.log().len() > written).await;
}

//! Lambda's Invoke: events go to the author's own URLs, or to functions of this process.
//!
//! Protocol: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use serde_json::{Value, json};

use crate::clients::{KeyPair, REGION};
use crate::signature::{Refusal, Verifier};

/// Lambda's limit for an event and for a result.
const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// A function of this process.
#[async_trait::async_trait]
pub trait LocalFunction: Send + Sync {
    /// Answers one event; an error's text becomes the function error's message.
    async fn call(&self, event: Value) -> Result<Value, String>;
}

/// Which functions there are. A clone is the same set; it changes at run time.
#[derive(Clone, Default)]
pub struct Functions {
    inner: Arc<RwLock<Sets>>,
}

#[derive(Default)]
struct Sets {
    urls: BTreeMap<String, String>,
    built_in: BTreeMap<String, Arc<dyn LocalFunction>>,
}

enum Target {
    Url(String),
    BuiltIn(Arc<dyn LocalFunction>),
}

impl Functions {
    /// Replaces the functions that URLs answer: name → http URL.
    pub fn set_local_functions(&self, urls: BTreeMap<String, String>) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).urls = urls;
    }

    /// Adds a function of this process, in place of one of the same name. A URL of that name wins.
    pub fn register(&self, name: impl Into<String>, function: Arc<dyn LocalFunction>) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).built_in.insert(name.into(), function);
    }

    fn find(&self, name: &str) -> Option<Target> {
        let sets = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let url = sets.urls.get(name).map(|url| Target::Url(url.clone()));
        url.or_else(|| sets.built_in.get(name).map(|function| Target::BuiltIn(Arc::clone(function))))
    }
}

/// A function that failed, as Lambda reports it.
struct FunctionError {
    kind: &'static str,
    message: String,
}

/// Answers invocations.
pub(crate) fn router(functions: Functions, keys: &KeyPair, timeout: Duration) -> Result<Router, reqwest::Error> {
    // No proxy: the author's functions are on this machine or named by a full URL. No redirects:
    // an event goes where the author said and nowhere else.
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    let verifier = Verifier::new(keys, "lambda", PAYLOAD_LIMIT);
    let lambda = Lambda { functions, verifier, http, timeout };
    Ok(Router::new().route("/2015-03-31/functions/{name}/invocations", routing::post(invoke)).with_state(lambda))
}

#[derive(Clone)]
struct Lambda {
    functions: Functions,
    verifier: Verifier,
    http: reqwest::Client,
    timeout: Duration,
}

async fn invoke(State(lambda): State<Lambda>, Path(name): Path<String>, request: Request) -> Response {
    let (head, body) = match lambda.verifier.verified(request).await {
        Ok(verified) => verified,
        Err(Refusal::Unsigned) => {
            let message = "The request was not signed with the cloud's key pair.";
            return refusal(StatusCode::FORBIDDEN, "UnrecognizedClientException", message);
        }
        Err(Refusal::TooLarge) => {
            let message = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message);
        }
    };
    let name = function_name(&name);
    let Some(target) = lambda.functions.find(name) else {
        let message = format!("Function not found: arn:aws:lambda:{REGION}:000000000000:function:{name}");
        return refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message);
    };
    let Ok(event) = parse_event(&body) else {
        let message = "Could not parse request body into json.";
        return refusal(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message);
    };
    match head.headers.get("x-amz-invocation-type").and_then(|value| value.to_str().ok()) {
        Some("DryRun") => StatusCode::NO_CONTENT.into_response(),
        Some("Event") => {
            tokio::spawn(async move {
                if let Err(error) = lambda.run(target, event).await {
                    tracing::warn!(kind = error.kind, "a function invoked without waiting failed");
                }
            });
            StatusCode::ACCEPTED.into_response()
        }
        _ => answer(lambda.run(target, event).await),
    }
}

impl Lambda {
    async fn run(&self, target: Target, event: Value) -> Result<Vec<u8>, FunctionError> {
        let ran = async {
            match target {
                Target::Url(url) => self.post(&url, &event).await,
                // In a task of its own, so that a function that panics fails alone.
                Target::BuiltIn(function) => match tokio::spawn(async move { function.call(event).await }).await {
                    Ok(answer) => answer.map_err(|message| failed("FunctionError", message)),
                    Err(_) => Err(failed("Runtime.ExitError", "the function panicked")),
                },
            }
        };
        let Ok(answer) = tokio::time::timeout(self.timeout, ran).await else {
            return Err(failed(
                "Sandbox.Timedout",
                format!("Task timed out after {:.2} seconds", self.timeout.as_secs_f64()),
            ));
        };
        let bytes = answer?.to_string().into_bytes();
        if bytes.len() > PAYLOAD_LIMIT {
            return Err(failed(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
            ));
        }
        Ok(bytes)
    }

    /// 200 with JSON is the result, anything else an error of the function.
    async fn post(&self, url: &str, event: &Value) -> Result<Value, FunctionError> {
        let url = reqwest::Url::parse(url).map_err(|error| failed("LocalFunction.Url", format!("{url}: {error}")))?;
        if url.scheme() != "http" {
            return Err(failed("LocalFunction.Url", format!("{url}: only http is called")));
        }
        let unreachable = |error: reqwest::Error| failed("LocalFunction.Unreachable", described(&error));
        let mut response = self.http.post(url.clone()).json(event).send().await.map_err(unreachable)?;
        let status = response.status();
        if status != StatusCode::OK {
            return Err(failed("LocalFunction.Status", format!("{url} answered {status}")));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > PAYLOAD_LIMIT {
                return Err(failed(
                    "Function.ResponseSizeTooLarge",
                    format!("{url} answered more than {PAYLOAD_LIMIT} bytes"),
                ));
            }
        }
        serde_json::from_slice(&body)
            .map_err(|error| failed("LocalFunction.NoJson", format!("{url} did not answer JSON: {error}")))
    }
}

fn answer(result: Result<Vec<u8>, FunctionError>) -> Response {
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let version = (header::HeaderName::from_static("x-amz-executed-version"), HeaderValue::from_static("$LATEST"));
    match result {
        Ok(body) => ([json, version], body).into_response(),
        Err(FunctionError { kind, message }) => {
            let error =
                (header::HeaderName::from_static("x-amz-function-error"), HeaderValue::from_static("Unhandled"));
            let body = json!({"errorMessage": message, "errorType": kind}).to_string();
            ([json, version, error], body).into_response()
        }
    }
}

/// An error of the service itself, as the SDK expects it.
fn refusal(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let body = json!({"Type": "User", "Message": message}).to_string();
    (status, [("content-type", "application/json"), ("x-amzn-errortype", kind)], body).into_response()
}

/// `name`, `name:qualifier`, `account:function:name` or a full ARN with or without qualifier.
fn function_name(given: &str) -> &str {
    let given = given.trim();
    let name = given.rsplit_once(":function:").map_or(given, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

/// A function may be invoked with nothing, which Lambda takes for an empty object.
fn parse_event(body: &[u8]) -> Result<Value, serde_json::Error> {
    if body.is_empty() { Ok(json!({})) } else { serde_json::from_slice(body) }
}

fn failed(kind: &'static str, message: impl Into<String>) -> FunctionError {
    FunctionError { kind, message: message.into() }
}

fn described(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_the_last_part_of_its_arn() {
        for given in [
            "order",
            " order\t",
            "order:live",
            "123456789012:function:order",
            "arn:aws:lambda:eu-west-1:123456789012:function:order",
            "arn:aws:lambda:eu-west-1:123456789012:function:order:7",
        ] {
            assert_eq!(function_name(given), "order", "{given}");
        }
    }
}

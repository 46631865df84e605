//! Backends as Lambda functions.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_lambda::{
    Client,
    config::{Config, Region, retry::RetryConfig, timeout::TimeoutConfig},
    error::SdkError,
    operation::invoke::{InvokeError, InvokeOutput},
    primitives::Blob,
    types::InvocationType,
};
use sbf_dialog::ports::{BackendAnswer, BackendCall, Fulfilment};
use serde_json::Value;

use crate::{
    causes,
    metrics::{Metric, count},
    settings::{BackendSettings, function_name},
};

/// [`Fulfilment`] by invoking Lambda functions and waiting for what they return.
#[derive(Debug)]
pub struct LambdaBackends {
    client: Client,
    settings: BackendSettings,
    /// Clients for functions in other regions, made when first needed.
    elsewhere: Mutex<BTreeMap<String, Client>>,
}

impl LambdaBackends {
    /// Backends reached through `client`, in its region unless an ARN names another.
    pub fn new(client: Client, settings: BackendSettings) -> Self {
        Self { client, settings, elsewhere: Mutex::default() }
    }

    async fn invoke(&self, call: &BackendCall) -> Result<Value, String> {
        let written = if call.arn.is_empty() { &call.function } else { &call.arn };
        let target = match &self.settings.allowed {
            Some(allowed) => allowed.target(written).ok_or_else(|| refused(written))?,
            None => written,
        };
        let event = serde_json::to_vec(&call.event).map_err(|error| error.to_string())?;
        let client = self.client_in(region(target));
        let invoked = send_patiently(&client, target, Blob::new(event));
        let deadline = self.settings.deadline;
        match tokio::time::timeout(deadline, invoked).await {
            Ok(Ok(output)) => returned(&output),
            Ok(Err(error)) => Err(causes(&error)),
            Err(_) => {
                count(Metric::BackendTimeouts);
                Err(format!("no answer within {} ms", deadline.as_millis()))
            }
        }
    }

    fn client_in(&self, region: Option<&str>) -> Client {
        let own = self.client.config().region().map(Region::as_ref);
        let Some(region) = region.filter(|region| own != Some(*region)) else { return self.client.clone() };
        let mut elsewhere = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        let make =
            || Client::from_conf(self.client.config().to_builder().region(Region::new(region.to_owned())).build());
        elsewhere.entry(region.to_owned()).or_insert_with(make).clone()
    }
}

#[async_trait]
impl Fulfilment for LambdaBackends {
    async fn call(&self, call: &BackendCall) -> BackendAnswer {
        match self.invoke(call).await {
            Ok(value) => BackendAnswer::Answered(value),
            Err(why) => BackendAnswer::Failed(why),
        }
    }
}

/// The Region that an ARN names.
fn region(target: &str) -> Option<&str> {
    let mut parts = target.split(':');
    let is_arn = parts.next() == Some("arn") && parts.nth(1) == Some("lambda");
    parts.next().filter(|_| is_arn)
}

/// For the log; the user reads that the backend failed.
fn refused(written: &str) -> String {
    format!("the function {} is not on the list of functions that may be called", function_name(written))
}

/// Invokes once, for as long as the deadline allows: a second invocation could do a thing twice. Only a refusal for lack of capacity, before which nothing ran, is tried again.
async fn send_patiently(client: &Client, function: &str, event: Blob) -> Result<InvokeOutput, SdkError<InvokeError>> {
    const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
    for pause in PAUSES {
        match send(client, function, event.clone()).await {
            Err(error) if is_throttled(&error) => tokio::time::sleep(pause).await,
            other => return other,
        }
    }
    send(client, function, event).await
}

async fn send(client: &Client, function: &str, event: Blob) -> Result<InvokeOutput, SdkError<InvokeError>> {
    let once = Config::builder().retry_config(RetryConfig::disabled()).timeout_config(TimeoutConfig::disabled());
    let request = client.invoke().function_name(function).invocation_type(InvocationType::RequestResponse);
    request.payload(event).customize().config_override(once).send().await
}

fn is_throttled(error: &SdkError<InvokeError>) -> bool {
    error.as_service_error().is_some_and(InvokeError::is_too_many_requests_exception)
}

fn returned(output: &InvokeOutput) -> Result<Value, String> {
    let payload = output.payload().map(Blob::as_ref).unwrap_or_default();
    match output.function_error() {
        Some(kind) => Err(raised(kind, payload)),
        None => serde_json::from_slice(payload).map_err(|error| format!("what it returned is not JSON: {error}")),
    }
}

/// What goes to the log: the error's type alone, for its message may hold what the user said.
fn raised(kind: &str, payload: &[u8]) -> String {
    tracing::debug!(kind, payload = %String::from_utf8_lossy(payload), "a function raised");
    let error: Value = serde_json::from_slice(payload).unwrap_or_default();
    let error_type = error["errorType"].as_str().unwrap_or("of no type");
    format!("function error {kind}: {}", error_type.chars().take(100).collect::<String>())
}

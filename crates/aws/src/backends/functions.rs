//! Lambda functions.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_sdk_lambda::{
    Client,
    config::{Config, Region, retry::RetryConfig, timeout::TimeoutConfig},
    error::SdkError,
    operation::invoke::{InvokeError, InvokeOutput},
    primitives::Blob,
    types::InvocationType,
};
use serde_json::Value;

use super::Roles;
use crate::{
    causes,
    settings::{AllowedFunctions, AllowedRoles, function_name},
    unread,
};

/// Functions that may be called, and roles that may be taken for it.
#[derive(Debug)]
pub(super) struct Functions {
    client: Client,
    allowed: Option<AllowedFunctions>,
    allowed_roles: AllowedRoles,
    roles: Option<Arc<dyn Roles>>,
    /// Clients in another role or Region, made when first needed.
    others: Mutex<BTreeMap<Place, Client>>,
}

/// A role and a Region; none: the client's own.
type Place = (Option<String>, Option<String>);

impl Functions {
    /// As `BackendSettings` say.
    pub(super) fn new(client: Client, allowed: Option<AllowedFunctions>, allowed_roles: AllowedRoles) -> Self {
        Self { client, allowed, allowed_roles, roles: None, others: Mutex::default() }
    }

    /// The same, where roles can be taken.
    pub(super) fn taking(self, roles: Arc<dyn Roles>) -> Self {
        Self { roles: Some(roles), ..self }
    }

    /// What a function returns for an event.
    pub(super) async fn invoke(&self, written: &str, role: Option<&str>, event: &Value) -> Result<Value, String> {
        let target = match &self.allowed {
            Some(allowed) => allowed.target(written).ok_or_else(|| refused(written))?,
            None => written,
        };
        let role = role.filter(|_| self.roles.is_some());
        if let Some(role) = role.filter(|role| !self.allowed_roles.allows(role)) {
            return Err(format!("the role {role} is not on the list of roles that may be taken"));
        }
        let event = serde_json::to_vec(event).map_err(|error| error.to_string())?;
        let client = self.client(role, region(target)).await;
        let output = send_patiently(&client, target, Blob::new(event)).await;
        returned(&output.map_err(|error| causes(&error))?)
    }

    async fn client(&self, role: Option<&str>, region: Option<&str>) -> Client {
        let own = self.client.config().region().map(Region::as_ref);
        let region = region.filter(|region| own != Some(*region));
        if role.is_none() && region.is_none() {
            return self.client.clone();
        }
        let place = (role.map(str::to_owned), region.map(str::to_owned));
        if let Some(client) = self.others().get(&place) {
            return client.clone();
        }
        let mut config = self.client.config().to_builder();
        if let Some(region) = region {
            config = config.region(Region::new(region.to_owned()));
        }
        if let Some((role, roles)) = role.zip(self.roles.as_ref()) {
            config = config.credentials_provider(roles.credentials(role).await);
        }
        self.others().entry(place).or_insert_with(|| Client::from_conf(config.build())).clone()
    }

    fn others(&self) -> MutexGuard<'_, BTreeMap<Place, Client>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
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
        None => {
            serde_json::from_slice(payload).map_err(|error| format!("what it returned is not JSON: {}", unread(&error)))
        }
    }
}

/// What goes to the log: the error's type alone, and that only where it is a name, for all else may hold what the user said.
fn raised(kind: &str, payload: &[u8]) -> String {
    tracing::debug!(kind, payload = %String::from_utf8_lossy(payload), "a function raised");
    let error: Value = serde_json::from_slice(payload).unwrap_or_default();
    let error_type = error["errorType"].as_str().filter(|name| is_name(name)).unwrap_or("of no type");
    format!("function error {kind}: {error_type}")
}

/// Such as `TypeError`, `Runtime.ExitError`, `java.io.IOException` or `shop::Closed`.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'$');
    (1..=100).contains(&text.len()) && text.bytes().all(allowed)
}

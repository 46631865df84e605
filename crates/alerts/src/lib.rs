#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod slack;

use std::{net::IpAddr, time::Duration};

use aws_sdk_secretsmanager::{Client, error::DisplayErrorContext};
use aws_smithy_http_client::default_connector;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use http::Uri;
use serde::Deserialize;
use tokio::sync::Mutex;

/// How long Slack may take.
const DEADLINE: Duration = Duration::from_secs(8);

/// What SNS sends, as far as it matters here ("Using Lambda with Amazon SNS" in the AWS Lambda developer guide).
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// One message each; SNS sends one at a time.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// A message and what surrounds it.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// The message.
    #[serde(rename = "Sns")]
    pub sns: Message,
}

/// A message of the topic.
#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    /// Its title, where it has one.
    #[serde(rename = "Subject")]
    pub subject: Option<String>,
    /// Its text: of an alarm, JSON.
    #[serde(rename = "Message")]
    pub message: String,
}

/// A message that did not get to Slack; the event is worth repeating. The webhook's address is in none of them.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// The secret could not be read.
    #[error("the secret with the webhook cannot be read: {0}")]
    Secret(String),
    /// The secret holds something else.
    #[error("the secret must hold the address of a webhook, https and nothing else")]
    NoAddress,
    /// Slack could not be reached or did not answer in time.
    #[error("Slack did not answer: {0}")]
    Unreached(String),
    /// Slack answered with another status than 200.
    #[error("Slack refused the message with status {0}")]
    Refused(u16),
    /// The program was built without a client for https.
    #[error("there is no client for https in this program")]
    NoClient,
}

/// Posts to one channel.
#[derive(Debug)]
pub struct Poster {
    secrets: Client,
    secret: String,
    connector: SharedHttpConnector,
    /// The webhook's address, once it was read.
    address: Mutex<Option<Uri>>,
}

impl Poster {
    /// A poster to the webhook in the secret that is called `secret`.
    ///
    /// # Errors
    /// Where the program was built without https.
    pub fn new(secrets: Client, secret: String) -> Result<Self, AlertError> {
        let connector = default_connector(&HttpConnectorSettings::default(), None).ok_or(AlertError::NoClient)?;
        Ok(Self { secrets, secret, connector, address: Mutex::default() })
    }

    /// Posts every message of an event.
    ///
    /// # Errors
    /// The first message that did not get through.
    pub async fn handle(&self, event: &Event) -> Result<(), AlertError> {
        for Record { sns } in &event.records {
            self.post(slack::message(sns.subject.as_deref(), &sns.message).to_string()).await?;
            tracing::info!("told Slack of an alarm");
        }
        Ok(())
    }

    async fn post(&self, body: String) -> Result<(), AlertError> {
        let address = self.address().await?;
        let mut request = HttpRequest::new(SdkBody::from(body));
        let unreached = |error: &dyn std::error::Error| AlertError::Unreached(said(error));
        request.set_method("POST").map_err(|error| unreached(&error))?;
        request.set_uri(address).map_err(|_| AlertError::NoAddress)?;
        request.headers_mut().insert("content-type", "application/json");
        let answer = tokio::time::timeout(DEADLINE, self.connector.call(request)).await;
        let answer = answer.map_err(|error| unreached(&error))?.map_err(|error| unreached(&error))?;
        let status = answer.status().as_u16();
        if (400..500).contains(&status) {
            // It may have been replaced by another.
            self.address.lock().await.take();
        }
        if status == 200 { Ok(()) } else { Err(AlertError::Refused(status)) }
    }

    async fn address(&self) -> Result<Uri, AlertError> {
        let mut kept = self.address.lock().await;
        if let Some(address) = &*kept {
            return Ok(address.clone());
        }
        let read = self.secrets.get_secret_value().secret_id(&self.secret).send().await;
        let read = read.map_err(|error| AlertError::Secret(DisplayErrorContext(&error).to_string()))?;
        let address = read.secret_string().and_then(webhook).ok_or(AlertError::NoAddress)?;
        Ok(kept.insert(address).clone())
    }
}

/// An address that may be posted to: by https, or on this machine, where nobody listens in.
fn webhook(text: &str) -> Option<Uri> {
    let address: Uri = text.trim().parse().ok()?;
    let host = address.host().filter(|host| !host.is_empty())?;
    let on_this_machine = || host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback());
    match address.scheme_str()? {
        "https" => Some(address),
        "http" if on_this_machine() => Some(address),
        _ => None,
    }
}

/// An error with its causes.
fn said(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_nobody_overhears_is_posted_to() {
        assert!(webhook(" https://hooks.slack.com/services/T/B/x\n").is_some());
        assert!(webhook("http://127.0.0.1:8000/hook").is_some());
        for wrong in ["", "hooks.slack.com", "http://hooks.slack.com/x", "{\"url\":\"https://a\"}", "ftp://127.0.0.1/x"]
        {
            assert!(webhook(wrong).is_none(), "{wrong}");
        }
    }
}

//! From SNS's event to Slack, over the real clients, against a Secrets Manager and a Slack on loopback.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use axum::{
    Router,
    extract::{Json, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use sbf_alerts::{AlertError, Event, Poster};
use serde_json::{Value, json};

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack-AbCdEf";

/// Both services on one port, and what they got.
#[derive(Clone, Default)]
struct Services {
    /// The secret's text; none: Secrets Manager refuses.
    webhook: Arc<Mutex<Option<String>>>,
    read: Arc<Mutex<Vec<Value>>>,
    posted: Arc<Mutex<Vec<Value>>>,
    status: Arc<AtomicU16>,
}

impl Services {
    async fn start() -> (Self, Poster) {
        let services = Self::default();
        services.status.store(200, Ordering::Relaxed);
        let router = Router::new().route("/", post(secret)).route("/hook", post(hook)).with_state(services.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        services.webhook.lock().unwrap().replace(format!("{url}/hook"));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(url);
        let client = aws_sdk_secretsmanager::Client::from_conf(config.build());
        (services, Poster::new(client, SECRET.to_owned()).unwrap())
    }

    fn counts(&self) -> (usize, usize) {
        (self.read.lock().unwrap().len(), self.posted.lock().unwrap().len())
    }
}

/// Secrets Manager's JSON 1.1 protocol.
async fn secret(State(services): State<Services>, headers: HeaderMap, body: String) -> impl IntoResponse {
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    let body: Value = serde_json::from_str(&body).unwrap();
    services.read.lock().unwrap().push(body);
    let kind = [("content-type", "application/x-amz-json-1.1")];
    match services.webhook.lock().unwrap().clone() {
        Some(webhook) => (StatusCode::OK, kind, json!({ "ARN": SECRET, "SecretString": webhook }).to_string()),
        None => (StatusCode::BAD_REQUEST, kind, json!({ "__type": "AccessDeniedException" }).to_string()),
    }
}

async fn hook(State(services): State<Services>, Json(message): Json<Value>) -> impl IntoResponse {
    services.posted.lock().unwrap().push(message);
    StatusCode::from_u16(services.status.load(Ordering::Relaxed)).unwrap()
}

/// An event as SNS sends it.
fn event() -> Event {
    let alarm = json!({
        "AlarmName": "shop-CoreErrorsAlarm", "NewStateValue": "ALARM", "NewStateReason": "Threshold Crossed",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-CoreErrorsAlarm"
    });
    let record = json!({
        "EventSource": "aws:sns", "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:eu-west-1:123456789012:alarms:1",
        "Sns": {
            "Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
            "Subject": "ALARM", "Message": alarm.to_string(), "Timestamp": "2026-11-21T06:01:02.345Z",
            "MessageAttributes": {}
        }
    });
    serde_json::from_value(json!({ "Records": [record] })).unwrap()
}

#[tokio::test]
async fn an_alarm_gets_to_slack_and_the_secret_is_read_once() {
    let (services, poster) = Services::start().await;
    poster.handle(&event()).await.unwrap();
    poster.handle(&event()).await.unwrap();
    assert_eq!(services.counts(), (1, 2));
    assert_eq!(services.read.lock().unwrap()[0], json!({ "SecretId": SECRET }));
    assert_eq!(services.posted.lock().unwrap()[0]["text"], "Alarm: shop-CoreErrorsAlarm");
}

#[tokio::test]
async fn a_message_that_slack_does_not_take_is_an_error_without_the_address() {
    let (services, poster) = Services::start().await;
    for status in [500, 429, 302] {
        services.status.store(status, Ordering::Relaxed);
        let error = poster.handle(&event()).await.unwrap_err();
        assert!(matches!(error, AlertError::Refused(found) if found == status), "{error}");
        assert!(!error.to_string().contains("127.0.0.1"), "{error}");
    }
    services.status.store(200, Ordering::Relaxed);
    poster.handle(&event()).await.unwrap();
}

#[tokio::test]
async fn a_webhook_that_was_replaced_is_read_anew() {
    let (services, poster) = Services::start().await;
    services.status.store(404, Ordering::Relaxed);
    poster.handle(&event()).await.unwrap_err();
    services.status.store(200, Ordering::Relaxed);
    poster.handle(&event()).await.unwrap();
    assert_eq!(services.counts(), (2, 2));
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_is_named_and_not_shown() {
    let (services, poster) = Services::start().await;
    services.webhook.lock().unwrap().replace("http://hooks.example.org/token".to_owned());
    let error = poster.handle(&event()).await.unwrap_err();
    assert!(matches!(error, AlertError::NoAddress) && !error.to_string().contains("token"), "{error}");
    services.webhook.lock().unwrap().take();
    let error = poster.handle(&event()).await.unwrap_err();
    assert!(error.to_string().contains("AccessDeniedException"), "{error}");
    // Nobody listens there.
    services.webhook.lock().unwrap().replace("http://127.0.0.1:9/hook-token".to_owned());
    let error = poster.handle(&event()).await.unwrap_err();
    assert!(matches!(error, AlertError::Unreached(_)) && !error.to_string().contains("token"), "{error}");
    assert_eq!(services.posted.lock().unwrap().len(), 0);
}

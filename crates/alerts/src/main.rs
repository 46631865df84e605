//! The program: what Lambda starts.

use std::{env, time::Duration};

use aws_config::{BehaviorVersion, timeout::TimeoutConfig};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use sbf_alerts::{AlertError, Event, Poster};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false);
    lines.with_env_filter(filter).with_target(false).init();
    let secret = env::var("SLACK_WEBHOOK_SECRET").map_err(|_| "SLACK_WEBHOOK_SECRET must be set: the secret's ARN")?;
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(5)).build();
    let sdk = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).load().await;
    let poster = &Poster::new(aws_sdk_secretsmanager::Client::new(&sdk), secret)?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async move {
        poster.handle(&event.payload).await.map_err(diagnosed)
    }))
    .await
}

/// An error, so that Lambda repeats the event and keeps it in the end.
fn diagnosed(error: AlertError) -> Diagnostic {
    Diagnostic { error_type: "AlertError".to_owned(), error_message: error.to_string() }
}

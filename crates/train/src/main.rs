#![doc = include_str!("../README.md")]

use std::time::Duration;

use aws_config::{BehaviorVersion, timeout::TimeoutConfig};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use sbf_aws::{
    settings::{BrainSettings, Environment},
    training::{Outcome, Trainer, TrainingError},
};
use serde_json::Value;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_target(false).init();
    let settings = BrainSettings::from_environment(&Environment::of_process()).map_err(|error| error.to_string())?;
    let sdk = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts()).load().await;
    let trainer = &Trainer::new(aws_sdk_s3::Client::new(&sdk), settings);
    let train = |event: LambdaEvent<Value>| async move { handle(trainer, &event.payload).await };
    lambda_runtime::run(service_fn(train)).await
}

/// A call that hangs must not use up the time of the whole run; the largest object takes seconds.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(30)).build()
}

/// A run that S3 spoilt is an error, so that the invocation fails and is repeated; faults in the brain are an outcome.
async fn handle(trainer: &Trainer, event: &Value) -> Result<Outcome, Diagnostic> {
    let diagnose =
        |error: TrainingError| Diagnostic { error_type: "TrainingError".to_owned(), error_message: error.to_string() };
    trainer.handle(event).await.map_err(diagnose)
}

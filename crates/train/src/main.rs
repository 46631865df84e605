#![doc = include_str!("../README.md")]

use std::{
    io::{Write, stdout},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_config::{BehaviorVersion, timeout::TimeoutConfig};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use sbf_aws::{
    meaning,
    metrics::of_training,
    settings::{BrainSettings, Environment, MetricSettings},
    training::{Outcome, Trainer, TrainingError},
};
use serde_json::Value;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false);
    lines.with_env_filter(filter).with_target(false).init();
    let environment = Environment::of_process();
    let settings = BrainSettings::from_environment(&environment).map_err(|error| error.to_string())?;
    let metrics = &MetricSettings::from_environment(&environment);
    let sdk = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts()).load().await;
    let trainer =
        &Trainer::new(aws_sdk_s3::Client::new(&sdk), settings).going_by(meaning::of_environment(&environment));
    let train = |event: LambdaEvent<Value>| async move {
        let began = Instant::now();
        let outcome = trainer.handle(&event.payload).await;
        if let Some(metrics) = metrics {
            measure(metrics, began.elapsed(), &event.context.request_id, &outcome);
        }
        answered(outcome)
    };
    lambda_runtime::run(service_fn(train)).await
}

/// A call that hangs must not use up the time of the whole run; the largest object takes seconds.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(30)).build()
}

/// A run that S3 spoilt is an error, so that the invocation fails and is repeated; faults in the brain are an outcome.
fn answered(outcome: Result<Outcome, TrainingError>) -> Result<Outcome, Diagnostic> {
    let diagnose =
        |error: TrainingError| Diagnostic { error_type: "TrainingError".to_owned(), error_message: error.to_string() };
    outcome.map_err(diagnose)
}

/// CloudWatch reads metrics from whole lines of standard output; one that cannot be written is lost, and no brain with it.
fn measure(metrics: &MetricSettings, took: Duration, request_id: &str, outcome: &Result<Outcome, TrainingError>) {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
    if let Some(line) = of_training(&metrics.stack, now, took, request_id, outcome) {
        let _ = stdout().write_all(format!("{line}\n").as_bytes());
    }
}

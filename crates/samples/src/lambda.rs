//! A sample as a Lambda function: what its program does.

use std::panic::{self, PanicHookInfo};

use aws_config::BehaviorVersion;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tracing_subscriber::EnvFilter;

use crate::{Samples, Tables};

/// Answers Lambda's events as the sample of this name until the sandbox ends.
///
/// # Errors
/// Where Lambda's Runtime API cannot be reached.
pub async fn serve(name: &'static str) -> Result<(), Error> {
    log();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let samples = &Samples::new(aws_sdk_dynamodb::Client::new(&config), Tables::from_env());
    run(service_fn(|event: LambdaEvent<Value>| async move {
        // Boxed: the compiler loses its way in a future of all three dialogs within that of the program.
        let reply = Box::pin(samples.invoke(name, event.payload)).await;
        reply.unwrap_or_else(|| Err("no such sample".to_owned()))
    }))
    .await
}

/// `RUST_LOG` decides, and without it info: the runtime's own subscriber would take `AWS_LAMBDA_LOG_LEVEL` then, which the template sets to
/// TRACE, and at that the runtime writes every event down, with what a user said. A panic is told by its place, for its message may quote that.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false);
    lines.with_env_filter(filter).with_target(false).init();
    panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        tracing::error!(place, "panicked");
    }));
}

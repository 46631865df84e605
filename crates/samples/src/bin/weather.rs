//! The weather sample as a Lambda function.

use aws_config::BehaviorVersion;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use sbf_samples::{Samples, Tables, WEATHER};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let samples = Samples::new(aws_sdk_dynamodb::Client::new(&config), Tables::from_env());
    run(service_fn(|event: LambdaEvent<Value>| async {
        let reply = samples.invoke(WEATHER, event.payload).await;
        reply.unwrap_or_else(|| Err("no such sample".to_owned()))
    }))
    .await
}

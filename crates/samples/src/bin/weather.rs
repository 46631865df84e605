//! The weather sample as a Lambda function.

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    sbf_samples::lambda::serve(sbf_samples::WEATHER).await
}

//! The sample fulfilment functions, in this process.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use sbf_samples::{Samples, Tables};
use serde_json::Value;

use crate::lambda::{Functions, LocalFunction};

/// Makes the samples' tables and has Invoke know the samples by their names.
pub(crate) async fn register(functions: &Functions, dynamodb: &Client) -> Result<(), String> {
    let tables = Tables::default();
    sbf_samples::create_tables(dynamodb, &tables).await.map_err(|error| error.to_string())?;
    let samples = Arc::new(Samples::new(dynamodb.clone(), tables));
    for name in Samples::names() {
        functions.register(name, Arc::new(Sample { samples: Arc::clone(&samples), name }));
    }
    Ok(())
}

struct Sample {
    samples: Arc<Samples>,
    name: &'static str,
}

#[async_trait::async_trait]
impl LocalFunction for Sample {
    async fn call(&self, event: Value) -> Result<Value, String> {
        let answer = self.samples.invoke(self.name, event).await;
        answer.unwrap_or_else(|| Err(format!("no sample is called {}", self.name)))
    }
}

//! Both functions of a bot on an embedded cloud, as `template.yaml` would deploy them.

use std::{path::PathBuf, time::Duration};

use sbf_aws::{ratings::create_ratings_table, sessions::create_sessions_table};
use sbf_brain::artefact::{CONFIGS, KNOWLEDGE, PACKED};
use sbf_local::{Cloud, CloudOptions, notification};
use serde_json::Value;

use super::sandbox::{Failure, Function, FunctionSettings};

/// The tables' names.
const SESSIONS: &str = "bench-sessions";
const RATINGS: &str = "bench-ratings";
const UPLOADS: &str = "bench-uploads";

/// A cloud and the programs that run on it.
pub struct TestStack {
    /// The embedded cloud.
    pub cloud: Cloud,
    programs: Programs,
}

/// Where the two bootstraps are.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The program of `sbf-core`.
    pub core: PathBuf,
    /// The program of `sbf-train`.
    pub train: PathBuf,
}

impl TestStack {
    /// A stack with no bucket for a brain yet.
    pub async fn start(programs: Programs) -> Self {
        let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
        cloud.create_bucket(UPLOADS).await.unwrap();
        create_sessions_table(&cloud.dynamodb(), SESSIONS).await.unwrap();
        create_ratings_table(&cloud.dynamodb(), RATINGS).await.unwrap();
        Self { cloud, programs }
    }

    /// The function that answers from a bucket's brain and may call these backends.
    pub fn core(&self, bucket: &str, backends: &str) -> FunctionSettings {
        let own = [
            ("BRAIN_BUCKET", bucket),
            ("SESSIONS_TABLE", SESSIONS),
            ("RATINGS_TABLE", RATINGS),
            ("UPLOAD_BUCKET", UPLOADS),
            ("ALLOWED_FUNCTIONS", backends),
            ("RUST_LOG", "info"),
        ];
        let (program, timeout) = (self.programs.core.clone(), Duration::from_secs(29));
        FunctionSettings { name: "core".into(), program, environment: self.environment(&own), timeout, memory_mb: 1769 }
    }

    /// The function that trains a bucket's brain.
    pub fn train(&self, bucket: &str) -> FunctionSettings {
        let environment = self.environment(&[("BRAIN_BUCKET", bucket), ("RUST_LOG", "info")]);
        let (program, timeout) = (self.programs.train.clone(), Duration::from_secs(300));
        FunctionSettings { name: "train".into(), program, environment, timeout, memory_mb: 3008 }
    }

    fn environment(&self, own: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.cloud.environment().into_iter().chain(own).collect()
    }

    /// Puts an object, as an author uploads a file.
    pub async fn upload(&self, bucket: &str, key: &str, content: impl Into<Vec<u8>>) {
        let put = self.cloud.s3().put_object().bucket(bucket).key(key);
        put.body(content.into().into()).send().await.unwrap();
    }

    /// An object's bytes.
    pub async fn object(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        let object = self.cloud.s3().get_object().bucket(bucket).key(key).send().await.ok()?;
        Some(object.body.collect().await.unwrap().to_vec())
    }

    /// The trained brain that lies in a bucket, decoded as core decodes it: a broken one fails the test.
    pub async fn live(&self, bucket: &str) -> Option<sbf_brain::Brain> {
        let packed = self.object(bucket, PACKED).await?;
        Some(sbf_brain::decode(&packed).unwrap())
    }

    /// The `body` of a subject's session, as core saved it.
    pub async fn session(&self, subject: &str, id: &str) -> Option<String> {
        let key = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
        let request = self.cloud.dynamodb().get_item().table_name(SESSIONS);
        let item = request.key("pk", key(subject)).key("sk", key(id)).send().await.unwrap().item?;
        item["body"].as_s().ok().cloned()
    }

    /// Uploads both files and runs the train bootstrap on them.
    ///
    /// # Errors
    /// As the function's.
    pub async fn teach(&self, bucket: &str, knowledge: &Value, configs: &Value) -> Result<Value, Failure> {
        self.cloud.create_versioned_bucket(bucket).await.unwrap();
        self.upload(bucket, CONFIGS, configs.to_string()).await;
        self.upload(bucket, KNOWLEDGE, knowledge.to_string()).await;
        Function::new(self.train(bucket)).notify(&super::event::objects_created(bucket, &[KNOWLEDGE])).await
    }

    /// Hands the event of every object stored in a bucket from now on to the function, as S3 does; ends when dropped by `select`.
    pub async fn deliver(&self, bucket: &str, train: &Function) {
        let mut events = self.cloud.object_events();
        loop {
            let event = events.recv().await.unwrap();
            if event.bucket == bucket && (event.key == KNOWLEDGE || event.key == CONFIGS) {
                // What fails thrice is among the function's dead letters.
                let _ = train.notify(&notification(&event)).await;
            }
        }
    }
}

//! Both functions of a bot on an embedded cloud, as `template.yaml` would deploy them.

use std::path::{Path, PathBuf};

use sbf_aws::{ratings::create_ratings_table, sessions::create_sessions_table};
use sbf_brain::artefact::{CONFIGS, KNOWLEDGE, PACKED};
use sbf_local::{Cloud, CloudOptions, notification};
use serde_json::Value;

use super::sandbox::{Failure, Function, FunctionSettings};
use crate::{deployment::deployed, moto::Moto};

/// The stack's name, and those of its tables and buckets.
pub const STACK: &str = "bench";
const SESSIONS: &str = "bench-sessions";
const RATINGS: &str = "bench-ratings";
const UPLOADS: &str = "bench-uploads";
/// The bucket of sounds.
pub const SOUNDS: &str = "bench-sounds";

/// Where `/client.json` of a test's stack sends people to sign in.
pub const SIGN_IN: [(&str, &str); 4] = [
    ("SIGN_IN_ISSUER", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE"),
    ("SIGN_IN_CLIENT_ID", "page"),
    ("SIGN_IN_SCOPES", "openid email"),
    ("SIGN_IN_URL", "https://sbf-1.auth.us-east-1.amazoncognito.com"),
];

/// A cloud and the programs that run on it.
pub struct TestStack {
    /// The embedded cloud.
    pub cloud: Cloud,
    programs: Programs,
    /// Where Cognito is.
    cognito: Option<String>,
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
        for bucket in [UPLOADS, SOUNDS] {
            cloud.create_bucket(bucket).await.unwrap();
        }
        create_sessions_table(&cloud.dynamodb(), SESSIONS).await.unwrap();
        create_ratings_table(&cloud.dynamodb(), RATINGS).await.unwrap();
        Self { cloud, programs, cognito: None }
    }

    /// The same, whose people are in a user pool of this Cognito.
    #[must_use]
    pub fn signing_in_at(self, moto: &Moto) -> Self {
        Self { cognito: Some(moto.address.clone()), ..self }
    }

    /// The function that answers from a bucket's brain and may call these backends.
    pub fn core(&self, bucket: &str, backends: &str) -> FunctionSettings {
        let given = [
            ("BRAIN_BUCKET", bucket),
            ("SESSIONS_TABLE", SESSIONS),
            ("RATINGS_TABLE", RATINGS),
            ("UPLOAD_BUCKET", UPLOADS),
            ("SPEECH_BUCKET", SOUNDS),
            ("ALLOWED_FUNCTIONS", backends),
            ("ALLOWED_ROLES", ""),
            ("ALLOWED_BOTS", ""),
            ("METRICS_STACK", STACK),
            ("ORIGIN_VERIFY_SECRET", ""),
        ];
        self.function("CoreFunction", "core", &self.programs.core, &[&given[..], &SIGN_IN].concat())
    }

    /// The function that trains a bucket's brain.
    pub fn train(&self, bucket: &str) -> FunctionSettings {
        self.function(
            "TrainFunction",
            "train",
            &self.programs.train,
            &[("BRAIN_BUCKET", bucket), ("METRICS_STACK", STACK)],
        )
    }

    /// A function with the variables, the memory and the time that `template.yaml` gives it.
    fn function(&self, id: &str, name: &str, program: &Path, given: &[(&str, &str)]) -> FunctionSettings {
        let deployed = deployed(id, given);
        let mut environment = self.cloud.environment();
        let cognito =
            self.cognito.iter().map(|at| ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER".to_owned(), at.clone()));
        environment.extend(cognito.chain(deployed.environment));
        let (timeout, memory_mb) = (deployed.timeout, deployed.memory_mb);
        FunctionSettings { name: name.to_owned(), program: program.to_owned(), environment, timeout, memory_mb }
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

    /// Replaces the `body` of a subject's session, as another release would have saved it.
    pub async fn rewrite_session(&self, subject: &str, id: &str, body: &Value) {
        let text = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
        let request = self.cloud.dynamodb().update_item().table_name(SESSIONS);
        let request = request.key("pk", text(subject)).key("sk", text(id)).update_expression("SET body = :body");
        request.expression_attribute_values(":body", text(&body.to_string())).send().await.unwrap();
    }

    /// The objects of a bucket.
    pub async fn keys(&self, bucket: &str) -> Vec<String> {
        let listed = self.cloud.s3().list_objects_v2().bucket(bucket).send().await.unwrap();
        listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
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

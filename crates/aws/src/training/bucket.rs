//! The few things that training does with a bucket.

use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{get_object::GetObjectError, head_object::HeadObjectError, put_object::PutObjectError},
    primitives::ByteStream,
};

use super::TrainingError;
use crate::causes;

/// A bucket and a client for it.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    client: Client,
    name: String,
}

/// An object that was read.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) content: Vec<u8>,
    pub(super) etag: Option<String>,
}

/// What came of a conditional put.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Put {
    Done,
    /// The object is not the one that was seen.
    Overtaken,
}

impl Bucket {
    pub(super) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// An object, or `None` where there is none. (S3 says so only to a role that may list the bucket.)
    pub(super) async fn get(&self, key: &str) -> Result<Option<Object>, TrainingError> {
        let fail = |why: String| TrainingError::Bucket { doing: format!("reading {key}"), why };
        let output = match self.client.get_object().bucket(&self.name).key(key).send().await {
            Ok(output) => output,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(None),
            Err(error) => return Err(fail(causes(&error))),
        };
        let etag = output.e_tag;
        let content = output.body.collect().await.map_err(|error| fail(error.to_string()))?.to_vec();
        Ok(Some(Object { content, etag }))
    }

    /// An object's ETag, or `None` where there is no object.
    pub(super) async fn etag(&self, key: &str) -> Result<Option<String>, TrainingError> {
        match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(output) => Ok(output.e_tag),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
            Err(error) => {
                let why = causes(&error);
                Err(TrainingError::Bucket { doing: format!("looking at {key}"), why })
            }
        }
    }

    pub(super) async fn put(&self, key: &str, content: Vec<u8>) -> Result<(), TrainingError> {
        self.send(key, content.into(), |put| put).await.map_err(|error| failed(key, &error))
    }

    /// Puts provided that the object is still the one `seen`, or still absent.
    pub(super) async fn put_over(
        &self,
        key: &str,
        content: bytes::Bytes,
        seen: Option<&str>,
    ) -> Result<Put, TrainingError> {
        let conditional = |put: PutObject| match seen {
            Some(etag) => put.if_match(etag),
            None => put.if_none_match("*"),
        };
        match self.send(key, content.into(), conditional).await {
            Ok(()) => Ok(Put::Done),
            Err(error) if is_overtaken(&error) => Ok(Put::Overtaken),
            Err(error) => Err(failed(key, &error)),
        }
    }

    async fn send(
        &self,
        key: &str,
        content: ByteStream,
        condition: impl FnOnce(PutObject) -> PutObject,
    ) -> Result<(), SdkError<PutObjectError>> {
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(content_type(key)).body(content);
        condition(put).send().await.map(drop)
    }
}

type PutObject = aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;

/// 412, and 409 or 404 where the object was written or removed during the put ("Conditional writes" in the Amazon S3 user guide).
fn is_overtaken(error: &SdkError<PutObjectError>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}

fn failed(key: &str, error: &SdkError<PutObjectError>) -> TrainingError {
    TrainingError::Bucket { doing: format!("writing {key}"), why: causes(error) }
}

fn content_type(key: &str) -> &'static str {
    match key.rsplit('.').next() {
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/zip",
    }
}

//! The few things that training does with a bucket.

use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{get_object::GetObjectError, head_object::HeadObjectError, put_object::PutObjectError},
    primitives::{ByteStream, ByteStreamError, DateTime},
    types::{DeleteMarkerEntry, ObjectVersion},
};

use super::{TrainingError, history};
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
    /// Seconds since 1970.
    pub(super) modified: i64,
}

/// One of the contents that a key had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// `null` in a bucket that keeps no versions.
    pub(super) id: String,
    /// `None` where the object was removed.
    pub(super) etag: Option<String>,
    /// Seconds since 1970; S3 lists no fractions.
    pub(super) at: i64,
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

    /// What an object was, or `None` where that version is gone.
    pub(super) async fn get_version(&self, key: &str, id: &str) -> Result<Option<Vec<u8>>, TrainingError> {
        Ok(self.read(key, Some(id.to_owned()), |_| None).await?.map(|object| object.content))
    }

    /// An object that is made again where it is damaged, and has no content then; `None` where there is none. (S3 says so only to a role that
    /// may list the bucket.)
    pub(super) async fn get_made(&self, key: &str) -> Result<Option<Object>, TrainingError> {
        self.read(key, None, |error| is_damage(error).then(Vec::new)).await
    }

    /// `mended`: what to take for a content that did not arrive.
    async fn read(
        &self,
        key: &str,
        version: Option<String>,
        mended: impl FnOnce(&ByteStreamError) -> Option<Vec<u8>>,
    ) -> Result<Option<Object>, TrainingError> {
        let fail = |why: String| TrainingError::Bucket { doing: format!("reading {key}"), why };
        let request = self.client.get_object().bucket(&self.name).key(key).set_version_id(version);
        let output = match request.send().await {
            Ok(output) => output,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(fail(causes(&error))),
        };
        let (etag, modified) = (output.e_tag, output.last_modified.map_or(0, |at| at.secs()));
        let content = match output.body.collect().await {
            Ok(content) => content.to_vec(),
            Err(error) => mended(&error).ok_or_else(|| fail(causes(&error)))?,
        };
        Ok(Some(Object { content, etag, modified }))
    }

    /// What a key was, the newest first; at least the newest `most`, where there are so many.
    pub(super) async fn versions(&self, key: &str, most: usize) -> Result<Vec<Version>, TrainingError> {
        // Keys are listed in order, and no key before this one begins with it.
        let request = self.client.list_object_versions().bucket(&self.name).prefix(key);
        let request = request.max_keys(i32::try_from(most).unwrap_or(i32::MAX));
        let (mut written, mut removed) = (Vec::new(), Vec::new());
        let mut next = (None, None);
        loop {
            let page = request.clone().set_key_marker(next.0).set_version_id_marker(next.1).send().await;
            let page = page.map_err(|error| TrainingError::Bucket {
                doing: format!("listing the versions of {key}"),
                why: causes(&error),
            })?;
            let ours = |found: Option<&str>| found == Some(key);
            written.extend(page.versions().iter().filter(|version| ours(version.key())).map(of_version));
            removed.extend(page.delete_markers.iter().flatten().filter(|marker| ours(marker.key())).map(of_marker));
            let more = page.is_truncated() == Some(true) && page.next_key_marker().is_some_and(|next| next == key);
            if !more || written.len() + removed.len() >= most {
                return Ok(history::merged(written, removed));
            }
            next = (page.next_key_marker, page.next_version_id_marker);
        }
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

    /// Puts with a line of metadata.
    pub(super) async fn put_noted(
        &self,
        key: &str,
        content: Vec<u8>,
        (name, note): (&str, String),
    ) -> Result<(), TrainingError> {
        let noted = |put: PutObject| put.metadata(name, note);
        self.send(key, content.into(), noted).await.map_err(|error| failed(key, &error))
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

/// Whether what was read is not what was written. The SDK has no type of its own for it.
fn is_damage(error: &ByteStreamError) -> bool {
    causes(error).contains("checksum mismatch")
}

/// A version that was removed meanwhile, by the bucket's lifecycle or by hand, is as good as none.
fn is_missing(error: &SdkError<GetObjectError>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(code, Some("NoSuchKey" | "NoSuchVersion"))
}

fn of_version(listed: &ObjectVersion) -> (bool, Version) {
    let (id, at) = (named(listed.version_id()), listed.last_modified().map_or(0, DateTime::secs));
    let etag = Some(listed.e_tag().unwrap_or_default().to_owned());
    (listed.is_latest() == Some(true), Version { id, etag, at })
}

fn of_marker(listed: &DeleteMarkerEntry) -> (bool, Version) {
    let (id, at) = (named(listed.version_id()), listed.last_modified().map_or(0, DateTime::secs));
    (listed.is_latest() == Some(true), Version { id, etag: None, at })
}

fn named(version: Option<&str>) -> String {
    version.unwrap_or("null").to_owned()
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

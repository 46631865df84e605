//! The few things that operators' commands do with a bucket.

use anyhow::Context as _;
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata as _, SdkError},
    operation::{
        get_object::GetObjectError,
        put_object::{PutObjectError, builders::PutObjectFluentBuilder},
    },
    primitives::{DateTime, DateTimeFormat},
};
use sbf_brain::artefact::ABOUT;

use crate::stack::said;

/// Under this key of an object's metadata stands who published it.
pub(crate) const PUBLISHED_BY: &str = "published-by";

/// A bucket and a client for it.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// The client.
    pub client: Client,
    /// The bucket's name.
    pub name: String,
}

/// An object as it was seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    /// Its content, or the beginning of it.
    pub content: Vec<u8>,
    /// Names this content.
    pub etag: String,
    /// Names this version in a versioned bucket.
    pub version: Option<String>,
    /// When it was written, RFC 3339.
    pub modified: String,
    /// Who published it, where that is known.
    pub by: Option<String>,
    /// Which files it is about, where it says so.
    pub about: Option<String>,
}

/// What an object must be for a change of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Still absent.
    Absent,
    /// Still of this ETag.
    Still(String),
}

/// What came of a conditional put.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It was done; the new ETag.
    Done(String),
    /// The object is another one by now.
    Overtaken,
}

impl Bucket {
    /// The current version of an object, or `None` where there is none.
    pub(crate) async fn get(&self, key: &str) -> anyhow::Result<Option<Seen>> {
        self.read(key, None, None).await
    }

    /// A certain version of an object, or the current one; the whole of it, or its first bytes.
    pub(crate) async fn read(
        &self,
        key: &str,
        version: Option<&str>,
        beginning: Option<usize>,
    ) -> anyhow::Result<Option<Seen>> {
        let request = self.client.get_object().bucket(&self.name).key(key);
        let range = beginning.map(|bytes| format!("bytes=0-{}", bytes.saturating_sub(1)));
        let request = request.set_version_id(version.map(str::to_owned)).set_range(range);
        let output = match request.send().await {
            Ok(output) => output,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(None),
            // The beginning of nothing is no range.
            Err(error) if beginning.is_some() && error.code() == Some("InvalidRange") => {
                return Box::pin(self.read(key, version, None)).await;
            }
            Err(error) => return Err(said(error)).with_context(|| self.failed("read", key)),
        };
        let noted = |name: &str| output.metadata().and_then(|metadata| metadata.get(name)).cloned();
        let (by, about) = (noted(PUBLISHED_BY), noted(ABOUT));
        let modified = output.last_modified().map(moment).unwrap_or_default();
        let (etag, version) = (output.e_tag.unwrap_or_default(), output.version_id);
        let content = output.body.collect().await.with_context(|| self.failed("read", key))?.to_vec();
        Ok(Some(Seen { content, etag, version, modified, by, about }))
    }

    /// Puts under a condition.
    pub(crate) async fn put(
        &self,
        key: &str,
        content: &[u8],
        condition: &Condition,
        by: Option<&str>,
    ) -> anyhow::Result<Put> {
        let put = self.writing(key, content).set_metadata(by.map(|by| [(PUBLISHED_BY.to_owned(), ascii(by))].into()));
        let put = match condition {
            Condition::Absent => put.if_none_match("*"),
            Condition::Still(etag) => put.if_match(etag),
        };
        match put.send().await {
            Ok(output) => Ok(Put::Done(output.e_tag.unwrap_or_default())),
            // A put that was repeated because its answer was lost finds its own object there.
            Err(error) if is_overtaken(&error) => {
                let there = self.get(key).await?.filter(|there| there.content == content);
                Ok(there.map_or(Put::Overtaken, |there| Put::Done(there.etag)))
            }
            Err(error) => Err(said(error)).with_context(|| self.failed("written", key)),
        }
    }

    /// A put with the content's type.
    pub(crate) fn writing(&self, key: &str, content: &[u8]) -> PutObjectFluentBuilder {
        let put = self.client.put_object().bucket(&self.name).key(key);
        put.content_type(content_type(key)).body(content.to_vec().into())
    }

    /// Removes an object; in a versioned bucket its versions stay.
    pub(crate) async fn remove(&self, key: &str) -> anyhow::Result<()> {
        let removed = self.client.delete_object().bucket(&self.name).key(key).send().await;
        removed.map(drop).map_err(said).with_context(|| self.failed("removed", key))
    }

    pub(crate) fn failed(&self, what: &str, key: &str) -> String {
        format!("{key} of the bucket {} cannot be {what}", self.name)
    }
}

/// RFC 3339, whole seconds as S3 keeps them.
pub(crate) fn moment(at: &DateTime) -> String {
    DateTime::from_secs(at.secs()).fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

/// 412, and 409 or 404 where the object was written or removed during the put ("Conditional writes" in the Amazon S3 user guide).
fn is_overtaken(error: &SdkError<PutObjectError>) -> bool {
    let code = error.as_service_error().and_then(|error| error.code());
    matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}

/// Metadata are headers.
fn ascii(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect()
}

/// The type of a file by its ending, as browsers want it.
pub(crate) fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/vnd.microsoft.icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("pgk") => "application/zip",
        _ => "application/octet-stream",
    }
}

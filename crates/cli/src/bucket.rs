//! The few things that operators' commands do with a bucket.

use anyhow::Context as _;
use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata as _,
    operation::{get_object::GetObjectError, put_object::builders::PutObjectFluentBuilder},
    primitives::{DateTime, DateTimeFormat},
};
use sbf_brain::artefact::ABOUT;

use crate::stack::said;

/// Under this key of an object's metadata stands who published it.
pub(crate) const PUBLISHED_BY: &str = "published-by";

/// Under this key of a page's file stands since when no build has it, in epoch seconds.
pub(crate) const SUPERSEDED: &str = "superseded";

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
    /// Since when no build has it, in epoch seconds, where that was noted.
    pub superseded: Option<u64>,
}

/// What an object must be for a change of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Still absent.
    Absent,
    /// Still of this ETag.
    Still(String),
}

/// What came of a conditional removal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is gone.
    Done,
    /// The object is another one by now, and stays.
    Overtaken,
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
        let superseded = noted(SUPERSEDED).and_then(|seconds| seconds.parse().ok());
        let modified = output.last_modified().map(moment).unwrap_or_default();
        let (etag, version) = (output.e_tag.unwrap_or_default(), output.version_id);
        let content = output.body.collect().await.with_context(|| self.failed("read", key))?.to_vec();
        Ok(Some(Seen { content, etag, version, modified, by, about, superseded }))
    }

    /// Puts under a condition.
    pub(crate) async fn put(
        &self,
        key: &str,
        content: &[u8],
        condition: &Condition,
        by: Option<&str>,
    ) -> anyhow::Result<Put> {
        let put = self.writing(key, content, by);
        let put = match condition {
            Condition::Absent => put.if_none_match("*"),
            Condition::Still(etag) => put.if_match(etag),
        };
        match put.send().await {
            Ok(output) => Ok(Put::Done(output.e_tag.unwrap_or_default())),
            // A put that was repeated because its answer was lost finds its own object there.
            Err(error) if is_overtaken(error.code()) => {
                let there = self.get(key).await?.filter(|there| there.content == content);
                Ok(there.map_or(Put::Overtaken, |there| Put::Done(there.etag)))
            }
            Err(error) => Err(said(error)).with_context(|| self.failed("written", key)),
        }
    }

    /// A put with the content's type, and who publishes it.
    pub(crate) fn writing(&self, key: &str, content: &[u8], by: Option<&str>) -> PutObjectFluentBuilder {
        let put = self.client.put_object().bucket(&self.name).key(key);
        let put = put.content_type(content_type(key)).body(content.to_vec().into());
        put.set_metadata(by.map(|by| [(PUBLISHED_BY.to_owned(), ascii(by))].into()))
    }

    /// Removes an object if it is still of this ETag; in a versioned bucket its versions stay.
    pub(crate) async fn remove(&self, key: &str, etag: &str) -> anyhow::Result<Removal> {
        match self.client.delete_object().bucket(&self.name).key(key).if_match(etag).send().await {
            Ok(_) => Ok(Removal::Done),
            // Somebody else removed it, or this did and its answer was lost.
            Err(error) if error.code() == Some("NoSuchKey") => Ok(Removal::Done),
            Err(error) if is_overtaken(error.code()) => Ok(Removal::Overtaken),
            Err(error) => Err(said(error)).with_context(|| self.failed("removed", key)),
        }
    }

    /// An object without its content, or all but its first byte.
    pub(crate) async fn glance(&self, key: &str) -> anyhow::Result<Option<Seen>> {
        self.read(key, None, Some(1)).await
    }

    pub(crate) fn failed(&self, what: &str, key: &str) -> String {
        format!("{key} of the bucket {} cannot be {what}", self.name)
    }
}

/// RFC 3339, whole seconds as S3 keeps them.
pub(crate) fn moment(at: &DateTime) -> String {
    DateTime::from_secs(at.secs()).fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

/// 412, and 409 or 404 where the object was written or removed meanwhile ("Conditional writes" and "Conditional deletes" in the Amazon S3 user
/// guide).
pub(crate) fn is_overtaken(code: Option<&str>) -> bool {
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

#[cfg(test)]
mod tests {
    use sbf_local::{Cloud, CloudOptions};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_others_wrote_meanwhile_is_neither_overwritten_nor_removed() {
        let cloud = Cloud::start(CloudOptions::default()).await.unwrap();
        cloud.create_bucket("brains").await.unwrap();
        let bucket = Bucket { client: cloud.s3(), name: "brains".to_owned() };
        let put =
            async |content: &[u8], condition| bucket.put("configs.json", content, &condition, None).await.unwrap();
        let Put::Done(first) = put(b"1", Condition::Absent).await else { panic!("it was there") };
        let Put::Done(theirs) = put(b"2", Condition::Still(first.clone())).await else { panic!("it changed") };
        assert_eq!(put(b"3", Condition::Still(first.clone())).await, Put::Overtaken);
        assert_eq!(bucket.remove("configs.json", &first).await.unwrap(), Removal::Overtaken);
        assert_eq!(bucket.get("configs.json").await.unwrap().unwrap().content, b"2");
        assert_eq!(bucket.remove("configs.json", &theirs).await.unwrap(), Removal::Done);
        assert_eq!(bucket.glance("configs.json").await.unwrap(), None);
        assert_eq!(bucket.remove("configs.json", &theirs).await.unwrap(), Removal::Done, "it is gone already");
    }
}

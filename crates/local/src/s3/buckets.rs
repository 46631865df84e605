//! What the S3 operations have in common: look a key up, publish a written blob, delete.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use s3s::dto::{CopySource, ETag};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::blobs::{self, Blobs, Reserved};
use super::conditions::{ReadConditions, Verdict, WriteConditions, precondition_failed};
use super::index::{Draft, Index, Stored};

/// The longest key, in bytes of UTF-8.
const KEY_LIMIT: usize = 1024;

/// The S3 service on one folder.
#[derive(Debug)]
pub(super) struct Buckets {
    index: Index,
    pub(super) blobs: Blobs,
    /// Uploads in parts under way; they end with the process.
    pub(super) uploads: Mutex<HashMap<String, Arc<Upload>>>,
}

/// An upload in parts.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) blob: Reserved,
}

impl Buckets {
    pub(super) fn new(index: Index, blobs: Blobs) -> Self {
        Self { index, blobs, uploads: Mutex::default() }
    }

    /// Runs something of the index where it may block.
    pub(super) async fn index<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Index) -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        let index = self.index.clone();
        tokio::task::spawn_blocking(move || job(&index)).await.map_err(S3Error::internal_error)?
    }

    pub(super) async fn find(&self, bucket: &str, key: &str) -> S3Result<Stored> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        self.index(move |index| index.find(&bucket, &key)).await
    }

    /// The object as it is now, or a certain version of it.
    pub(super) async fn find_any(&self, bucket: &str, key: &str, version: Option<&str>) -> S3Result<Stored> {
        let Some(version) = version.map(str::to_owned) else { return self.find(bucket, key).await };
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        self.index(move |index| index.find_version(&bucket, &key, &version)).await
    }

    pub(super) async fn require_bucket(&self, name: &str) -> S3Result<()> {
        let name = name.to_owned();
        match self.index(move |index| Ok(index.has_bucket(&name)?)).await? {
            true => Ok(()),
            false => Err(s3_error!(NoSuchBucket)),
        }
    }

    /// Whether a write may begin; the same is asked again when it is published.
    pub(super) async fn admit(&self, bucket: &str, key: &str, conditions: &WriteConditions) -> S3Result<()> {
        if key.len() > KEY_LIMIT {
            return Err(s3_error!(KeyTooLongError));
        }
        let current = match self.find(bucket, key).await {
            Ok(stored) => Some(stored),
            Err(error) if error.code() == &S3ErrorCode::NoSuchKey => None,
            Err(error) => return Err(error),
        };
        conditions.check(current.as_ref())
    }

    /// Makes the written blob the object of its key.
    pub(super) async fn publish(&self, write: Write, blob: Reserved, etag: Option<&ETag>) -> S3Result<Stored> {
        let Some(etag) = etag.map(|etag| etag.value().to_owned()) else {
            return Err(s3_error!(InternalError, "the file system gave no ETag"));
        };
        let blobs = self.blobs.clone();
        self.index(move |index| {
            let size = blobs.settle(blob.name()).map_err(S3Error::internal_error)?;
            let Write { bucket, key, how, conditions } = write;
            let draft = Draft { bucket: &bucket, key: &key, blob: blob.name(), etag: &etag, size, how };
            let (stored, unused) = index.publish(&draft, &conditions)?;
            blob.keep();
            unused.iter().for_each(|blob| blobs.remove(blob));
            Ok(stored)
        })
        .await
    }

    /// Gives the version of the delete marker, in a bucket that keeps versions.
    pub(super) async fn delete(
        &self,
        bucket: String,
        key: String,
        conditions: WriteConditions,
    ) -> S3Result<Option<String>> {
        let blobs = self.blobs.clone();
        self.index(move |index| {
            let (marker, unused) = index.remove(&bucket, &key, &conditions)?;
            unused.iter().for_each(|blob| blobs.remove(blob));
            Ok(marker)
        })
        .await
    }

    pub(super) fn upload(&self, id: &str, bucket: &str, key: &str) -> S3Result<Arc<Upload>> {
        let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        match uploads.get(id) {
            Some(upload) if upload.bucket == bucket && upload.key == key => Ok(Arc::clone(upload)),
            _ => Err(s3_error!(NoSuchUpload)),
        }
    }

    pub(super) fn end_upload(&self, id: &str) -> Option<Reserved> {
        let upload = self.uploads.lock().unwrap_or_else(PoisonError::into_inner).remove(id)?;
        // A part that is still being sent keeps the upload alive; the blob then goes with it.
        Arc::into_inner(upload).map(|upload| upload.blob)
    }

    /// The blob that a copy reads, if its conditions hold.
    pub(super) async fn source(
        &self,
        source: &CopySource,
        conditions: ReadConditions,
    ) -> S3Result<(CopySource, Stored)> {
        let CopySource::Bucket { bucket, key, .. } = source else { return Err(s3_error!(NotImplemented)) };
        let stored = self.find(bucket, key).await?;
        match conditions.judge(&stored) {
            Verdict::Proceed => Ok((copy_source(&stored.blob), stored)),
            Verdict::NotModified | Verdict::Failed => Err(precondition_failed("x-amz-copy-source-if-*")),
        }
    }
}

/// What a write is to become.
pub(super) struct Write {
    pub(super) bucket: String,
    pub(super) key: String,
    /// The event's name, as in [`super::ObjectCreated::how`].
    pub(super) how: &'static str,
    pub(super) conditions: WriteConditions,
}

fn copy_source(blob: &str) -> CopySource {
    CopySource::Bucket { bucket: blobs::BUCKET.into(), key: blob.into(), version_id: None }
}

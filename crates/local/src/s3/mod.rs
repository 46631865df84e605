//! The embedded S3: s3s speaks the protocol and verifies signatures, s3s-fs stores contents.
//!
//! s3s-fs alone writes an object in three steps (contents, then metadata, then ETag and
//! checksums), checks the checksum after the old contents are gone, ignores conditions on GET,
//! and takes a key for a path, so that `a` and `a/b` exclude each other and `..` leaves the
//! bucket. Here s3s-fs therefore only ever writes *new* files, under names of our own, and an
//! index in SQLite says which of them is the current object of a key. One transaction on that
//! index makes an object appear, with its conditions checked in the same transaction.

mod access;
mod blobs;
mod buckets;
mod conditions;
mod events;
mod index;
mod listing;
mod origins;
mod service;
mod versions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};

pub(crate) use access::Keys;
pub use events::{ObjectCreated, notification};
pub(crate) use index::{Index, IndexError};
pub(crate) use origins::Origins;

pub(crate) use blobs::Blobs;
use buckets::Buckets;

/// Bytes of a file that is uploaded by a form; s3s holds it in memory to check its size. AWS takes 5 GB.
const FORM_FILE_LIMIT: u64 = 100_000_000;

/// Why the S3 service did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("the objects' folder cannot be used: {0}")]
    Blobs(String),
}

/// Where the parts live inside the state folder.
struct Places {
    index: PathBuf,
    blobs: PathBuf,
}

impl Places {
    fn under(folder: &Path) -> Self {
        let folder = folder.join("s3");
        Self { index: folder.join("index.sqlite"), blobs: folder.join("blobs") }
    }
}

/// Opens what `folder` holds and drops files that no object refers to: they were being written
/// when the last process ended.
pub(crate) fn open(folder: &Path, durable: bool) -> Result<(Index, Blobs), StorageError> {
    let places = Places::under(folder);
    let blobs = Blobs::open(&places.blobs, durable).map_err(|error| StorageError::Blobs(error.to_string()))?;
    let index = Index::open(&places.index, durable)?;
    let live = index.blobs()?;
    let present = blobs.tidy(&live).map_err(|error| StorageError::Blobs(error.to_string()))?;
    index.forget_lost(&present)?;
    Ok((index, blobs))
}

/// Answers the S3 protocol.
pub(crate) fn router(index: Index, blobs: Blobs, keys: Keys<'_>, origins: &Origins) -> Router {
    let mut builder = S3ServiceBuilder::new(Buckets::new(index, blobs));
    builder.set_auth(keys.auth());
    builder.set_access(keys.access());
    let mut config = S3Config::default();
    config.post_object_max_file_size = FORM_FILE_LIMIT;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    let service = builder.build();
    let answering = Router::new().fallback(move |request: Request| answer(service.clone(), request));
    origins::guarded(answering, origins)
}

async fn answer(service: S3Service, request: Request) -> Response {
    let request = request.map(s3s::Body::http_body_unsync);
    match service.call(request).await {
        // A 304 has no body, but s3s gives it the XML of its error, whose length the SDK then
        // waits for in vain: it would take the answer for broken and try again.
        Ok(response) if response.status() == StatusCode::NOT_MODIFIED => response.map(|_| Body::empty()),
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "an S3 request failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

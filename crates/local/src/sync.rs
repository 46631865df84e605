//! The bot's folder, copied to the bucket that training reads.

use std::io;
use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::primitives::ByteStream;

/// What was done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncAction {
    /// It has the file's contents now; an event tells of it.
    Put,
    /// It is gone, as the file is.
    Deleted,
}

/// One object that was not as its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synced {
    /// `knowledge.json` or `configs.json`.
    pub file: &'static str,
    /// What was done.
    pub action: SyncAction,
}

/// The folder was not read, or the bucket not written.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// A file is there and cannot be read.
    #[error("{file} cannot be read: {source}")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bucket does not answer or refuses.
    #[error("the bucket {bucket}: {reason}")]
    Bucket {
        /// Its name.
        bucket: String,
        /// What it said.
        reason: String,
    },
}

/// Bytes that a file of the folder may have: as many as an author's file may.
pub const MAX_FILE_BYTES: u64 = 20_000_000;

/// Puts `configs.json` and `knowledge.json` into the bucket where their contents differ from
/// what it holds, so that unchanged files train nothing. Gives what was done, in that order.
///
/// A `configs.json` that is no longer in the folder leaves the bucket too, and `knowledge.json`
/// is then put again even if unchanged, because a deletion raises no event that trains. A
/// `knowledge.json` missing from the folder stays in the bucket: a bot without one is no bot.
pub async fn sync_to_bucket(s3: &Client, bucket: &str, folder: &Path) -> Result<Vec<Synced>, SyncError> {
    const CONFIGS: &str = "configs.json";
    const KNOWLEDGE: &str = "knowledge.json";
    let mut done = Vec::new();
    let (file, object) = (read(folder, CONFIGS).await?, get(s3, bucket, CONFIGS).await?);
    let deleted = file.is_none() && object.is_some();
    if deleted {
        delete(s3, bucket, CONFIGS).await?;
        done.push(Synced { file: CONFIGS, action: SyncAction::Deleted });
    }
    if let Some(contents) = file.filter(|contents| !holds(object.as_ref(), contents)) {
        put(s3, bucket, CONFIGS, contents).await?;
        done.push(Synced { file: CONFIGS, action: SyncAction::Put });
    }
    let (file, object) = (read(folder, KNOWLEDGE).await?, get(s3, bucket, KNOWLEDGE).await?);
    if let Some(contents) = file.filter(|contents| deleted || !holds(object.as_ref(), contents)) {
        put(s3, bucket, KNOWLEDGE, contents).await?;
        done.push(Synced { file: KNOWLEDGE, action: SyncAction::Put });
    }
    Ok(done)
}

async fn read(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, SyncError> {
    let file = folder.join(name);
    match read_regular(&file).await {
        Ok(contents) => Ok(Some(contents)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SyncError::File { file, source }),
    }
}

/// A pipe or a device is not even opened, for it may never end.
async fn read_regular(file: &Path) -> io::Result<Vec<u8>> {
    let found = tokio::fs::metadata(file).await?;
    if !found.is_file() {
        return Err(io::Error::other("only a regular file is read, and this is none"));
    }
    if found.len() > MAX_FILE_BYTES {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let (most, found) = (megabytes(MAX_FILE_BYTES), megabytes(found.len()));
        return Err(io::Error::other(format!("a file may have {most} MB, and this one has {found:.1} MB")));
    }
    tokio::fs::read(file).await
}

fn holds(object: Option<&Option<Vec<u8>>>, contents: &[u8]) -> bool {
    object.and_then(Option::as_deref) == Some(contents)
}

/// What the bucket holds; of what is damaged only that it is there, so that it is put again.
async fn get(s3: &Client, bucket: &str, key: &str) -> Result<Option<Option<Vec<u8>>>, SyncError> {
    let got = s3.get_object().bucket(bucket).key(key).send().await;
    let object = match got.map_err(aws_sdk_s3::Error::from) {
        Ok(object) => object,
        Err(aws_sdk_s3::Error::NoSuchKey(_)) => return Ok(None),
        Err(error) => return Err(failed(bucket, error)),
    };
    let contents = object.body.collect().await.inspect_err(|_| tracing::warn!(key, "a stored file is damaged"));
    Ok(Some(contents.ok().map(|contents| contents.to_vec())))
}

async fn put(s3: &Client, bucket: &str, key: &str, contents: Vec<u8>) -> Result<(), SyncError> {
    let request = s3.put_object().bucket(bucket).key(key).content_type("application/json");
    request.body(ByteStream::from(contents)).send().await.map_err(|error| failed(bucket, error))?;
    Ok(())
}

async fn delete(s3: &Client, bucket: &str, key: &str) -> Result<(), SyncError> {
    s3.delete_object().bucket(bucket).key(key).send().await.map_err(|error| failed(bucket, error))?;
    Ok(())
}

fn failed(bucket: &str, error: impl std::error::Error) -> SyncError {
    SyncError::Bucket { bucket: bucket.to_owned(), reason: DisplayErrorContext(error).to_string() }
}

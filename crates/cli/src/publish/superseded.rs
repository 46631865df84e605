//! Files of the page that no build has any more.
//!
//! A page that was opened before may still ask for its own: they stay for a day, which they bear in their metadata.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use aws_sdk_s3::error::ProvideErrorMetadata as _;

use super::page::{HASHED, cache_control};
use crate::{
    bucket::{Bucket, Removal, SUPERSEDED, Seen, is_overtaken},
    stack::said,
};

/// How long a page may be open and still find its files.
const OPEN: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes what earlier builds left, once no open page can ask for it; other people's files stay. Which ones it removed.
///
/// # Errors
/// Where S3 fails.
pub(super) async fn remove(bucket: &Bucket, keys: impl Iterator<Item = String>) -> anyhow::Result<Vec<String>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut removed = Vec::new();
    for key in keys {
        let Some(there) = bucket.get(&key).await? else { continue };
        match &there {
            Seen { by: None, .. } => eprintln!("Leaving {key}, which sbf publish did not put there."),
            Seen { superseded: None, .. } if key.starts_with(HASHED) => {
                eprintln!("Leaving {key} for a day, for pages that are open …");
                mark(bucket, &key, &there, now).await?;
            }
            Seen { superseded: Some(since), .. } if now.saturating_sub(*since) < OPEN.as_secs() => {}
            _ => {
                eprintln!("Removing {key}, which is not in the build …");
                match bucket.remove(&key, &there.etag).await? {
                    Removal::Done => removed.push(key),
                    Removal::Overtaken => eprintln!("Leaving {key}, which somebody else changed at this moment."),
                }
            }
        }
    }
    Ok(removed)
}

/// Writes the same file with the mark, unless it is another by now: then it is somebody's who will see to it.
async fn mark(bucket: &Bucket, key: &str, there: &Seen, now: u64) -> anyhow::Result<()> {
    let put = bucket.writing(key, &there.content, there.by.as_deref()).metadata(SUPERSEDED, now.to_string());
    match put.cache_control(cache_control(key)).if_match(&there.etag).send().await {
        Err(error) if !is_overtaken(error.code()) => Err(said(error)).with_context(|| bucket.failed("written", key)),
        _ => Ok(()),
    }
}

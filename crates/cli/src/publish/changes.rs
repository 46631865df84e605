//! What publishing has to change in the bucket, and when it must not: plain functions over what is there.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::bucket::{Condition, Seen};
use crate::train::write;

/// The hidden file beside the brain that remembers, for each bucket, what was published from here.
pub(crate) const MEMORY: &str = ".sbf-published.json";

/// ETags of what this folder put into a bucket or got from it, by key; `None` where there was no such object.
pub(crate) type Published = BTreeMap<String, Option<String>>;

/// What was published from a folder, by bucket.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Memory(BTreeMap<String, Published>);

/// What to do with one object.
#[derive(Debug, PartialEq)]
pub(crate) enum Change {
    /// It is there as it shall be.
    Nothing,
    /// It is to be written.
    Put(Condition),
    /// It is to be removed, if it is still of this ETag.
    Remove(String),
    /// What is there was not published from here.
    Foreign,
}

impl Memory {
    /// What a folder remembers; one that cannot be read remembers nothing, and then nothing is overwritten.
    pub(crate) fn of(folder: &Path) -> Self {
        let written = std::fs::read(folder.join(MEMORY)).unwrap_or_default();
        serde_json::from_slice(&written).unwrap_or_default()
    }

    /// What was published to a bucket.
    pub(crate) fn published(&self, bucket: &str) -> Published {
        self.0.get(bucket).cloned().unwrap_or_default()
    }

    /// Remembers what a bucket holds now.
    pub(crate) fn remember(&mut self, folder: &Path, bucket: &str, published: Published) -> anyhow::Result<()> {
        self.0.insert(bucket.to_owned(), published);
        let text = serde_json::to_vec_pretty(self)?;
        write(&folder.join(MEMORY), &text).context("what was published cannot be remembered").map(drop)
    }
}

/// What to do with an object, given what shall be there, what is there, and what was published from here.
pub(crate) fn change(
    local: Option<&[u8]>,
    there: Option<&Seen>,
    published: Option<&Option<String>>,
    force: bool,
) -> Change {
    let known = |etag: Option<&str>| force || published.is_some_and(|published| published.as_deref() == etag);
    match (local, there) {
        (None, None) => Change::Nothing,
        (Some(local), Some(there)) if local == there.content => Change::Nothing,
        // Whatever was published before was removed since, by somebody else, or nothing ever was.
        (Some(_), None) => Change::Put(Condition::Absent),
        (_, Some(there)) if !known(Some(&there.etag)) => Change::Foreign,
        (Some(_), Some(there)) => Change::Put(Condition::Still(there.etag.clone())),
        (None, Some(there)) => Change::Remove(there.etag.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(content: &[u8], etag: &str) -> Seen {
        let modified = "2026-01-02T03:04:05Z".to_owned();
        Seen {
            content: content.to_vec(),
            etag: etag.to_owned(),
            version: None,
            modified,
            by: None,
            about: None,
            superseded: None,
        }
    }

    #[test]
    fn what_is_new_here_or_there_alike_needs_no_memory() {
        assert_eq!(change(None, None, None, false), Change::Nothing);
        assert_eq!(change(Some(b"a"), None, None, false), Change::Put(Condition::Absent));
        assert_eq!(change(Some(b"a"), Some(&seen(b"a", "1")), None, false), Change::Nothing);
    }

    #[test]
    fn what_was_published_from_here_may_be_replaced_and_removed() {
        let (there, published) = (seen(b"b", "1"), Some("1".to_owned()));
        assert_eq!(
            change(Some(b"a"), Some(&there), Some(&published), false),
            Change::Put(Condition::Still("1".to_owned()))
        );
        assert_eq!(change(None, Some(&there), Some(&published), false), Change::Remove("1".to_owned()));
    }

    #[test]
    fn what_was_not_published_from_here_is_changed_by_force_alone() {
        let there = seen(b"b", "1");
        for published in [None, Some(&None), Some(&Some("0".to_owned()))] {
            assert_eq!(change(Some(b"a"), Some(&there), published, false), Change::Foreign);
            assert_eq!(change(None, Some(&there), published, false), Change::Foreign);
            assert_eq!(
                change(Some(b"a"), Some(&there), published, true),
                Change::Put(Condition::Still("1".to_owned()))
            );
            assert_eq!(change(None, Some(&there), published, true), Change::Remove("1".to_owned()));
        }
    }
}

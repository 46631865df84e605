//! The brain's two files, from here to the stack's bucket, and nothing of somebody else's overwritten.

use std::path::Path;

use anyhow::bail;
use sbf_brain::artefact::{CONFIGS, Files, KNOWLEDGE, PACKED, SUMMARY_BYTES};

use super::changes::{Change, Memory, Published, change};
use crate::{
    bucket::{Bucket, Condition, Put, Removal, Seen},
    show,
    stack::Stack,
};

/// What was sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// What the bucket holds of the two files since.
    pub(super) now: Published,
    /// The keys that were written or removed.
    changed: Vec<&'static str>,
    /// What problems.json was before: it is of an earlier run.
    pub(super) problems_before: Option<Seen>,
}

impl Sent {
    /// The keys that were written or removed.
    pub(super) fn keys(&self) -> &[&'static str] {
        &self.changed
    }
}

/// What is to become of the two files, the settings first: an old brain with new settings is less than a new brain with old settings,
/// should training be faster than the next put.
struct Plan<'f> {
    local: [(&'static str, Option<&'f [u8]>); 2],
    there: [Option<Seen>; 2],
    changes: [Change; 2],
}

/// What came of one change.
enum Applied {
    /// There was none to make.
    Nothing,
    /// The object has this ETag since, or is gone.
    Now(Option<String>),
    /// Somebody else was faster.
    Overtaken,
}

/// Sends what differs. Where both files are there already and are not what is live, they are sent again, which trains them.
///
/// # Errors
/// Where what is there was not published from here and is not to be overwritten by force, or S3 fails.
pub(super) async fn send(
    bucket: &Bucket,
    stack: &Stack,
    folder: &Path,
    files: &Files,
    force: bool,
) -> anyhow::Result<Sent> {
    let mut memory = Memory::of(folder);
    let plan = plan(bucket, &stack.name, files, &memory.published(&bucket.name), force).await?;
    let problems_before = bucket.get(sbf_brain::artefact::PROBLEMS).await?;
    let by = stack.caller().await;
    let Plan { local, there, changes } = plan;
    let mut now: Published =
        local.iter().zip(&there).map(|((key, _), there)| ((*key).to_owned(), etag(there.as_ref()))).collect();
    let mut changed = Vec::new();
    for ((key, content), change) in local.into_iter().zip(changes) {
        match apply(bucket, key, content, change, by.as_deref()).await? {
            Applied::Nothing => continue,
            Applied::Now(etag) => drop(now.insert(key.to_owned(), etag)),
            Applied::Overtaken => bail!(overtaken(key, &changed)),
        }
        changed.push(key);
        // What fails after this must not make it somebody else's.
        memory.remember(folder, &bucket.name, now.clone())?;
    }
    memory.remember(folder, &bucket.name, now.clone())?;
    Ok(Sent { now, changed, problems_before })
}

async fn plan<'f>(
    bucket: &Bucket,
    stack: &str,
    files: &'f Files,
    published: &Published,
    force: bool,
) -> anyhow::Result<Plan<'f>> {
    let there = [bucket.get(CONFIGS).await?, bucket.get(KNOWLEDGE).await?];
    let local = [(CONFIGS, files.config.as_deref()), (KNOWLEDGE, Some(files.knowledge.as_slice()))];
    let of = |index: usize| {
        let (key, content) = local[index];
        change(content, there[index].as_ref(), published.get(key), force)
    };
    let mut changes = [of(0), of(1)];
    if changes.contains(&Change::Foreign) {
        bail!(foreign(bucket, stack, &there, &changes).await);
    }
    // Both are there and are not what answers, or the settings go and nothing else changes, which no event tells.
    let nothing_written = changes.iter().all(|change| matches!(change, Change::Nothing | Change::Remove(_)));
    if nothing_written && !is_live(bucket, files).await? {
        let still = there[1].as_ref().map_or(Condition::Absent, |there| Condition::Still(there.etag.clone()));
        changes[1] = Change::Put(still);
    }
    Ok(Plan { local, there, changes })
}

async fn apply(
    bucket: &Bucket,
    key: &str,
    content: Option<&[u8]>,
    change: Change,
    by: Option<&str>,
) -> anyhow::Result<Applied> {
    Ok(match change {
        Change::Put(condition) => {
            eprintln!("Sending {key} …");
            match bucket.put(key, content.unwrap_or_default(), &condition, by).await? {
                Put::Done(etag) => Applied::Now(Some(etag)),
                Put::Overtaken => Applied::Overtaken,
            }
        }
        Change::Remove(etag) => {
            eprintln!("Removing {key}, which is not here …");
            match bucket.remove(key, &etag).await? {
                Removal::Done => Applied::Now(None),
                Removal::Overtaken => Applied::Overtaken,
            }
        }
        Change::Nothing | Change::Foreign => Applied::Nothing,
    })
}

fn overtaken(key: &str, changed: &[&str]) -> String {
    let sent = if changed.is_empty() {
        String::new()
    } else {
        format!("; sent from here before that: {}", changed.join(", "))
    };
    format!("somebody else changed {key} at this moment, and theirs stays: look at it, then publish again{sent}")
}

fn etag(there: Option<&Seen>) -> Option<String> {
    there.map(|there| there.etag.clone())
}

/// Whether what answers was made from these files.
async fn is_live(bucket: &Bucket, files: &Files) -> anyhow::Result<bool> {
    let packed = bucket.read(PACKED, None, Some(SUMMARY_BYTES)).await?;
    Ok(packed.is_some_and(|packed| sbf_brain::artefact::summary(&packed.content).is_ok_and(|found| found.is_of(files))))
}

/// Who, when and which version is there instead.
async fn foreign(bucket: &Bucket, stack: &str, there: &[Option<Seen>; 2], changes: &[Change; 2]) -> String {
    let mut lines = vec!["what the stack has was not published from this folder:".to_owned()];
    for ((key, there), change) in [CONFIGS, KNOWLEDGE].iter().zip(there).zip(changes) {
        let (Some(there), Change::Foreign) = (there, change) else { continue };
        let by = there.by.as_deref().unwrap_or("somebody who did not use sbf publish");
        let version = there.version.as_deref().unwrap_or("unknown");
        lines.push(format!("  {key}, written {} by {by}, S3 version {version}", there.modified));
    }
    if let Ok(Some(packed)) = bucket.read(PACKED, None, Some(SUMMARY_BYTES)).await
        && let Ok(found) = sbf_brain::artefact::summary(&packed.content)
    {
        let intents = show::many(found.intents, "intent");
        lines.push(format!("  live since {}: {}, {intents}, version {}", packed.modified, found.name, found.version));
    }
    lines.push(format!(
        "`sbf brain pull --stack {stack}` gets it; --force overwrites it, and its versions stay in the bucket"
    ));
    lines.join("\n")
}

//! Waiting until a brain is live: until the artefact that core reads was made from the files that were sent.

use std::time::{Duration, Instant};

use anyhow::bail;
use sbf_brain::{
    Problem, Severity,
    artefact::{self, Files, PACKED, PROBLEMS, SUMMARY_BYTES},
};
use sbf_dialog::ports::LiveBrain;
use serde_json::{Value, json};

use super::brain::Sent;
use crate::bucket::{Bucket, Seen};
use crate::meaning;

/// The first pauses are short: a sample brain trains in less than a second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

/// How waiting ended.
#[derive(Debug)]
pub(super) enum Waited {
    /// The brain is live.
    Live(Box<LiveNow>),
    /// The stack's trainer found errors that this program does not know.
    Refused(Vec<Problem>),
}

/// The brain that core answers from.
#[derive(Debug)]
pub(super) struct LiveNow {
    live: LiveBrain,
}

impl LiveNow {
    /// For people and programs.
    pub(super) fn to_json(&self) -> Value {
        let brain = &self.live.brain;
        json!({
            "live": true,
            "version": brain.version(),
            "name": brain.name(),
            "intents": brain.intents().len(),
            "trainedAt": self.live.trained_at,
            "withinSeconds": brain.config().cache_ttl_ms.div_ceil(1000),
        })
    }

    /// The brain itself.
    pub(super) fn into_brain(self) -> LiveBrain {
        self.live
    }
}

/// Waits until the files that were sent answer.
///
/// # Errors
/// Where somebody else publishes meanwhile, nothing goes live in time, or S3 fails.
pub(super) async fn until_live(bucket: &Bucket, files: &Files, sent: &Sent, limit: Duration) -> anyhow::Result<Waited> {
    let began = Instant::now();
    let mut pause = PAUSES.0;
    eprintln!("Waiting until it is live …");
    loop {
        if let Some(live) = live_of(bucket, files).await? {
            return Ok(Waited::Live(Box::new(live)));
        }
        for (key, etag) in &sent.now {
            let there = bucket.read(key, None, Some(1)).await?;
            if there.map(|there| there.etag) != *etag {
                bail!("somebody else changed {key} meanwhile: theirs goes live and not this, unless it has errors");
            }
        }
        if let Some(problems) = refused(bucket, files, sent.problems_before.as_ref()).await? {
            return Ok(Waited::Refused(problems));
        }
        if began.elapsed() >= limit {
            bail!(
                "the brain is sent and is not live after {} s; it may still go live. The log group of TrainFunction and \
                 the queue TrainDeadLetters say what became of it",
                limit.as_secs()
            );
        }
        tokio::time::sleep(pause.min(limit.saturating_sub(began.elapsed()))).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// What answers now.
///
/// # Errors
/// Where it cannot be read, by whatever release it was written.
pub(super) async fn live_now(bucket: &Bucket) -> anyhow::Result<Option<LiveNow>> {
    let Some(packed) = bucket.get(PACKED).await? else { return Ok(None) };
    let mut brain = sbf_brain::decode(&packed.content)?;
    brain.attach(Some(&meaning::open()?));
    Ok(Some(LiveNow { live: LiveBrain { brain, trained_at: packed.modified } }))
}

/// What answers now, if it was made from these files. Its beginning tells; it is read whole only then.
async fn live_of(bucket: &Bucket, files: &Files) -> anyhow::Result<Option<LiveNow>> {
    let Some(packed) = bucket.read(PACKED, None, Some(SUMMARY_BYTES)).await? else { return Ok(None) };
    match artefact::summary(&packed.content) {
        Ok(summary) if summary.is_of(files) => live_now(bucket).await,
        _ => Ok(None),
    }
}

/// The errors that the stack's trainer wrote of these files since. A run of files that were there before may end only now: its problems are
/// not about these.
async fn refused(bucket: &Bucket, files: &Files, before: Option<&Seen>) -> anyhow::Result<Option<Vec<Problem>>> {
    let Some(written) = bucket.get(PROBLEMS).await? else { return Ok(None) };
    // Those of an earlier try with the same files may be of an earlier release.
    let same = before.is_some_and(|before| {
        (&before.version, &before.modified, &before.etag) == (&written.version, &written.modified, &written.etag)
    });
    if same || written.about != Some(files.digest()) {
        return Ok(None);
    }
    let problems: Vec<Problem> = serde_json::from_slice(&written.content).unwrap_or_default();
    let has_errors = problems.iter().any(|problem| problem.severity == Severity::Error);
    Ok(has_errors.then_some(problems))
}

//! Training: a changed `knowledge.json` or `configs.json` becomes the live brain, or a list of problems.

mod bucket;
mod event;
mod history;
mod making;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_s3::Client;
use sbf_brain::{
    Meaning, Problem,
    artefact::{ABOUT, CONFIGS, Files, KNOWLEDGE, PACKED, PROBLEMS, REPORT},
};
use serde::Serialize;
use serde_json::Value;

pub use self::history::LOOK_BACK;
use self::{
    bucket::{Bucket, Put},
    event::News,
    history::{Change, History, State},
    making::{Live, Made, Unmade},
};
use crate::{settings::BrainSettings, stopped};

/// Trains the brain of one bucket.
#[derive(Debug, Clone)]
pub struct Trainer {
    bucket: Bucket,
    meaning: Option<Meaning>,
}

/// What came of a training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum Outcome {
    /// The event names nothing that the brain is made of.
    Ignored,
    /// There is no `knowledge.json` yet.
    Incomplete,
    /// The files have errors: `problems.json` is written, and what answers is of the last upload without errors.
    Refused {
        /// All problems, errors and warnings.
        problems: Vec<Problem>,
        /// The last upload without errors, where it was this run that made it live.
        #[serde(rename = "lastGood", skip_serializing_if = "Option::is_none")]
        last_good: Option<LastGood>,
    },
    /// A file was uploaded meanwhile: the run of that upload does what there is to do.
    Superseded,
    /// The brain is live.
    Published {
        /// The brain's version.
        version: String,
        /// What `training-report.json` holds.
        report: Value,
        /// Warnings.
        problems: Vec<Problem>,
    },
}

/// An earlier upload that went live because the one after it has errors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LastGood {
    /// The brain's version.
    pub version: String,
    /// What `training-report.json` holds.
    pub report: Value,
}

impl Outcome {
    /// Whether whoever uploaded must do something: no repetition mends faults in the files. A metric counts these together with all errors.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// One line a run; a refused brain is an error line, for an alarm to find.
    fn log(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        match self {
            Self::Published { version, problems, .. } => {
                tracing::info!(version, warnings = problems.len(), seconds, "training published a brain");
            }
            Self::Refused { problems, last_good: None } => {
                tracing::error!(problems = problems.len(), seconds, "training refused the brain");
            }
            Self::Refused { problems, last_good: Some(LastGood { version, .. }) } => {
                let problems = problems.len();
                tracing::error!(
                    problems,
                    version,
                    seconds,
                    "training refused the brain and published the last good one"
                );
            }
            Self::Superseded => tracing::info!(seconds, "training was superseded"),
            Self::Incomplete => tracing::warn!("there is no knowledge.json: nothing to train"),
            Self::Ignored => {}
        }
    }
}

/// A training run that could not be carried out, and is worth repeating.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// S3 refused or did not answer.
    #[error("{doing} failed: {why}")]
    Bucket {
        /// The call and the key.
        doing: String,
        /// The whole chain of causes.
        why: String,
    },
    /// The function was invoked with something else.
    #[error("this is no notification of S3: {0}")]
    Foreign(String),
    /// Training ended abnormally.
    #[error("training stopped: {0}")]
    Stopped(String),
    /// The files or the brain were written by others again and again.
    #[error("the files or the brain were changed by others {0} times in a row")]
    Contended(usize),
}

/// What looking back came to.
enum Past {
    /// What is live is what shall be live.
    Stays,
    /// An earlier upload is live now.
    Published(LastGood),
    /// Others wrote meanwhile.
    Overtaken,
}

impl Trainer {
    /// A trainer for `settings.bucket`.
    pub fn new(client: Client, settings: BrainSettings) -> Self {
        Self { bucket: Bucket::new(client, settings.bucket), meaning: None }
    }

    /// The same, whose brains go by meaning too, with this encoder.
    #[must_use]
    pub fn going_by(self, meaning: Option<Meaning>) -> Self {
        Self { meaning, ..self }
    }

    /// Trains when the event says that one of the two files was written or removed; every other key is ignored.
    ///
    /// # Errors
    /// Where S3 fails, or the event is of another kind: the invocation must fail too, so that it is repeated, and seen if that does not help.
    pub async fn handle(&self, event: &Value) -> Result<Outcome, TrainingError> {
        match event::read(event, self.bucket.name()).map_err(TrainingError::Foreign)? {
            News::Brain => self.run().await,
            News::Other(what) => {
                tracing::info!(what, "the event is ignored");
                Ok(Outcome::Ignored)
            }
        }
    }

    /// Makes the newest upload live that has no errors, and tells the errors of what is there now.
    ///
    /// Why the last good upload is live once every event was handled, in whatever order, however often, and however many runs were killed:
    ///
    /// 1. What shall be live follows from the history of the two keys alone, which only grows: it is the newest state that can be trained.
    /// 2. A run that ends found, after the last thing that it wrote, that nothing had come since it read that history. So whatever a run of an
    ///    older history writes over what a newer run wrote, it sees that and does the newer work itself before it ends.
    /// 3. Or it found an upload that came after everything it wrote, and leaves the rest to it: that upload's own event comes later still.
    /// 4. A run that is killed or fails is repeated, and begins from nothing: it reads the bucket, and no trace of the first attempt.
    ///
    /// # Errors
    /// Where S3 fails.
    pub async fn run(&self) -> Result<Outcome, TrainingError> {
        const ATTEMPTS: usize = 5;
        let began = Instant::now();
        for _ in 0..ATTEMPTS {
            // Boxed: the SDK's futures, nested so deep, are more than the compiler follows.
            if let Some(outcome) = Box::pin(self.attempt()).await? {
                outcome.log(began.elapsed());
                return Ok(outcome);
            }
        }
        Err(TrainingError::Contended(ATTEMPTS))
    }

    /// One attempt; `None` where others wrote meanwhile what it did not know of.
    async fn attempt(&self) -> Result<Option<Outcome>, TrainingError> {
        // Seen before the history is: whatever is published from here on makes the put at the end fail.
        let live = Arc::new(self.live().await?);
        let history = History::read(&self.bucket).await?;
        let newest = history.newest();
        if newest.knowledge.is_none() {
            return Ok(Some(Outcome::Incomplete));
        }
        let Some(files) = self.files(newest).await? else { return Ok(None) };
        let made = make(&files, &live, self.meaning.as_ref()).await?;
        match history.change(&self.bucket).await? {
            None => {}
            // Whatever an earlier attempt of this run wrote, it wrote before this upload.
            Some(Change::Written) => return Ok(Some(Outcome::Superseded)),
            Some(Change::Removed) => return Ok(None),
        }
        let outcome = match made {
            Ok(made) => {
                self.tell(&made.problems, &files).await?;
                if !self.publish(&made, &live).await? {
                    return Ok(None);
                }
                Outcome::Published { version: made.version, report: made.report, problems: made.problems }
            }
            Err(Unmade::Refused(problems)) => {
                // First of all: whoever uploaded this is waiting. Nothing below writes it again.
                self.tell(&problems, &files).await?;
                let last_good = match self.look_back(&history, &files, &live).await? {
                    Past::Stays => None,
                    Past::Published(last_good) => Some(last_good),
                    Past::Overtaken => return Ok(None),
                };
                Outcome::Refused { problems, last_good }
            }
            Err(Unmade::Broken(why)) => return Err(TrainingError::Stopped(why)),
        };
        // Equal contents have equal ETags, so that a brain that was there, was replaced and is there again looks untouched to the condition of
        // the put; and what is written for people has no condition at all. Where anything came meanwhile, all is done once more.
        Ok(history.change(&self.bucket).await?.is_none().then_some(outcome))
    }

    /// Sees to it that the newest upload without errors is live, given that `refused`, the files that are there now, have some.
    async fn look_back(&self, history: &History, refused: &Files, live: &Arc<Live>) -> Result<Past, TrainingError> {
        // Refused are these files by this release; the one that made the live brain of them did not, and somebody wants it live: a rollback
        // restores the three together.
        if live.is_of(refused) {
            return Ok(Past::Stays);
        }
        let mut good: Option<Made> = None;
        for state in history.earlier() {
            let Some(files) = self.files(state).await? else { continue };
            let is_live = live.is_of(&files);
            if good.is_some() {
                // Only the origin of the live brain is looked for, and it is older than what was found.
                if is_live {
                    return self.publish_past(good, history, live).await;
                }
                continue;
            }
            if is_live && live.is_reported() {
                return Ok(Past::Stays);
            }
            match make(&files, live, self.meaning.as_ref()).await? {
                Ok(made) if is_live || !live.is_since(state.since) => {
                    return self.publish_past(Some(made), history, live).await;
                }
                Ok(made) => good = Some(made),
                Err(Unmade::Refused(_)) if is_live => return Ok(Past::Stays),
                Err(Unmade::Refused(_)) => {}
                Err(Unmade::Broken(why)) => return Err(TrainingError::Stopped(why)),
            }
        }
        if good.is_some() {
            // It went live after that upload, and is of none that the bucket remembers: of a newer one whose versions were deleted, or put there
            // by hand. Going back behind it is for a person to decide.
            tracing::warn!(
                "the live brain is of no upload that is remembered, and newer than the last good one: it stays"
            );
        }
        Ok(Past::Stays)
    }

    async fn publish_past(&self, made: Option<Made>, history: &History, live: &Live) -> Result<Past, TrainingError> {
        let Some(made) = made else { return Ok(Past::Stays) };
        // Training took its time: what is there now may be good.
        if history.change(&self.bucket).await?.is_some() || !self.publish(&made, live).await? {
            return Ok(Past::Overtaken);
        }
        Ok(Past::Published(LastGood { version: made.version, report: made.report }))
    }

    /// What core answers from now, and what was reported about it.
    async fn live(&self) -> Result<Live, TrainingError> {
        let Some(packed) = self.bucket.get_made(PACKED).await? else { return Ok(Live::default()) };
        let report = self.bucket.get_made(REPORT).await?;
        Ok(Live::new(packed.etag, packed.modified, packed.content, report.as_ref().map(|report| &*report.content)))
    }

    /// The files of a state; `None` where there is no knowledge.json, or a version is gone.
    async fn files(&self, state: State<'_>) -> Result<Option<Files>, TrainingError> {
        let Some(knowledge) = state.knowledge else { return Ok(None) };
        let Some(knowledge) = self.bucket.get_version(KNOWLEDGE, &knowledge.id).await? else { return Ok(None) };
        let Some(config) = state.configs else { return Ok(Some(Files { knowledge, config: None })) };
        let config = self.bucket.get_version(CONFIGS, &config.id).await?;
        Ok(config.map(|config| Files { knowledge, config: Some(config) }))
    }

    /// All problems of these files, for people and for `sbf publish`, which must not take those of other files for its own.
    async fn tell(&self, problems: &[Problem], files: &Files) -> Result<(), TrainingError> {
        self.bucket.put_noted(PROBLEMS, json(problems), (ABOUT, files.digest())).await
    }

    /// Everything for people first, and the artefact that goes live last, in one put; `false` where another run's is live by now.
    async fn publish(&self, made: &Made, live: &Live) -> Result<bool, TrainingError> {
        for (name, content) in &made.readable {
            self.bucket.put(name, content.clone()).await?;
        }
        // A repeated event finds its brain live already: it is not put again, as another version of the same.
        if made.packed == live.content && self.bucket.etag(PACKED).await? == live.etag {
            return Ok(true);
        }
        Ok(self.bucket.put_over(PACKED, made.packed.clone(), live.etag.as_deref()).await? == Put::Done)
    }
}

/// Training takes seconds of a processor.
async fn make(
    files: &Files,
    live: &Arc<Live>,
    meaning: Option<&Meaning>,
) -> Result<Result<Made, Unmade>, TrainingError> {
    let (files, live, meaning) = (files.clone(), Arc::clone(live), meaning.cloned());
    let making = tokio::task::spawn_blocking(move || making::make(&files, &live, meaning.as_ref()));
    making.await.map_err(|error| TrainingError::Stopped(stopped(&error).to_owned()))
}

fn json(problems: &[Problem]) -> Vec<u8> {
    // Problems are strings through and through: writing them cannot fail.
    serde_json::to_vec_pretty(problems).unwrap_or_default()
}

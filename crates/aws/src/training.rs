//! Training: a changed `knowledge.json` or `configs.json` becomes the live brain, or a list of problems.

mod bucket;
mod event;

use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use sbf_brain::{
    Problem, Severity,
    artefact::{CONFIGS, KNOWLEDGE, PACKED, PROBLEMS, REPORT},
    report::Comparison,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::{
    bucket::{Bucket, Object, Put},
    event::News,
};
use crate::settings::BrainSettings;

/// Trains the brain of one bucket.
#[derive(Debug, Clone)]
pub struct Trainer {
    bucket: Bucket,
}

/// What came of a training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum Outcome {
    /// The event names nothing that the brain is made of.
    Ignored,
    /// There is no `knowledge.json` yet.
    Incomplete,
    /// The files have errors: `problems.json` is written, the live brain is untouched.
    Refused {
        /// All problems, errors and warnings.
        problems: Vec<Problem>,
    },
    /// The files changed meanwhile, and have no errors: the run of that change publishes.
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
            Self::Refused { problems } => {
                tracing::error!(problems = problems.len(), seconds, "training refused the brain")
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
    #[error("the brain was published by others {0} times in a row")]
    Contended(usize),
}

/// ETags of the two files that a brain is made of: they name one pair of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    knowledge: Option<String>,
    configs: Option<String>,
}

/// The artefact that was in the bucket when a run began.
#[derive(Debug, Default)]
struct Live {
    etag: Option<String>,
    content: Vec<u8>,
    /// What the last report says was changed by the version it is about.
    reported: Option<Reported>,
}

/// The part of `training-report.json` that a repeated run keeps.
#[derive(Debug, Deserialize)]
struct Reported {
    version: String,
    comparison: Option<Comparison>,
}

/// A trained brain as it will lie in the bucket.
struct Made {
    version: String,
    packed: Vec<u8>,
    /// Name and content of what is written for people.
    readable: Vec<(&'static str, Vec<u8>)>,
    report: Value,
    problems: Vec<Problem>,
}

/// Why nothing was made.
enum Unmade {
    /// The files have errors.
    Refused(Vec<Problem>),
    /// The artefact cannot be read back: a fault of ours.
    Broken(String),
}

impl Trainer {
    /// A trainer for `settings.bucket`.
    pub fn new(client: Client, settings: BrainSettings) -> Self {
        Self { bucket: Bucket::new(client, settings.bucket) }
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

    /// Trains the pair of files that is in the bucket now.
    ///
    /// # Errors
    /// Where S3 fails.
    pub async fn run(&self) -> Result<Outcome, TrainingError> {
        let began = Instant::now();
        // Boxed: the SDK's futures, nested so deep, are more than the compiler follows.
        let outcome = Box::pin(self.train_until_current()).await?;
        outcome.log(began.elapsed());
        Ok(outcome)
    }

    /// A run whose files were replaced while its brain went live may have replaced the brain of the newer ones: equal contents have equal
    /// ETags, so that a brain that was there, was replaced and is there again looks untouched to the condition of the put.
    async fn train_until_current(&self) -> Result<Outcome, TrainingError> {
        const RUNS: usize = 5;
        for _ in 0..RUNS {
            let (outcome, pair) = self.train().await?;
            if !matches!(outcome, Outcome::Published { .. }) || pair == Some(self.pair().await?) {
                return Ok(outcome);
            }
        }
        Err(TrainingError::Contended(RUNS))
    }

    /// One run over the files that are there, and which they were.
    async fn train(&self) -> Result<(Outcome, Option<Pair>), TrainingError> {
        // Seen before the files are read: whatever is published from here on makes the put at the end think again.
        let live = self.live().await?;
        let Some(knowledge) = self.bucket.get(KNOWLEDGE).await? else { return Ok((Outcome::Incomplete, None)) };
        let configs = self.bucket.get(CONFIGS).await?;
        let pair = Pair { knowledge: knowledge.etag.clone(), configs: configs.as_ref().and_then(|o| o.etag.clone()) };
        let making = tokio::task::spawn_blocking(move || {
            let made = make(&knowledge, configs.as_ref(), &live);
            (made, live)
        });
        let (made, live) = making.await.map_err(|error| TrainingError::Stopped(error.to_string()))?;
        if self.pair().await? != pair && !(made.is_ok() && self.refuses_what_is_there().await?) {
            return Ok((Outcome::Superseded, Some(pair)));
        }
        let outcome = match made {
            Ok(made) => self.publish(made, &pair, live).await?,
            Err(Unmade::Refused(problems)) => {
                self.bucket.put(PROBLEMS, json(&problems)).await?;
                Outcome::Refused { problems }
            }
            Err(Unmade::Broken(why)) => return Err(TrainingError::Stopped(why)),
        };
        Ok((outcome, Some(pair)))
    }

    /// Whether the files that are there now have errors. Then what they replaced was the last good upload, and goes live.
    async fn refuses_what_is_there(&self) -> Result<bool, TrainingError> {
        let Some(knowledge) = self.bucket.get(KNOWLEDGE).await? else { return Ok(false) };
        let configs = self.bucket.get(CONFIGS).await?;
        let (checked, _) =
            sbf_brain::read(&knowledge.content, configs.as_ref().map(|configs| configs.content.as_slice()));
        Ok(checked.is_none())
    }

    /// What core answers from now, and what was reported about it.
    async fn live(&self) -> Result<Live, TrainingError> {
        let Some(packed) = self.bucket.get(PACKED).await? else { return Ok(Live::default()) };
        let report = self.bucket.get(REPORT).await?;
        let reported = report.and_then(|report| serde_json::from_slice(&report.content).ok());
        Ok(Live { etag: packed.etag, content: packed.content, reported })
    }

    /// Everything for people first, and the artefact that goes live last, in one put.
    async fn publish(&self, made: Made, pair: &Pair, live: Live) -> Result<Outcome, TrainingError> {
        for (name, content) in made.readable {
            self.bucket.put(name, content).await?;
        }
        self.bucket.put(PROBLEMS, json(&made.problems)).await?;
        // A repeated event finds its brain live already: it is not put again, as another version of the same.
        let is_live = made.packed == live.content && self.bucket.etag(PACKED).await? == live.etag;
        if is_live || self.put_live(made.packed, pair, live.etag).await? {
            Ok(Outcome::Published { version: made.version, report: made.report, problems: made.problems })
        } else {
            Ok(Outcome::Superseded)
        }
    }

    /// Whether the artefact went live. Another run may have been faster: where it trained an older pair, this one still wins.
    async fn put_live(&self, packed: Vec<u8>, pair: &Pair, mut seen: Option<String>) -> Result<bool, TrainingError> {
        const ATTEMPTS: usize = 5;
        let packed = bytes::Bytes::from(packed);
        for _ in 0..ATTEMPTS {
            if self.bucket.put_over(PACKED, packed.clone(), seen.as_deref()).await? == Put::Done {
                return Ok(true);
            }
            if self.pair().await? != *pair {
                return Ok(false);
            }
            seen = self.bucket.etag(PACKED).await?;
        }
        Err(TrainingError::Contended(ATTEMPTS))
    }

    async fn pair(&self) -> Result<Pair, TrainingError> {
        Ok(Pair { knowledge: self.bucket.etag(KNOWLEDGE).await?, configs: self.bucket.etag(CONFIGS).await? })
    }
}

/// Checks, trains, packs and compares: the part without a bucket, which may take seconds.
fn make(knowledge: &Object, configs: Option<&Object>, live: &Live) -> Result<Made, Unmade> {
    let configs = configs.map(|configs| configs.content.as_slice());
    let (checked, mut problems) = sbf_brain::read(&knowledge.content, configs);
    let Some(checked) = checked else { return Err(Unmade::Refused(problems)) };
    let mut trained = match sbf_brain::train(checked, &mut |_| ()) {
        Ok(trained) => trained,
        Err(error) => {
            problems.push(untrainable(&error));
            return Err(Unmade::Refused(problems));
        }
    };
    let packed = sbf_brain::encode(&trained.brain);
    // Read back as core will read it: what it would refuse must not replace what answers now.
    sbf_brain::decode(&packed).map_err(|error| Unmade::Broken(error.to_string()))?;
    trained.report.comparison = compare(&trained, packed.len(), live);
    Ok(Made {
        version: trained.brain.version().to_owned(),
        packed,
        readable: trained.readable(),
        report: trained.report.to_json(&trained.brain),
        problems,
    })
}

/// What the new brain changes in the live one. Of a brain that is live already, what it changed when it went live stays said.
fn compare(trained: &sbf_brain::Trained, bytes: usize, live: &Live) -> Option<Comparison> {
    if live.content.is_empty() {
        return None;
    }
    let brain = match sbf_brain::decode(&live.content) {
        Ok(brain) => brain,
        Err(error) => {
            tracing::warn!(%error, "the live brain cannot be read and is not compared with");
            return None;
        }
    };
    let reported = live.reported.as_ref().filter(|reported| reported.version == trained.brain.version());
    match reported {
        Some(reported) if brain.version() == trained.brain.version() => reported.comparison.clone(),
        _ => Some(trained.compared_with(&brain, live.content.len(), bytes)),
    }
}

fn untrainable(error: &sbf_brain::TrainError) -> Problem {
    Problem {
        severity: Severity::Error,
        file: KNOWLEDGE.to_owned(),
        path: String::new(),
        rule: "must hold utterances that a classifier can be trained on".to_owned(),
        found: error.to_string(),
    }
}

fn json(problems: &[Problem]) -> Vec<u8> {
    // Problems are strings through and through: writing them cannot fail.
    serde_json::to_vec_pretty(problems).unwrap_or_default()
}

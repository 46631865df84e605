//! Training: a changed `knowledge.json` or `configs.json` becomes the live brain, or a list of problems.

mod bucket;
mod event;

use std::time::{Duration, Instant};

use aws_lambda_events::event::s3::S3Event;
use aws_sdk_s3::Client;
use sbf_brain::{
    Problem, Severity,
    artefact::{CONFIGS, KNOWLEDGE, PACKED, PROBLEMS},
};
use serde::Serialize;
use serde_json::Value;

use self::bucket::{Bucket, Object, Put};
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
    /// The files changed meanwhile: the run of that change publishes.
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
            Self::Incomplete | Self::Ignored => tracing::info!("there is nothing to train"),
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
    /// Training ended abnormally.
    #[error("training stopped: {0}")]
    Stopped(String),
    /// Other runs published again and again.
    #[error("the brain was published by others {0} times in a row")]
    Contended(usize),
}

/// ETags of the two files that a brain is made of: they name one pair of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    knowledge: Option<String>,
    configs: Option<String>,
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
    /// Where S3 fails: the invocation must fail too, so that it is repeated.
    pub async fn handle(&self, event: &S3Event) -> Result<Outcome, TrainingError> {
        match event::concerns_brain(event, self.bucket.name()) {
            true => self.run().await,
            false => Ok(Outcome::Ignored),
        }
    }

    /// Trains the pair of files that is in the bucket now.
    ///
    /// # Errors
    /// Where S3 fails.
    pub async fn run(&self) -> Result<Outcome, TrainingError> {
        let began = Instant::now();
        let outcome = self.train().await?;
        outcome.log(began.elapsed());
        Ok(outcome)
    }

    async fn train(&self) -> Result<Outcome, TrainingError> {
        // Seen before the files are read: whatever is published from here on makes the put at the end think again.
        let published = self.bucket.etag(PACKED).await?;
        let Some(knowledge) = self.bucket.get(KNOWLEDGE).await? else { return Ok(Outcome::Incomplete) };
        let configs = self.bucket.get(CONFIGS).await?;
        let pair = Pair { knowledge: knowledge.etag.clone(), configs: configs.as_ref().and_then(|o| o.etag.clone()) };
        let making = tokio::task::spawn_blocking(move || make(&knowledge, configs.as_ref()));
        let made = making.await.map_err(|error| TrainingError::Stopped(error.to_string()))?;
        if self.pair().await? != pair {
            return Ok(Outcome::Superseded);
        }
        match made {
            Ok(made) => self.publish(made, &pair, published).await,
            Err(Unmade::Refused(problems)) => {
                self.bucket.put(PROBLEMS, json(&problems)).await?;
                Ok(Outcome::Refused { problems })
            }
            Err(Unmade::Broken(why)) => Err(TrainingError::Stopped(why)),
        }
    }

    /// Everything for people first, and the artefact that goes live last, in one put.
    async fn publish(&self, made: Made, pair: &Pair, published: Option<String>) -> Result<Outcome, TrainingError> {
        for (name, content) in made.readable {
            self.bucket.put(name, content).await?;
        }
        self.bucket.put(PROBLEMS, json(&made.problems)).await?;
        if self.put_live(made.packed, pair, published).await? {
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

/// Checks, trains and packs: the part without a bucket, which may take seconds.
fn make(knowledge: &Object, configs: Option<&Object>) -> Result<Made, Unmade> {
    let configs = configs.map(|configs| configs.content.as_slice());
    let (checked, mut problems) = sbf_brain::read(&knowledge.content, configs);
    let Some(checked) = checked else { return Err(Unmade::Refused(problems)) };
    let trained = match sbf_brain::train(checked, &mut |_| ()) {
        Ok(trained) => trained,
        Err(error) => {
            problems.push(untrainable(&error));
            return Err(Unmade::Refused(problems));
        }
    };
    let packed = sbf_brain::encode(&trained.brain);
    // Read back as core will read it: what it would refuse must not replace what answers now.
    sbf_brain::decode(&packed).map_err(|error| Unmade::Broken(error.to_string()))?;
    Ok(Made {
        version: trained.brain.version().to_owned(),
        packed,
        readable: trained.readable(),
        report: trained.report.to_json(&trained.brain),
        problems,
    })
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

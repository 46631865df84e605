//! The whole bot on one machine: the Lambdas' own adapters on the embedded cloud.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use sbf_aws::{
    backends::Backends,
    brains::S3Brains,
    ratings::{DynamoRatings, create_ratings_table},
    router::{App, epoch_millis},
    sessions::{DynamoSessions, LargeValues, create_sessions_table},
    settings::{BackendSettings, BrainSettings, SpeechSettings, UploadSettings},
    speech::PollySpeech,
    training::{Outcome, Trainer},
    uploads::S3Uploads,
};
use sbf_brain::artefact::{CONFIGS, KNOWLEDGE};
use sbf_dialog::{
    Bot,
    ports::{Caller, LiveBrain},
};
use sbf_local::{Cloud, CloudOptions, DEVELOPMENT_IDENTITY, sync_to_bucket};

use crate::{folder::BrainFiles, meaning};

/// The brain bucket's name on the embedded S3.
pub const BRAIN_BUCKET: &str = "sbf-brain";
/// The session table's name on the embedded DynamoDB.
pub const SESSIONS_TABLE: &str = "sbf-sessions";
/// The ratings' table's name on the embedded DynamoDB.
pub const RATINGS_TABLE: &str = "sbf-ratings";
/// The name of the bucket for users' files on the embedded S3.
pub const UPLOAD_BUCKET: &str = "sbf-uploads";
/// The name of the bucket for sounds on the embedded S3.
pub const SPEECH_BUCKET: &str = "sbf-speech";

/// A bot, its trainer and the cloud under them.
pub struct LocalBot {
    /// The embedded DynamoDB, S3, Lambda and Polly.
    pub cloud: Cloud,
    /// What the router works with.
    pub app: App,
    /// The live brain.
    pub brains: Arc<S3Brains>,
    /// What the train Lambda runs.
    pub trainer: Trainer,
}

impl LocalBot {
    /// Starts the cloud on a state folder, or on a temporary one, and puts the adapters on it; no brain is live yet
    /// unless the state folder holds one.
    ///
    /// # Errors
    /// Where the state folder cannot be used or is in use by another bot.
    pub async fn start(state: Option<PathBuf>) -> anyhow::Result<Self> {
        let cloud = Cloud::start(CloudOptions { state, ..CloudOptions::default() }).await?;
        cloud.create_versioned_bucket(BRAIN_BUCKET).await?;
        cloud.create_bucket(UPLOAD_BUCKET).await?;
        cloud.create_bucket(SPEECH_BUCKET).await?;
        create_sessions_table(&cloud.dynamodb(), SESSIONS_TABLE).await?;
        create_ratings_table(&cloud.dynamodb(), RATINGS_TABLE).await?;
        let settings = BrainSettings { bucket: BRAIN_BUCKET.to_owned() };
        let functions = cloud.functions();
        // Saved again, an utterance is not encoded again.
        let meaning = meaning::open()?.remembering();
        let brains = S3Brains::new(cloud.s3(), settings.clone()).going_by(Some(meaning.clone()));
        let brains = brains.telling(move |brain| functions.set_local_functions(brain.config().local_functions.clone()));
        let brains = Arc::new(brains);
        let app = app(&cloud, Arc::clone(&brains));
        let trainer = Trainer::new(cloud.s3(), settings).going_by(Some(meaning));
        Ok(Self { cloud, app, brains, trainer })
    }

    /// Puts a folder's brain in the bucket, trains it and makes it live.
    ///
    /// # Errors
    /// Where the folder cannot be read or the embedded S3 fails.
    pub async fn load(&self, folder: &Path) -> anyhow::Result<Outcome> {
        sync_to_bucket(&self.cloud.s3(), BRAIN_BUCKET, folder).await?;
        self.train().await
    }

    /// As [`Self::load`], of files that were read already, whatever they are called; for a bot that has none yet.
    ///
    /// # Errors
    /// Where the embedded S3 fails.
    pub(crate) async fn learn(&self, files: &BrainFiles) -> anyhow::Result<Outcome> {
        let s3 = self.cloud.s3();
        for (key, content) in [(CONFIGS, files.config.as_ref()), (KNOWLEDGE, Some(&files.knowledge))] {
            let Some(content) = content else { continue };
            s3.put_object().bucket(BRAIN_BUCKET).key(key).body(content.clone().into()).send().await?;
        }
        self.train().await
    }

    async fn train(&self) -> anyhow::Result<Outcome> {
        let outcome = self.trainer.run().await?;
        if let Outcome::Published { .. } = outcome {
            self.go_live().await?;
        }
        Ok(outcome)
    }

    /// Answers from the artefact that is in the bucket now.
    ///
    /// # Errors
    /// Where there is no readable artefact.
    pub async fn go_live(&self) -> anyhow::Result<Arc<LiveBrain>> {
        self.brains.revalidate_now().await.context("the trained brain cannot be read")
    }
}

/// What the core Lambda builds too, from its environment.
fn app(cloud: &Cloud, brains: Arc<S3Brains>) -> App {
    let settings = SpeechSettings { bucket: Some(SPEECH_BUCKET.to_owned()), ..SpeechSettings::default() };
    let speech = Arc::new(PollySpeech::new(cloud.polly(), settings).keeping_in(cloud.s3()));
    let large = LargeValues::new(cloud.s3(), UPLOAD_BUCKET, None);
    let sessions = DynamoSessions::new(cloud.dynamodb(), SESSIONS_TABLE).with_large_values(Some(large));
    let sessions = Arc::new(sessions);
    let backends = Arc::new(Backends::new(cloud.lambda(), BackendSettings::default()));
    let bot = Bot::new(Arc::clone(&brains) as _, sessions, backends, Some(Arc::clone(&speech) as _), epoch_millis);
    // The cloud holds its state folder's lock for this process alone.
    let bot = Bot { sole_user: Some(uuid::Uuid::new_v4().to_string()), ..bot };
    let uploads = UploadSettings { bucket: UPLOAD_BUCKET.to_owned(), limit: UploadSettings::DEFAULT_LIMIT };
    App {
        bot: Arc::new(bot),
        brains,
        speech,
        ratings: Some(Arc::new(DynamoRatings::new(cloud.dynamodb(), RATINGS_TABLE))),
        uploads: Some(Arc::new(S3Uploads::new(cloud.s3(), cloud.form_credentials(), uploads))),
        // Who is alone on a machine of their own pays nothing for it.
        quotas: None,
        sign_in: None,
    }
}

/// Who everybody is on this machine.
pub fn development_caller() -> Caller {
    Caller {
        subject: DEVELOPMENT_IDENTITY.subject.to_owned(),
        email: Some(DEVELOPMENT_IDENTITY.email.to_owned()),
        name: Some(DEVELOPMENT_IDENTITY.name.to_owned()),
        groups: Vec::new(),
        token: None,
    }
}

//! What the bot needs from outside, as traits.

mod ratings;
mod uploads;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use sbf_brain::Brain;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use self::{
    ratings::{Rating, RatingError, RatingStore, Verdict},
    uploads::{UploadError, UploadForm, UploadRequest, Uploads},
};
use crate::session::Session;

/// Who is talking: taken from the token, never from the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token's `sub`.
    pub subject: String,
    /// The token's `email`.
    pub email: Option<String>,
    /// The token's `given_name`, `name` or `nickname`.
    pub name: Option<String>,
    /// Groups the caller belongs to.
    pub groups: Vec<String>,
    /// Where the token says who is calling but not what they are called: the token, to ask for that with.
    pub token: Option<AccessToken>,
}

/// An access token. Whoever holds its text can act for the caller, so that `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// As it came in the request.
    pub text: String,
    /// Epoch seconds.
    pub expires_at: u64,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AccessToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// What whoever issued a token knows of its subject.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// As `Caller::email`.
    pub email: Option<String>,
    /// As `Caller::name`.
    pub name: Option<String>,
}

/// Where profiles are asked for: only for a turn that says the caller's name or calls a backend.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// The profile of a token's subject; `None` where it cannot be had, which costs the name and not the turn.
    async fn profile(&self, subject: &str, token: &AccessToken) -> Option<Profile>;
}

/// The live brain.
#[async_trait]
pub trait BrainSource: Send + Sync {
    /// The brain to answer from.
    ///
    /// # Errors
    /// While none is live.
    async fn current(&self) -> Result<Arc<LiveBrain>, NoBrain>;
}

/// A decoded brain and when its artefact was written.
#[derive(Debug)]
pub struct LiveBrain {
    /// The brain.
    pub brain: Brain,
    /// RFC 3339, the artefact's last modification.
    pub trained_at: String,
}

/// No brain is live yet.
#[derive(Debug, thiserror::Error)]
#[error("no brain is live yet: {0}")]
pub struct NoBrain(pub String);

/// Sessions are kept per signed-in subject, so that nobody reads another's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// The caller's subject.
    pub subject: String,
    /// As [`is_session_id`](crate::session::is_session_id) says.
    pub session_id: String,
}

/// A session with the version that a conditional save names.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The session.
    pub session: Session,
    /// Grows by one with each save, from 1.
    pub version: u64,
}

/// Where sessions are kept.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The session, read consistently; `None` where there is none or it has expired (`Session::expires_at`, epoch seconds, against the store's clock).
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn load(&self, key: &SessionKey) -> Result<Option<Stored>, StoreError>;

    /// As `load`, but waits until the version differs from `than`, at most `within`; then whatever is there.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn load_newer(&self, key: &SessionKey, than: u64, within: Duration) -> Result<Option<Stored>, StoreError>;

    /// Saves, provided the stored version is still `expected` (0: there is none, or it has expired); returns the new version, `expected + 1`,
    /// or 1 for a new session.
    ///
    /// # Errors
    /// `Conflict` where another turn was faster; `NoRoom` where large values (`Session::apart`) cannot be kept; `Store` where the store
    /// cannot be written.
    async fn save(&self, key: &SessionKey, session: &Session, expected: u64) -> Result<u64, SaveError>;
}

/// The store did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the session store failed: {0}")]
pub struct StoreError(pub String);

/// A session was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Another turn of the session was saved since the load.
    #[error("another turn of this session was saved first")]
    Conflict,
    /// The dialog's state has large values for which there is no room; nothing was saved.
    #[error("the dialog's state is too large to be kept: {0}")]
    NoRoom(String),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Backends: the functions that fulfil intents, and the bot that is asked what this one does not understand.
#[async_trait]
pub trait Fulfilment: Send + Sync {
    /// Calls a backend, which may take at most `within`; its failure is an answer, not an error.
    async fn call(&self, call: &BackendCall, within: Duration) -> BackendAnswer;
}

/// A call of a backend.
#[derive(Debug, Clone, PartialEq)]
pub struct BackendCall {
    /// The function's or the bot's name, which is its key everywhere.
    pub name: String,
    /// What is called.
    pub target: Target,
    /// The event; for a bot, a request as its clients make them.
    pub event: Value,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A function.
    Function {
        /// What to invoke: the ARN as written, or the name.
        arn: String,
        /// The ARN of the role to take before.
        role: Option<String>,
    },
    /// Another bot.
    Bot {
        /// Where it answers.
        url: String,
    },
}

/// What came of calling a backend.
#[derive(Debug, Clone, PartialEq)]
pub enum BackendAnswer {
    /// It returned this JSON.
    Answered(Value),
    /// It could not be called, raised, or ran out of time; for the log, never for the user.
    Failed(String),
}

/// Text to speech.
#[async_trait]
pub trait Speech: Send + Sync {
    /// The audio for a listener (the caller's subject), or `None` where no voice is to be had: a missing sound never costs the answer.
    async fn synthesize(&self, request: &SpeechRequest, listener: &str) -> Option<Audio>;
}

/// What to say and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpeechRequest {
    /// Plain text, or SSML where it holds `<speak`.
    pub text: String,
    /// Polly voice.
    pub voice: Option<String>,
    /// Language tag (BCP 47).
    pub language: Option<String>,
    /// Lexicons (`customPronunciation`), separated by commas: names of the brain's, or of the voice's own.
    pub lexicon: Option<String>,
}

impl SpeechRequest {
    /// The same as a brain's author wants it pronounced; lexicons that are not the author's are left to the voice.
    #[must_use]
    pub fn pronounced_by(self, brain: &Brain) -> Self {
        let pronounced = brain.pronounced(self.lexicon.as_deref(), &self.text);
        Self { text: pronounced.text, lexicon: pronounced.others, ..self }
    }

    /// The same for the same sound: 16 hexadecimal digits of a hash of voice, language, lexicon and text.
    pub fn hash(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let whole = [part(&self.voice), part(&self.language), part(&self.lexicon), self.text.clone()].join("\u{0}");
        Sha256::digest(whole).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Spoken audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audio {
    /// The encoded sound.
    pub bytes: Vec<u8>,
    /// Its media type, such as `audio/mpeg`.
    pub content_type: String,
    /// Whether it came from a cache.
    pub cache_hit: bool,
}

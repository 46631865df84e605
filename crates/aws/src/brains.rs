//! The live brain: read from S3, decoded and kept in memory until the object in the bucket changes.
//!
//! What a brain is and means is the matter of the crate `crates/brain`; the folder `brain/` has the sample bots' files.

use std::{
    fmt::{self, Display},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    error::SdkError,
    operation::get_object::{GetObjectError, GetObjectOutput},
    primitives::DateTimeFormat,
};
use sbf_brain::{Brain, Meaning};
use sbf_dialog::ports::{BrainSource, LiveBrain, NoBrain};

use crate::{
    causes,
    meaning::tell,
    metrics::{Metric, count, is_measuring},
    settings::BrainSettings,
    stopped,
};

/// How long a look for a newer brain may take while an older one could answer.
const REVALIDATION_DEADLINE: Duration = Duration::from_secs(3);
/// How long the first brain may take; a Lambda's start must be over after 10 s.
const FIRST_DEADLINE: Duration = Duration::from_secs(8);
/// While no brain is live, S3 is asked at most this often.
const PAUSE_WITHOUT_BRAIN: Duration = Duration::from_secs(1);

/// [`BrainSource`] that keeps the decoded brain in memory and asks S3 for a newer one once `cacheTTL` has passed.
///
/// One request at a time looks for a newer brain, and the others answer from the one at hand.
/// Whatever goes wrong, a brain that was live stays live.
#[derive(Debug)]
pub struct S3Brains {
    client: Client,
    settings: BrainSettings,
    herald: Option<Herald>,
    meaning: Option<Meaning>,
    state: RwLock<State>,
    /// Held by whoever looks for a newer brain.
    looking: tokio::sync::Mutex<()>,
}

/// Told of each brain before the first turn can be answered from it.
struct Herald(Box<dyn Fn(&Brain) + Send + Sync>);

impl fmt::Debug for Herald {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Herald")
    }
}

#[derive(Debug, Default)]
struct State {
    live: Option<Arc<LiveBrain>>,
    /// ETag of the artefact that was read last, whether it could be used or not: a broken one is not read again and again.
    seen: Option<String>,
    looked_at: Option<Instant>,
    /// Why there is no brain, or no newer one.
    fault: Option<String>,
    /// A brain was refused, and that is not counted yet: the look at a process's start is no request's.
    uncounted: bool,
}

/// What came of a look for a newer brain.
enum Look {
    Unchanged,
    Newer(Arc<LiveBrain>, Option<String>),
    /// It was read and is broken.
    Refused(String, Option<String>),
    /// There is none.
    Absent,
    /// It could not be read.
    Failed(String),
}

impl S3Brains {
    /// Brains from the artefact in `settings.bucket`.
    pub fn new(client: Client, settings: BrainSettings) -> Self {
        Self {
            client,
            settings,
            herald: None,
            meaning: None,
            state: RwLock::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// The same, where `herald` is told of each brain before the first turn can be answered from it.
    #[must_use]
    pub fn telling(self, herald: impl Fn(&Brain) + Send + Sync + 'static) -> Self {
        Self { herald: Some(Herald(Box::new(herald))), ..self }
    }

    /// The same, whose brains go by meaning too where they were trained with this encoder.
    #[must_use]
    pub fn going_by(self, meaning: Option<Meaning>) -> Self {
        Self { meaning, ..self }
    }

    /// Makes the next turn look for a newer brain, however recently that was done.
    pub fn invalidate(&self) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).looked_at = None;
    }

    /// Looks for a newer brain at once, and returns the one that is live then. What was refused is read once more: made again of the same files
    /// it has the same ETag.
    ///
    /// # Errors
    /// While none is live.
    pub async fn revalidate_now(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        let _looking = self.looking.lock().await;
        {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            if state.fault.is_some() {
                state.seen = None;
            }
        }
        self.look().await;
        self.at_hand()
    }

    /// The brain at hand, whatever its age.
    fn at_hand(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        let state = self.state();
        let fault = || state.fault.clone().unwrap_or_else(|| "it was never looked for".to_owned());
        state.live.clone().ok_or_else(|| NoBrain(fault()))
    }

    fn is_fresh(&self) -> bool {
        let state = self.state();
        let lifetime = state.live.as_ref().map_or(PAUSE_WITHOUT_BRAIN, |live| cache_ttl(&live.brain));
        state.looked_at.is_some_and(|at| at.elapsed() < lifetime)
    }

    async fn look(&self) {
        count(Metric::BrainRevalidations);
        let deadline = if self.state().live.is_some() { REVALIDATION_DEADLINE } else { FIRST_DEADLINE };
        let look = tokio::time::timeout(deadline, self.fetch()).await;
        let look = look.unwrap_or_else(|_| Look::Failed(format!("no answer within {} ms", deadline.as_millis())));
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.looked_at = Some(Instant::now());
        match look {
            Look::Unchanged => {}
            Look::Newer(live, etag) => {
                if let Some(Herald(tell)) = &self.herald {
                    tell(&live.brain);
                }
                tracing::info!(version = live.brain.version(), trained_at = live.trained_at, "a brain is live");
                (state.live, state.seen, state.fault) = (Some(live), etag, None);
            }
            Look::Refused(why, etag) => {
                match state.live.as_ref().map(|live| live.brain.version()) {
                    Some(answers) => {
                        tracing::error!(why, answers, "the trained brain was refused; the one before answers")
                    }
                    None => tracing::error!(why, "the trained brain was refused; there is none to answer from"),
                }
                (state.seen, state.fault, state.uncounted) = (etag, Some(why), true);
            }
            Look::Absent => {
                match &state.live {
                    // Every bot begins so.
                    None => tracing::info!("nothing has been trained yet"),
                    Some(_) => tracing::warn!("the trained brain is gone; the last one goes on answering"),
                }
                state.fault = Some("nothing has been trained".to_owned());
            }
            Look::Failed(why) => {
                tracing::warn!(why, "the trained brain could not be read");
                state.fault = Some(why);
            }
        }
    }

    async fn fetch(&self) -> Look {
        let request = self.client.get_object().bucket(&self.settings.bucket).key(sbf_brain::artefact::PACKED);
        let seen = self.state().seen.clone();
        let began = Instant::now();
        match request.set_if_none_match(seen).send().await {
            Ok(output) => read(output, began, self.meaning.clone()).await,
            Err(error) if is_not_modified(&error) => Look::Unchanged,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Look::Absent,
            Err(error) => Look::Failed(causes(&error)),
        }
    }

    /// The brain at hand, if it is of use, or one that was looked for now.
    async fn newest(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        if self.is_fresh() {
            count(Metric::BrainHits);
            return self.at_hand();
        }
        let _looking = match self.looking.try_lock() {
            Ok(looking) => looking,
            // Somebody is looking already: the brain at hand will do, and where there is none, the look is waited for.
            Err(_) => match self.at_hand() {
                Ok(live) => return Ok(live),
                Err(_) => self.looking.lock().await,
            },
        };
        if !self.is_fresh() {
            self.look().await;
        }
        self.at_hand()
    }

    /// Counts a refusal with the first request that can.
    fn count_refusal(&self) {
        if !self.state().uncounted || !is_measuring() {
            return;
        }
        if std::mem::take(&mut self.state.write().unwrap_or_else(PoisonError::into_inner).uncounted) {
            count(Metric::RefusedBrains);
        }
    }

    fn state(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BrainSource for S3Brains {
    async fn current(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        let found = self.newest().await;
        self.count_refusal();
        found
    }
}

async fn read(output: GetObjectOutput, began: Instant, meaning: Option<Meaning>) -> Look {
    let etag = output.e_tag.clone();
    let written_at = output.last_modified.and_then(|at| at.fmt(DateTimeFormat::DateTime).ok()).unwrap_or_default();
    let bytes = match output.body.collect().await {
        Ok(bytes) => bytes.into_bytes(),
        Err(error) => return Look::Failed(causes(&error)),
    };
    let (size, got) = (bytes.len(), Instant::now());
    let decoded = tokio::task::spawn_blocking(move || sbf_brain::decode(&bytes)).await;
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let (get_ms, decode_ms) = (milliseconds(got - began), milliseconds(got.elapsed()));
    tracing::info!(size, get_ms, decode_ms, "a brain was read");
    match decoded {
        Ok(Ok(mut brain)) => {
            let used = brain.attach(meaning.as_ref());
            tell(&used, brain.version());
            Look::Newer(Arc::new(LiveBrain { brain, trained_at: written_at }), etag)
        }
        Ok(Err(error)) => refused(error, etag),
        Err(error) => refused(stopped(&error), etag),
    }
}

fn refused(why: impl Display, etag: Option<String>) -> Look {
    Look::Refused(why.to_string(), etag)
}

fn is_not_modified(error: &SdkError<GetObjectError>) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == 304)
}

fn cache_ttl(brain: &Brain) -> Duration {
    Duration::from_millis(brain.config().cache_ttl_ms)
}

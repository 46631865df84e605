//! One turn, from a request to its response: reading and saving the session, calling the backend, speaking.
//!
//! What happens when the program dies or two messages come at once is decided here:
//! a backend is called only after the turn has *claimed* its session with a conditional save, the session is saved before the answer
//! leaves, and a turn id that was answered before is answered from the session.

mod job;

use std::{sync::Arc, time::Duration};

use sbf_brain::Brain;

use self::job::Job;
use crate::{
    federation,
    input::{Call, Event, Moment},
    ports::{BrainSource, Caller, Fulfilment, NoBrain, Profiles, SessionStore, Speech, SpeechRequest, StoreError},
    response::{Response, Sound},
};

/// How long a turn may take, from its request to its answer: API Gateway gives up on an HTTP API's integration after 30 s, and what
/// answers there ends a second before. Waiting for another turn and calling a backend share it.
pub const TURN_BUDGET: Duration = Duration::from_secs(28);

/// What of a turn's budget is left for its save once its backend has answered; of a small budget it is a third.
const SAVING: Duration = Duration::from_secs(3);

/// How long a backend may take, where the turn has waited for nothing else.
pub const BACKEND_DEADLINE: Duration = Duration::from_secs(25);

/// How long a turn waits for others of its session. Somebody who sends two messages at once is served; a hundred at once shall not each
/// hold a function until the last one's turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// What of a turn's budget speech may need: it has deadlines of its own, of seven seconds together.
const SPEAKING: Duration = Duration::from_secs(8);

/// How long a turn that has its backend's answer holds its claim, to save what came of it.
const TIME_TO_SAVE: Duration = Duration::from_secs(5);

/// A chatbot: what it needs to answer.
#[derive(Clone)]
pub struct Bot {
    /// The live brain.
    pub brains: Arc<dyn BrainSource>,
    /// The conversations.
    pub sessions: Arc<dyn SessionStore>,
    /// The functions that fulfil intents.
    pub backends: Arc<dyn Fulfilment>,
    /// Text to speech, where there is a voice.
    pub speech: Option<Arc<dyn Speech>>,
    /// Profiles of callers whose token tells no name; without it, they have none.
    pub profiles: Option<Arc<dyn Profiles>>,
    /// Limits of waiting.
    pub timing: Timing,
    /// A name of this process that no other had or will have, where the sessions have no other user while it lives; `None` where
    /// several share them. A claim of another process was then abandoned when that process ended: nobody waits for it.
    pub sole_user: Option<String>,
}

/// Limits of waiting, as data so that tests need not wait.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// How long a turn may take, all in all: a backend gets what is left of it.
    pub turn: Duration,
    /// How long a turn waits for others of its session.
    pub patience: Duration,
    /// How long a claim holds: longer than a backend may take, so that a claim that has run out was abandoned.
    pub claim_lives: Duration,
    /// How often a turn looks again at a session in which other turns were faster; each time at least one of them got on.
    pub tries: u32,
    /// A turn that took longer goes out without sound.
    pub speaks_within: Duration,
    /// Epoch milliseconds; only differences are used, to know how long a turn has waited.
    pub clock: fn() -> u64,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// No brain is live yet (503).
    #[error(transparent)]
    NoBrain(#[from] NoBrain),
    /// The request is at fault (400), in one sentence for the client.
    #[error("{0}")]
    Invalid(String),
    /// Other turns of the session are under way, and this one has waited for them long enough (429): it did nothing.
    #[error("other turns of this session are under way")]
    Busy,
    /// The session could not be read or saved (500).
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Timing {
    /// The usual limits, by a clock of epoch milliseconds.
    pub fn new(clock: fn() -> u64) -> Self {
        let (turn, speaks_within) = (TURN_BUDGET, TURN_BUDGET - SPEAKING);
        Self { turn, patience: PATIENCE, claim_lives: BACKEND_DEADLINE + TIME_TO_SAVE, tries: 20, speaks_within, clock }
    }

    /// The same for a turn that must have ended within `left`.
    #[must_use]
    pub fn ending_within(self, left: Duration) -> Self {
        let turn = self.turn.min(left);
        Self { turn, speaks_within: self.speaks_within.min(turn.saturating_sub(SPEAKING)), ..self }
    }

    /// When a backend must have answered, from the beginning of the turn.
    fn backend_answers_within(&self) -> Duration {
        self.turn - SAVING.min(self.turn / 3)
    }

    /// The same for backends that may take at most this long: what a crash left behind is waited for no longer than need be.
    #[must_use]
    pub fn with_backend_deadline(self, deadline: Duration) -> Self {
        Self { claim_lives: deadline.saturating_add(TIME_TO_SAVE), ..self }
    }
}

impl Bot {
    /// A bot with the usual limits, by a clock of epoch milliseconds; others may use its sessions too.
    pub fn new(
        brains: Arc<dyn BrainSource>,
        sessions: Arc<dyn SessionStore>,
        backends: Arc<dyn Fulfilment>,
        speech: Option<Arc<dyn Speech>>,
        clock: fn() -> u64,
    ) -> Self {
        Self { brains, sessions, backends, speech, profiles: None, timing: Timing::new(clock), sole_user: None }
    }

    /// Answers one request.
    ///
    /// # Errors
    /// While no brain is live, where the request names an intent that the brain has not, where other turns of the session keep it busy, and
    /// where the session store fails.
    /// "Not understood" and "the backend failed" are answers.
    pub async fn handle(&self, call: Call, caller: &Caller, moment: Moment) -> Result<Response, BotError> {
        let began = (self.timing.clock)();
        let live = self.brains.current().await?;
        if let Event::Chosen { intent, .. } = &call.event
            && live.brain.intent(intent).is_none()
            && live.brain.federation().is_none_or(|bot| federation::foreign_intent(&bot.name, intent).is_none())
        {
            return Err(BotError::Invalid(format!(
                "`_id` must be an intent of this bot; found {:?}.",
                shortened(intent)
            )));
        }
        let mut response = Job::new(self, &live.brain, &call, caller, moment, began).answer().await?;
        let took = Duration::from_millis((self.timing.clock)().saturating_sub(began));
        if took <= self.timing.speaks_within {
            response = self.speak(&call, &live.brain, &caller.subject, response).await;
        }
        Ok(response)
    }

    async fn speak(&self, call: &Call, brain: &Brain, listener: &str, response: Response) -> Response {
        let Some(speech) = self.speech.as_ref().filter(|_| call.spoken) else { return response };
        let Some(request) = response.speech() else { return response };
        // The voice for want of another is that of the bot's own language: what it costs is not for a request to say.
        let language = brain.language().map(str::to_owned);
        let request = SpeechRequest { language, ..request }.pronounced_by(brain);
        match speech.synthesize(&request, listener).await {
            Some(audio) => response.with_sound(Sound { request, audio }),
            None => response,
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

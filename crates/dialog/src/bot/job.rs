//! One request being answered: finding the session, claiming it, calling, saving.

use std::{sync::OnceLock, time::Duration};

use sbf_brain::Brain;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Bot, BotError};
use crate::{
    digest::digest,
    input::{Call, Event, Input, Moment},
    kept,
    machine::{self, Step, Turn, Waiting},
    ports::{BackendAnswer, Caller, Profile, SaveError, SessionKey, StoreError, Stored},
    reply::{Main, Reply},
    response::{RESPONSE_LIMIT, Response},
    session::{Claim, Session, StoredReply},
};

/// One request being answered.
pub(super) struct Job<'j> {
    bot: &'j Bot,
    brain: &'j Brain,
    call: &'j Call,
    /// As the token tells of the caller.
    given: Input,
    /// With the caller's profile, once it was asked for.
    completed: OnceLock<Input>,
    key: SessionKey,
    moment: Moment,
    /// The bot's clock when the turn began.
    began: u64,
}

/// What a session as it was found means for a turn.
enum Finding {
    /// The turn was answered before.
    Answered(Box<Response>),
    /// A backend is being called, for another turn or in an earlier try of this one: wait so long for it.
    Busy(Duration),
    /// Go on.
    Free,
    /// Go on; but an earlier try of this turn was lost, perhaps after it called its backend.
    PerhapsDone,
}

impl<'j> Job<'j> {
    pub(super) fn new(
        bot: &'j Bot,
        brain: &'j Brain,
        call: &'j Call,
        caller: &Caller,
        moment: Moment,
        began: u64,
    ) -> Self {
        let dice = dice(call, caller, moment);
        let session_id = session_id(call, caller, moment);
        let turn_id =
            call.turn_id.clone().unwrap_or_else(|| digest(&[&session_id, &moment.now.to_string(), &dice.to_string()]));
        let given = Input {
            event: call.event.clone(),
            caller: caller.clone(),
            session_id: session_id.clone(),
            turn_id,
            lang: call.lang.clone().or_else(|| brain.language().map(str::to_owned)),
            environment: call.environment.clone().unwrap_or_default(),
            passed_on: call.passed_on,
        };
        let key = SessionKey { subject: caller.subject.clone(), session_id };
        let moment = Moment { dice, ..moment };
        Self { bot, brain, call, given, completed: OnceLock::new(), key, moment, began }
    }

    fn input(&self) -> &Input {
        self.completed.get().unwrap_or(&self.given)
    }

    pub(super) async fn answer(&self) -> Result<Response, BotError> {
        let sessions = &self.bot.sessions;
        // Without the client's session id there is nothing to read; a repeated turn shows when its first save conflicts.
        let mut stored = match self.call.session_id {
            Some(_) => sessions.load(&self.key).await?,
            None => None,
        };
        for _ in 0..self.bot.timing.tries {
            let version = stored.as_ref().map_or(0, |stored| stored.version);
            let finding = self.find(stored.as_ref());
            stored = match finding {
                Finding::Answered(response) => return Ok(*response),
                Finding::Busy(claim_left) => self.wait(version, claim_left).await?,
                Finding::Free | Finding::PerhapsDone => {
                    match self.attempt(stored, matches!(finding, Finding::PerhapsDone)).await {
                        Ok(response) => return Ok(response),
                        Err(SaveError::Conflict) => self.overtaken().await?,
                        Err(SaveError::Store(error)) => return Err(error.into()),
                        Err(SaveError::NoRoom(why)) => return Err(StoreError(why).into()),
                    }
                }
            };
        }
        Err(BotError::Busy)
    }

    /// What becomes of a claimed session: its next version, or the same with a claim that was abandoned. `Busy` where this turn may not wait
    /// to see which.
    async fn wait(&self, version: u64, claim_left: Duration) -> Result<Option<Stored>, BotError> {
        let patience = self.left_of(self.bot.timing.patience);
        if patience.is_zero() {
            return Err(BotError::Busy);
        }
        let found = self.bot.sessions.load_newer(&self.key, version, claim_left.min(patience)).await?;
        let is_same = found.as_ref().is_some_and(|found| found.version == version);
        match is_same && claim_left > patience {
            true => Err(BotError::Busy),
            false => Ok(abandoned_if(version, found)),
        }
    }

    /// What a faster turn saved. `Busy` where this turn has no patience left to try again: with a photo in the session each try takes long.
    async fn overtaken(&self) -> Result<Option<Stored>, BotError> {
        let found = self.bot.sessions.load(&self.key).await?;
        let tries_again = !self.left_of(self.bot.timing.patience).is_zero();
        match tries_again || matches!(self.find(found.as_ref()), Finding::Answered(_)) {
            true => Ok(found),
            false => Err(BotError::Busy),
        }
    }

    /// What is left of a time that began with the turn.
    fn left_of(&self, time: Duration) -> Duration {
        time.saturating_sub(Duration::from_millis((self.bot.timing.clock)().saturating_sub(self.began)))
    }

    fn find(&self, stored: Option<&Stored>) -> Finding {
        let Some(Stored { session, .. }) = stored else { return Finding::Free };
        if let Some(id) = self.call.turn_id.as_ref().filter(|id| session.has_done(id)) {
            return Finding::Answered(Box::new(self.repeat(session.reply_to(id), session)));
        }
        let Some(claim) = &session.claim else { return Finding::Free };
        let left = self.time_left(claim);
        match left.is_zero() {
            false => Finding::Busy(left),
            true if self.is_mine(claim) => Finding::PerhapsDone,
            true => Finding::Free,
        }
    }

    /// How long a claim may still hold.
    fn time_left(&self, claim: &Claim) -> Duration {
        let ours = &self.bot.sole_user;
        if ours.is_some() && claim.by != *ours {
            return Duration::ZERO;
        }
        Duration::from_millis(claim.until.saturating_sub(self.now())).min(self.bot.timing.claim_lives)
    }

    /// Begins the turn, calls its backend where there is one, and saves what is to be remembered.
    async fn attempt(&self, stored: Option<Stored>, perhaps_done: bool) -> Result<Response, SaveError> {
        let found = stored.unwrap_or_else(|| Stored { session: Session::default(), version: 0 });
        let session = self.without_claim(&found.session);
        let step = match self.begin(&session).await {
            Step::Call(waiting) if !perhaps_done || waiting.idempotent => Step::Call(waiting),
            Step::Done(turn) if !perhaps_done => Step::Done(turn),
            _ => Step::Done(Box::new(machine::perhaps_done(self.brain, session.clone(), self.input(), self.moment))),
        };
        let expired = self.names_lost_session(&found);
        match step {
            Step::Done(turn) => {
                let (turn, response, saved) = self.settle(*turn, &found, expired).await;
                if let Some(fault) = &turn.fault {
                    tracing::error!(fault, "turn failed");
                }
                saved?;
                self.log(&turn);
                Ok(response)
            }
            Step::Call(waiting) => {
                let claimed = self.claim(session, found).await?;
                self.call(*waiting, &claimed, expired).await
            }
        }
    }

    /// Begins the turn; once more, since it is only a function, where it came to depend on a profile that was not known.
    async fn begin(&self, session: &Session) -> Step {
        let begin = || machine::begin(self.brain, session.clone(), self.input(), self.moment);
        let step = begin();
        match step.names_caller() && self.complete().await {
            true => begin(),
            false => step,
        }
    }

    /// Asks for the caller's profile where it is not known; whether something came of it.
    async fn complete(&self) -> bool {
        let Input { caller, .. } = self.input();
        let Some((profiles, token)) = self.bot.profiles.as_ref().zip(caller.token.as_ref()) else { return false };
        let Some(Profile { email, name }) = profiles.profile(&caller.subject, token).await else { return false };
        let caller = Caller {
            email: email.or_else(|| caller.email.clone()),
            name: name.or_else(|| caller.name.clone()),
            token: None,
            ..caller.clone()
        };
        self.completed.set(Input { caller, ..self.given.clone() }).is_ok()
    }

    /// Whether an earlier try of this turn made the claim; only a client's turn id can tell.
    fn is_mine(&self, claim: &Claim) -> bool {
        self.call.turn_id.as_ref() == Some(&claim.turn_id)
    }

    /// The session for this turn alone. Another turn's claim that was abandoned may stand for something done:
    /// should its client come back, it is told so instead of being served anew.
    fn without_claim(&self, found: &Session) -> Session {
        let mut session = found.clone();
        if let Some(claim) = session.claim.take().filter(|claim| !self.is_mine(claim)) {
            session.remember(&claim.turn_id, Value::Null);
        }
        session
    }

    /// Saves that a backend is about to be called for this turn: the dialog itself stays where it is until the answer is there.
    ///
    /// Where the client named neither session nor turn, nobody can come back to this turn, and a claim would protect nothing.
    async fn claim(&self, session: Session, found: Stored) -> Result<Stored, SaveError> {
        if self.call.session_id.is_none() && self.call.turn_id.is_none() {
            return Ok(found);
        }
        let until = self.now().saturating_add(millis(self.bot.timing.claim_lives));
        let by = self.bot.sole_user.clone();
        let claim = Some(Claim { turn_id: self.input().turn_id.clone(), until, by });
        let session = Session { claim, expires_at: self.expiry(), ..session };
        let version = self.bot.sessions.save(&self.key, &session, found.version).await?;
        Ok(Stored { session, version })
    }

    async fn call(&self, waiting: Waiting, claimed: &Stored, expired: bool) -> Result<Response, SaveError> {
        let backend = waiting.call.name.clone();
        let answer = self.ask_backend(&waiting).await;
        let turn = self.resume(waiting, answer).await;
        let (turn, response, saved) = self.settle(turn, claimed, expired).await;
        if let Some(fault) = &turn.fault {
            tracing::error!(backend, fault, "backend failed");
        }
        match saved {
            // The claim ran out and another turn took over: what the backend did is done, and its answer is true.
            Err(SaveError::Conflict) => tracing::warn!(backend, "the turn outlived its claim"),
            saved => saved?,
        }
        self.log(&turn);
        Ok(response)
    }

    /// Calls a backend for as long as the turn may still take; where that is over, it is not called.
    async fn ask_backend(&self, waiting: &Waiting) -> BackendAnswer {
        let left = self.left_of(self.bot.timing.backend_answers_within());
        match left.is_zero() {
            true => BackendAnswer::Failed("the turn had no time left to call it".to_owned()),
            false => self.bot.backends.call(&waiting.call, left).await,
        }
    }

    /// Goes on with the turn; once more, since it is only a function, where the answer came to depend on a profile that was not known.
    async fn resume(&self, waiting: Waiting, answer: BackendAnswer) -> Turn {
        let once_more = waiting.leaves_caller_unnamed().then(|| (waiting.clone(), answer.clone()));
        let turn = machine::resume(self.brain, waiting, answer, self.moment);
        match once_more {
            Some((waiting, answer)) if turn.names_caller && self.complete().await => {
                machine::resume(self.brain, waiting.of(self.input()), answer, self.moment)
            }
            _ => turn,
        }
    }

    /// The turn's response, and whether it was saved. A dialog for which the store has no room ends here, and that is saved.
    async fn settle(&self, turn: Turn, found: &Stored, expired: bool) -> (Turn, Response, Result<(), SaveError>) {
        let (turn, response) = self.sendable(turn, expired);
        match self.save(&turn, found, &response).await {
            Err(SaveError::NoRoom(why)) => {
                let (turn, response) = self.broken_off(turn, expired, why);
                let saved = self.save(&turn, found, &response).await;
                (turn, response, saved)
            }
            saved => (turn, response, saved),
        }
    }

    /// The turn's response. One that is too large to be sent breaks it off: the client would be told nothing.
    fn sendable(&self, turn: Turn, expired: bool) -> (Turn, Response) {
        let response = self.respond(&turn.reply, expired);
        match response.bytes() {
            ..=RESPONSE_LIMIT => (turn, response),
            bytes => {
                let why = format!("the answer takes {bytes} bytes, and at most {RESPONSE_LIMIT} can be sent");
                self.broken_off(turn, expired, why)
            }
        }
    }

    fn broken_off(&self, turn: Turn, expired: bool, why: String) -> (Turn, Response) {
        let turn = machine::no_room(self.brain, turn.session, self.input(), self.moment, why);
        let response = self.respond(&turn.reply, expired);
        (turn, response)
    }

    /// Saves what a turn leaves, if anything: the dialog, the misses, and the reply where the client may ask for it again.
    async fn save(&self, turn: &Turn, found: &Stored, response: &Response) -> Result<(), SaveError> {
        let mut session = turn.session.clone();
        let changed = Session { expires_at: found.session.expires_at, ..session.clone() } != found.session;
        let repeatable = self.call.turn_id.as_ref().filter(|_| changed || self.call.session_id.is_some());
        if let Some(turn_id) = repeatable {
            session.remember(turn_id, kept::to_keep(response));
        }
        if changed || repeatable.is_some() {
            session.expires_at = self.expiry();
            self.bot.sessions.save(&self.key, &session, found.version).await?;
        }
        Ok(())
    }

    /// A kept response; where there is none to be had, a sentence stands for it.
    fn repeat(&self, kept: Option<&StoredReply>, session: &Session) -> Response {
        kept.and_then(kept::read).unwrap_or_else(|| {
            let turn = machine::perhaps_done(self.brain, session.clone(), self.input(), self.moment);
            self.respond(&turn.reply, false)
        })
    }

    /// Whether the client goes on with a dialog that is no more; of a plain question nobody can tell.
    fn names_lost_session(&self, found: &Stored) -> bool {
        matches!(self.call.event, Event::Chosen { .. }) && self.call.session_id.is_some() && found.version == 0
    }

    fn respond(&self, reply: &Reply, session_expired: bool) -> Response {
        Response::new(reply.clone(), self.call, self.input(), self.moment.now, session_expired)
    }

    /// What a turn came to, without a word of what was said: the router's own line says most of it, too.
    fn log(&self, turn: &Turn) {
        let understood = turn.reply.understood.as_ref();
        let ms = (self.bot.timing.clock)().saturating_sub(self.began);
        tracing::debug!(
            intent = understood.and_then(|understood| understood.intent.as_deref()),
            confidence = understood.map(|understood| understood.confidence),
            nif = matches!(turn.reply.main, Main::Misses(_)),
            state = turn.session.state.name(),
            ms,
            "turn"
        );
    }

    /// Epoch milliseconds, as the moment and the time since have it.
    fn now(&self) -> u64 {
        let waited = (self.bot.timing.clock)().saturating_sub(self.began);
        self.moment.now.saturating_add(waited)
    }

    fn expiry(&self) -> u64 {
        let hours = u64::from(self.brain.config().session_hours);
        (self.moment.now / 1000).saturating_add(hours * 3600)
    }
}

/// A claim that nobody released in its time is over, whatever the clocks of the machines say.
fn abandoned_if(version: u64, found: Option<Stored>) -> Option<Stored> {
    let mut found = found?;
    if found.version == version
        && let Some(claim) = &mut found.session.claim
    {
        claim.until = 0;
    }
    Some(found)
}

/// The client's session id; one that a retry finds again, where the client names its turn; else a new one.
fn session_id(call: &Call, caller: &Caller, moment: Moment) -> String {
    match (&call.session_id, &call.turn_id) {
        (Some(id), _) => id.clone(),
        (None, Some(turn_id)) => format!("t-{}", digest(&[&caller.subject, turn_id])),
        (None, None) => format!("s-{}", digest(&[&caller.subject, &moment.now.to_string(), &moment.dice.to_string()])),
    }
}

/// A turn that is computed again must choose the same variations, so its id decides where there is one.
fn dice(call: &Call, caller: &Caller, moment: Moment) -> u64 {
    let Some(turn_id) = &call.turn_id else { return moment.dice };
    let session = call.session_id.as_deref().unwrap_or_default();
    let digest = Sha256::digest([caller.subject.as_str(), session, turn_id].join("\u{0}"));
    digest.iter().take(8).fold(0, |dice, byte| dice << 8 | u64::from(*byte))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

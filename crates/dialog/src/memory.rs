//! The ports in memory: for conversation scripts and for tests of what happens when saves fail or collide.
#![allow(clippy::disallowed_methods, reason = "these ports stand for the outside world, and wait as it does")]

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use sbf_brain::Brain;
use serde_json::Value;

use crate::{
    ports::{
        BackendAnswer, BackendCall, BrainSource, Fulfilment, LiveBrain, NoBrain, Rating, RatingError, RatingStore,
        SaveError, SessionKey, SessionStore, StoreError, Stored,
    },
    session::{LargeValue, Session},
};

/// One brain, always live.
#[derive(Debug, Clone)]
pub struct FixedBrain(Arc<LiveBrain>);

impl FixedBrain {
    /// A brain that is live from now on.
    pub fn new(brain: Brain) -> Self {
        Self(Arc::new(LiveBrain { brain, trained_at: "1970-01-01T00:00:00Z".to_owned() }))
    }
}

#[async_trait]
impl BrainSource for FixedBrain {
    async fn current(&self) -> Result<Arc<LiveBrain>, NoBrain> {
        Ok(Arc::clone(&self.0))
    }
}

/// Sessions in memory.
#[derive(Debug, Default)]
pub struct MemorySessions {
    kept: Mutex<Kept>,
    waiting: Arc<Mutex<Vec<Waker>>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Each with the values that are kept beside it.
    sessions: HashMap<SessionKey, (Stored, Vec<LargeValue>)>,
    accesses: Vec<Access>,
    save_faults: VecDeque<Option<SaveFault>>,
    clock: u64,
}

/// An access to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A session was read.
    Load,
    /// A session was saved, or a save was tried in vain.
    Save,
}

/// How a save is to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveFault {
    /// As if another turn had been faster.
    Conflict,
    /// As if there were no room for the dialog's state.
    NoRoom,
    /// As if the store did not answer.
    Store,
}

impl MemorySessions {
    /// What is kept under a key, whether it has expired or not.
    pub fn peek(&self, key: &SessionKey) -> Option<Stored> {
        self.lock().sessions.get(key).map(whole)
    }

    /// Accesses so far.
    pub fn accesses(&self) -> Vec<Access> {
        self.lock().accesses.clone()
    }

    /// Makes the next saves fail in turn; `None` lets one succeed.
    pub fn fail_saves(&self, faults: impl IntoIterator<Item = Option<SaveFault>>) {
        self.lock().save_faults.extend(faults);
    }

    /// Sets the store's clock, in epoch seconds, against which sessions expire; it starts at 0 and never moves by itself.
    pub fn set_clock(&self, seconds: u64) {
        self.lock().clock = seconds;
        wake(&self.waiting);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        locked(&self.kept)
    }

    fn read(&self, key: &SessionKey) -> Option<Stored> {
        self.lock().live(key).map(whole)
    }

    /// Reads the session, or asks to be woken when one is saved.
    fn poll_newer(&self, key: &SessionKey, than: u64, deadline: Instant, waker: &Waker) -> Poll<Option<Stored>> {
        let kept = self.lock();
        let found = kept.live(key);
        if found.map_or(0, |(stored, _)| stored.version) != than || Instant::now() >= deadline {
            return Poll::Ready(found.map(whole));
        }
        locked(&self.waiting).push(waker.clone());
        Poll::Pending
    }
}

impl Kept {
    fn live(&self, key: &SessionKey) -> Option<&(Stored, Vec<LargeValue>)> {
        self.sessions.get(key).filter(|(stored, _)| stored.session.expires_at > self.clock)
    }
}

/// A session with its large values put back.
fn whole((stored, values): &(Stored, Vec<LargeValue>)) -> Stored {
    let values = values.iter().filter_map(|value| Some((value.place.clone(), serde_json::from_str(&value.json).ok()?)));
    Stored { session: stored.session.clone().whole(values), version: stored.version }
}

#[async_trait]
impl SessionStore for MemorySessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<Stored>, StoreError> {
        self.lock().accesses.push(Access::Load);
        Ok(self.read(key))
    }

    async fn load_newer(&self, key: &SessionKey, than: u64, within: Duration) -> Result<Option<Stored>, StoreError> {
        self.lock().accesses.push(Access::Load);
        let deadline = Instant::now() + within;
        wake_at(deadline, &self.waiting);
        Ok(poll_fn(|context| self.poll_newer(key, than, deadline, context.waker())).await)
    }

    async fn save(&self, key: &SessionKey, session: &Session, expected: u64) -> Result<u64, SaveError> {
        let mut kept = self.lock();
        kept.accesses.push(Access::Save);
        match kept.save_faults.pop_front().flatten() {
            Some(SaveFault::Conflict) => return Err(SaveError::Conflict),
            Some(SaveFault::NoRoom) => return Err(SaveError::NoRoom("it was told so".to_owned())),
            Some(SaveFault::Store) => return Err(StoreError("it was told to fail".to_owned()).into()),
            None => {}
        }
        if kept.live(key).map_or(0, |(stored, _)| stored.version) != expected {
            return Err(SaveError::Conflict);
        }
        let version = expected + 1;
        let (session, values) = session.apart("");
        kept.sessions.insert(key.clone(), (Stored { session, version }, values));
        wake(&self.waiting);
        Ok(version)
    }
}

/// Backends that answer from a script and keep what they were sent.
#[derive(Default)]
pub struct ScriptedBackends {
    script: Mutex<BTreeMap<String, VecDeque<BackendAnswer>>>,
    calls: Mutex<Vec<BackendCall>>,
    otherwise: Option<Arc<dyn Fulfilment>>,
}

impl ScriptedBackends {
    /// Backends that pass calls of functions without a script on.
    pub fn or(otherwise: Arc<dyn Fulfilment>) -> Self {
        Self { otherwise: Some(otherwise), ..Self::default() }
    }

    /// Appends an answer of a function; the last one is given again and again.
    pub fn answer(&self, function: &str, answer: BackendAnswer) {
        locked(&self.script).entry(function.to_owned()).or_default().push_back(answer);
    }

    /// Forgets the script of a function.
    pub fn forget(&self, function: &str) {
        locked(&self.script).remove(function);
    }

    /// Calls so far.
    pub fn calls(&self) -> Vec<BackendCall> {
        locked(&self.calls).clone()
    }

    /// Events that a function got so far.
    pub fn events(&self, function: &str) -> Vec<Value> {
        let calls = locked(&self.calls);
        calls.iter().filter(|call| call.name == function).map(|call| call.event.clone()).collect()
    }

    fn next(&self, function: &str) -> Option<BackendAnswer> {
        let mut script = locked(&self.script);
        let answers = script.get_mut(function)?;
        match answers.len() {
            0 | 1 => answers.front().cloned(),
            _ => answers.pop_front(),
        }
    }
}

#[async_trait]
impl Fulfilment for ScriptedBackends {
    async fn call(&self, call: &BackendCall, within: Duration) -> BackendAnswer {
        locked(&self.calls).push(call.clone());
        match (self.next(&call.name), &self.otherwise) {
            (Some(answer), _) => answer,
            (None, Some(otherwise)) => otherwise.call(call, within).await,
            (None, None) => BackendAnswer::Failed(format!("there is no backend {:?}", call.name)),
        }
    }
}

/// Ratings in memory.
#[derive(Debug, Default)]
pub struct MemoryRatings(Mutex<BTreeMap<(String, String), Rating>>);

impl MemoryRatings {
    /// What is kept, by subject and turn.
    pub fn all(&self) -> Vec<Rating> {
        locked(&self.0).values().cloned().collect()
    }
}

#[async_trait]
impl RatingStore for MemoryRatings {
    async fn keep(&self, rating: &Rating) -> Result<(), RatingError> {
        locked(&self.0).insert((rating.subject.clone(), rating.turn_id.clone()), rating.clone());
        Ok(())
    }
}

/// The data of a mutex, also where a test panicked while it held it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake(waiting: &Mutex<Vec<Waker>>) {
    for waker in locked(waiting).drain(..) {
        waker.wake();
    }
}

/// A timer of one thread: this crate knows no runtime, and turns seldom wait.
fn wake_at(deadline: Instant, waiting: &Arc<Mutex<Vec<Waker>>>) {
    let waiting = Arc::clone(waiting);
    thread::spawn(move || {
        thread::sleep(deadline.saturating_duration_since(Instant::now()));
        wake(&waiting);
    });
}

//! What the page and the terminal are told while a brain is edited.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sbf_brain::Problem;
use serde::Serialize;
use tokio::sync::broadcast;

/// Events a slow page may fall behind before it misses some; it then asks for the whole state again.
const BACKLOG: usize = 64;

/// Something that happened to the brain or to the page's own build.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Event {
    /// A training run began.
    Training,
    /// A training run was refused, or trained with warnings; all of the brain's problems.
    Problems {
        /// Every problem of the files as they are now.
        problems: Vec<Problem>,
    },
    /// A new brain answers.
    Brain {
        /// Its version.
        version: String,
    },
    /// A training run is over, whatever came of it.
    Ended,
    /// The page was built anew.
    Reload,
}

/// The state behind `GET /dev/problems`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Snapshot {
    /// Every problem of the files as they were at the last training run.
    pub problems: Vec<Problem>,
    /// The brain that answers, if any.
    pub brain: Option<BrainVersion>,
    /// Whether a training run is under way.
    pub training: bool,
}

/// The version of the brain that answers.
#[derive(Debug, Clone, Serialize)]
pub struct BrainVersion {
    /// As in `GET /health`.
    pub version: String,
}

/// The state, and who is told of its changes.
#[derive(Debug)]
pub struct Status {
    snapshot: Mutex<Snapshot>,
    events: broadcast::Sender<Event>,
}

impl Default for Status {
    fn default() -> Self {
        Self { snapshot: Mutex::default(), events: broadcast::channel(BACKLOG).0 }
    }
}

impl Status {
    /// The state as it is now.
    pub fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    /// All events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Records an event and tells everybody.
    pub fn tell(&self, event: Event) {
        {
            let mut snapshot = self.lock();
            match &event {
                Event::Training => snapshot.training = true,
                Event::Problems { problems } => {
                    snapshot.problems.clone_from(problems);
                    snapshot.training = false;
                }
                Event::Brain { version } => {
                    snapshot.brain = Some(BrainVersion { version: version.clone() });
                    snapshot.training = false;
                }
                Event::Ended => snapshot.training = false,
                Event::Reload => {}
            }
        }
        // Nobody listening is no fault.
        let _ = self.events.send(event);
    }

    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        // A panic while the lock was held leaves whole values behind: every change is one assignment.
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

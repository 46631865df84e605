//! The dialog machine: `begin` and `resume`, plain functions from a session and an input to a turn.
//!
//! | state | event | next | said |
//! |---|---|---|---|
//! | any | start | the same | the welcome, and the open question again |
//! | Idle | accepted: reply | Idle | a variation |
//! | Idle | accepted: fulfil, all filled | *call* | – |
//! | Idle | accepted: fulfil, some missing | Asking | the first one's prompt |
//! | Idle | nothing accepted, and there is another bot | *call* that | – |
//! | Idle | nothing accepted | Idle, misses + 1 | the miss sentence |
//! | Asking | valid answer, more missing | Asking (next) | success message, next prompt |
//! | Asking | valid answer, last one | *call* | success message, then the backend's answer |
//! | Asking | invalid answer | Asking, retries + 1; after the limit: default, left out, or Idle | error message and the prompt; or the bot gives up |
//! | Asking, Delegated, Federated | a cancel word | Idle | cancelled |
//! | Delegated, Federated | any other answer | *call* | – |
//! | *call* | the other bot does not understand either, or fails at a fresh question | Idle, misses + 1 | the miss sentence |
//! | *call* | the other bot asks back | Federated | its question |
//! | *call* | the backend leads on | Delegated, or Idle at its end | its question |
//! | *call* | the backend answers | Idle | its answer |
//! | *call* | the backend fails | Idle | the error sentence |

mod asking;
mod delegated;
mod federated;
mod hear;
mod open;
mod round;

use std::mem;

use sbf_brain::{Brain, Stock};

use self::round::{Heard, Round};
use crate::{
    fulfilment::{self, Outcome},
    input::{Event, Input, Moment},
    ports::{BackendAnswer, BackendCall, Target},
    reply::{Main, Reply},
    session::{DialogState, Sentence, Session},
};

/// What a turn comes to, for now.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The turn is over.
    Done(Box<Turn>),
    /// A backend must be called first.
    Call(Box<Waiting>),
}

/// A finished turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// What to remember.
    pub session: Session,
    /// What to say.
    pub reply: Reply,
    /// What went wrong in a backend or for want of room; for the log, never for the user.
    pub fault: Option<String>,
    /// Whether the caller's name, e-mail or groups were looked at: with others of them it might be another turn.
    pub names_caller: bool,
}

/// A turn that waits for a backend.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// What to call.
    pub call: BackendCall,
    /// Whether it may be called again with the same turn id.
    pub idempotent: bool,
    input: Input,
    heard: Heard,
    session: Session,
    intent: String,
    /// Whether another bot led the dialog already.
    led: bool,
    said: Vec<Sentence>,
}

impl Waiting {
    /// Whether who is asked is not told of the caller: functions are always, other bots never.
    pub fn leaves_caller_unnamed(&self) -> bool {
        matches!(self.call.target, Target::Bot { .. })
    }

    /// The same, now that the caller's profile is known.
    #[must_use]
    pub fn of(self, input: &Input) -> Self {
        Self { input: input.clone(), ..self }
    }
}

impl Step {
    /// Whether it depends on the caller's profile.
    pub fn names_caller(&self) -> bool {
        match self {
            Self::Done(turn) => turn.names_caller,
            Self::Call(waiting) => !waiting.leaves_caller_unnamed(),
        }
    }
}

/// Begins a turn: it is over at once, or a backend must be called first.
pub fn begin(brain: &Brain, mut session: Session, input: &Input, moment: Moment) -> Step {
    let state = mem::take(&mut session.state);
    let round = Round::new(brain, input, moment, session);
    match &input.event {
        Event::Start => done_at_once(round.open_in(state)),
        Event::Text(text) => round.hear_in(state, text),
        Event::Chosen { intent, payload, utterance } => round.choose_in(state, intent, payload, utterance.as_deref()),
    }
}

/// Goes on with a turn once its backend has answered.
pub fn resume(brain: &Brain, waiting: Waiting, answer: BackendAnswer, moment: Moment) -> Turn {
    let Waiting { call, input, heard, mut session, intent, led, said, .. } = waiting;
    session.state = DialogState::Idle;
    let round = Round { heard, said, ..Round::new(brain, &input, moment, session) };
    if let Target::Bot { .. } = call.target {
        return round.read_bot_answer(&call, led, answer);
    }
    let intent = brain.intent(&intent);
    match fulfilment::read(answer) {
        Outcome::Answer(fields) => round.done(intent, Main::Relays(Box::new(fields.into()))),
        Outcome::Leads(leads) => round.follow(intent, leads),
        Outcome::Failed(reason) => round.failed(intent, reason),
    }
}

/// The turn may have been done in an earlier try that was lost: says so, and leaves the dialog.
pub fn perhaps_done(brain: &Brain, session: Session, input: &Input, moment: Moment) -> Turn {
    let round = Round::new(brain, input, moment, session);
    round.end(None, Stock::PerhapsDone)
}

/// The store has no room for the dialog that a turn left open, or its answer is too large to be sent: says that something failed, and leaves it.
pub fn no_room(brain: &Brain, session: Session, input: &Input, moment: Moment, why: String) -> Turn {
    Round::new(brain, input, moment, session).failed(None, why)
}

/// A turn that is over at once.
fn done_at_once(turn: Turn) -> Step {
    Step::Done(Box::new(turn))
}

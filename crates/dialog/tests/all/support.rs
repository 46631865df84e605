//! The bots of these tests and someone to talk to them.

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sbf_brain::Brain;
use sbf_dialog::{
    Bot, BotError, Call, Moment, Timing,
    memory::{FixedBrain, MemorySessions, ScriptedBackends},
    ports::{BackendAnswer, Caller, Fulfilment, SessionKey, SessionStore, Stored},
    session::{DialogState, Session},
    wire,
};
use serde_json::{Value, json};

/// Epoch milliseconds at which these conversations take place.
pub(crate) const NOW: u64 = 1_767_225_600_000;

static DESK: LazyLock<FixedBrain> = LazyLock::new(|| FixedBrain::new(trained(include_str!("support/desk.json"))));
static PHONE: LazyLock<FixedBrain> = LazyLock::new(|| FixedBrain::new(trained(include_str!("support/phone.json"))));

/// Epoch milliseconds, for bots that wait for each other.
fn clock() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

pub(crate) fn trained(knowledge: &str) -> Brain {
    let (checked, problems) = sbf_brain::read(knowledge.as_bytes(), None);
    let checked = checked.unwrap_or_else(|| panic!("{problems:#?}"));
    sbf_brain::train(checked, &mut |_| {}).unwrap().brain
}

/// An English bot with an intent of each kind.
pub(crate) fn desk() -> FixedBrain {
    DESK.clone()
}

/// A Portuguese bot that asks for a department and looks up its telephone number.
pub(crate) fn phone() -> FixedBrain {
    PHONE.clone()
}

pub(crate) fn caller() -> Caller {
    Caller {
        subject: "sub-1".to_owned(),
        email: Some("ana@example.com".to_owned()),
        name: Some("Ana Souza".to_owned()),
        groups: Vec::new(),
        token: None,
    }
}

pub(crate) fn key(session_id: &str) -> SessionKey {
    SessionKey { subject: caller().subject, session_id: session_id.to_owned() }
}

/// A bot, its memory and its backends.
#[derive(Clone)]
pub(crate) struct TestBot {
    pub(crate) bot: Bot,
    pub(crate) sessions: Arc<MemorySessions>,
    pub(crate) backends: Arc<ScriptedBackends>,
}

impl TestBot {
    pub(crate) fn of(brain: FixedBrain) -> Self {
        Self::with(brain, None)
    }

    /// A bot whose unscripted backends are these.
    pub(crate) fn with(brain: FixedBrain, otherwise: Option<Arc<dyn Fulfilment>>) -> Self {
        let sessions = Arc::new(MemorySessions::default());
        let backends = Arc::new(otherwise.map_or_else(ScriptedBackends::default, ScriptedBackends::or));
        let bot = Bot::new(Arc::new(brain), Arc::clone(&sessions) as _, Arc::clone(&backends) as _, None, clock);
        Self { bot, sessions, backends }
    }

    /// The same bot, which soon takes a claim for abandoned.
    pub(crate) fn impatient(mut self) -> Self {
        self.bot.timing = Timing { claim_lives: Duration::from_millis(50), ..Timing::new(clock) };
        self
    }

    /// The same bot as a process of that name, alone with its sessions, that takes no claim for abandoned because of its age.
    pub(crate) fn of_process(mut self, name: &str) -> Self {
        self.bot.sole_user = Some(name.to_owned());
        self.bot.timing.claim_lives = Duration::from_secs(3600);
        self
    }

    pub(crate) fn script(&self, function: &str, answer: Value) {
        self.backends.answer(function, BackendAnswer::Answered(answer));
    }

    pub(crate) async fn try_call(&self, call: Call) -> Result<Value, BotError> {
        self.try_at(Moment { now: NOW, dice: 7 }, call, &caller()).await
    }

    async fn try_at(&self, moment: Moment, call: Call, caller: &Caller) -> Result<Value, BotError> {
        self.bot.handle(call, caller, moment).await.map(|response| wire::render(&response))
    }

    /// Somebody's call at some moment.
    pub(crate) async fn call_at(&self, moment: Moment, call: Call, caller: &Caller) -> Value {
        self.try_at(moment, call, caller).await.unwrap()
    }

    pub(crate) async fn call(&self, call: Call) -> Value {
        self.try_call(call).await.unwrap()
    }

    /// Says something in session `s1`.
    pub(crate) async fn say(&self, text: &str) -> Value {
        self.call(Call::text(text).in_session("s1")).await
    }

    /// Sends a body as a client does.
    pub(crate) async fn post(&self, body: Value) -> Value {
        self.call(Call::parse(body.to_string().as_bytes()).unwrap()).await
    }

    pub(crate) fn stored(&self) -> Stored {
        self.sessions.peek(&key("s1")).unwrap()
    }

    pub(crate) fn state(&self) -> DialogState {
        self.sessions.peek(&key("s1")).map(|stored| stored.session.state).unwrap_or_default()
    }

    /// Puts session `s1` in a state.
    pub(crate) async fn put(&self, state: DialogState) {
        let version = self.sessions.peek(&key("s1")).map_or(0, |stored| stored.version);
        let session = Session { state, expires_at: NOW, ..Session::default() };
        self.sessions.save(&key("s1"), &session, version).await.unwrap();
    }

    /// The last event that a function got, without what the server adds.
    pub(crate) fn last_event(&self, function: &str) -> Value {
        let mut event = self.backends.events(function).pop().unwrap();
        for added in ["lang", "userInfo", "context", "_tags", "_entities", "turnID", "sessionID"] {
            event.as_object_mut().unwrap().remove(added);
        }
        event
    }
}

/// What a person makes of a response, in one line.
pub(crate) fn line(response: &Value) -> String {
    let conversation = &response["conversation"];
    let first = || conversation["sync"].as_object()?.values().next();
    let asked = conversation.get("async").or_else(first).and_then(|asked| asked["ask"]["text"].as_str());
    let before = response["said"].as_array().into_iter().flatten().filter_map(|said| said["text"].as_str());
    before.chain(response["text"].as_str().or(asked)).collect::<Vec<_>>().join(" / ")
}

/// A backend's answer that asks for the next step.
pub(crate) fn step(id: &str, ask: &str, step: u32) -> Value {
    json!({ "asyncConversation": { "id": id, "ask": { "text": ask }, "payload": { "step": step }, "endConversation": false } })
}

//! Runs a script and compares.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use serde_json::Value;

use super::{Does, Line, Talk};
use crate::{
    bot::Bot,
    input::{Call, Moment},
    memory::{MemorySessions, ScriptedBackends},
    ports::{BackendAnswer, BrainSource, Caller, Fulfilment},
    response::Response,
};

/// Midnight UTC of 1 January 2026: scripts play at a fixed time, a second a turn.
const OPENING: u64 = 1_767_225_600_000;

/// Where a script plays.
#[derive(Clone)]
pub struct Stage {
    /// The bot's brain.
    pub brains: Arc<dyn BrainSource>,
    /// Backends that the script has no stub for.
    pub backends: Arc<dyn Fulfilment>,
    /// Who talks.
    pub caller: Caller,
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The script.
    pub file: String,
    /// The line of the expectation, from 1.
    pub line: usize,
    /// The expectation.
    pub expected: String,
    /// What came instead.
    pub got: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, expected, got } = self;
        write!(f, "{file}:{line}\n  expected: {expected}\n  got:      {got}")
    }
}

impl Talk {
    /// Plays the script from a fresh session; returns the expectations that were not met.
    pub async fn play(&self, stage: &Stage) -> Vec<Failure> {
        let backends = Arc::new(ScriptedBackends::or(Arc::clone(&stage.backends)));
        let sessions = Arc::new(MemorySessions::default());
        let mut play = Play {
            talk: self,
            caller: &stage.caller,
            bot: Bot::new(Arc::clone(&stage.brains), sessions, Arc::clone(&backends) as _, None, || OPENING),
            backends,
            fresh_stubs: BTreeSet::new(),
            counted: BTreeMap::new(),
            last: None,
            failures: Vec::new(),
        };
        for (index, line) in self.lines.iter().enumerate() {
            play.line(line, self.lines.get(index + 1..).unwrap_or_default()).await;
        }
        play.failures
    }
}

/// A script being played.
struct Play<'p> {
    talk: &'p Talk,
    caller: &'p Caller,
    bot: Bot,
    backends: Arc<ScriptedBackends>,
    /// Functions with a stub since the last turn: further stubs of them queue up.
    fresh_stubs: BTreeSet<String>,
    /// Events by function that an expectation has passed.
    counted: BTreeMap<String, usize>,
    last: Option<Response>,
    failures: Vec<Failure>,
}

impl Play<'_> {
    async fn line(&mut self, line: &Line, rest: &[Line]) {
        match &line.does {
            Does::Stub { function, answer } => self.stub(function, answer),
            Does::Start => self.turn(line, Call::start(), rest).await,
            Does::Says(said) => self.turn(line, Call::text(said), rest).await,
            Does::Hears(_) => {}
            Does::Understands(intent) => self.understands(line, intent.as_deref()),
            Does::Called { function, part } => self.called(line, function, part),
        }
    }

    fn stub(&mut self, function: &str, answer: &Value) {
        if self.fresh_stubs.insert(function.to_owned()) {
            self.backends.forget(function);
        }
        self.backends.answer(function, BackendAnswer::Answered(answer.clone()));
    }

    async fn turn(&mut self, line: &Line, call: Call, rest: &[Line]) {
        self.fresh_stubs.clear();
        let call = Call { session_id: self.last.as_ref().map(|last| last.session_id.clone()), ..call };
        let number = u64::try_from(line.number).unwrap_or(u64::MAX);
        let moment = Moment { now: OPENING.saturating_add(number.saturating_mul(1000)), dice: number };
        match self.bot.handle(call, self.caller, moment).await {
            Ok(response) => self.last = Some(response),
            Err(error) => return self.fail(line, line.does.to_string(), error.to_string()),
        }
        let about_this = rest.iter().take_while(|line| !matches!(line.does, Does::Start | Does::Says(_)));
        self.hears(&about_this.filter(|line| matches!(line.does, Does::Hears(_))).collect::<Vec<_>>());
    }

    fn hears(&mut self, lines: &[&Line]) {
        let Some(first) = lines.first() else { return };
        let sentences = self.last.as_ref().map(Response::sentences).unwrap_or_default();
        let got: Vec<String> = sentences.into_iter().map(str::to_owned).collect();
        if got.len() != lines.len() {
            let expected = lines.iter().map(|line| line.does.to_string()).collect::<Vec<_>>().join(" ");
            let got = got.iter().map(|sentence| format!("< {}", one_line(sentence))).collect::<Vec<_>>().join(" ");
            return self.fail(first, expected, got);
        }
        for (line, sentence) in lines.iter().zip(got) {
            if let Does::Hears(expected) = &line.does
                && !matches(expected, &sentence)
            {
                self.fail(line, line.does.to_string(), format!("< {}", one_line(&sentence)));
            }
        }
    }

    fn understands(&mut self, line: &Line, intent: Option<&str>) {
        let got = self.last.as_ref().and_then(Response::intent).map(str::to_owned);
        if got.as_deref() != intent {
            self.fail(line, line.does.to_string(), Does::Understands(got).to_string());
        }
    }

    /// The first event not counted yet that holds the part; those before it are passed over for good.
    fn called(&mut self, line: &Line, function: &str, part: &Value) {
        let events = self.backends.events(function);
        let counted = self.counted.entry(function.to_owned()).or_default();
        let open = events.get(*counted..).unwrap_or_default();
        if let Some(place) = open.iter().position(|event| holds(event, part)) {
            *counted += place + 1;
            return;
        }
        let got = match open {
            [] => format!("{function} was not called"),
            events => events.iter().map(|event| format!("! {function} {event}")).collect::<Vec<_>>().join(" "),
        };
        self.fail(line, line.does.to_string(), got);
    }

    fn fail(&mut self, line: &Line, expected: String, got: String) {
        self.failures.push(Failure { file: self.talk.file.clone(), line: line.number, expected, got });
    }
}

/// Whether a sentence is as expected: `…` stands for anything, and any run of white space for a space.
fn matches(expected: &str, sentence: &str) -> bool {
    let (expected, sentence) = (one_line(expected), one_line(sentence));
    let mut parts = expected.split('…');
    let Some(mut rest) = sentence.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether an event holds a part: objects may have more fields, everything else must be equal.
fn holds(event: &Value, part: &Value) -> bool {
    match (event, part) {
        (Value::Object(event), Value::Object(part)) => {
            part.iter().all(|(name, part)| event.get(name).is_some_and(|event| holds(event, part)))
        }
        (Value::Array(event), Value::Array(part)) => {
            event.len() == part.len() && event.iter().zip(part).all(|(event, part)| holds(event, part))
        }
        (event, part) => event == part,
    }
}

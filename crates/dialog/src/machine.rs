//! The dialog machine: `begin` and `resume`, plain functions from a session and an input to a turn.
//!
//! | state | event | next | said |
//! |---|---|---|---|
//! | any | start | the same | the welcome, and the open question again |
//! | Idle | accepted: reply | Idle | a variation |
//! | Idle | accepted: fulfil, all filled | *call* | – |
//! | Idle | accepted: fulfil, some missing | Asking | the first one's prompt |
//! | Idle | nothing accepted | Idle, misses + 1 | the miss sentence |
//! | Asking | valid answer, more missing | Asking (next) | success message, next prompt |
//! | Asking | valid answer, last one | *call* | success message, then the backend's answer |
//! | Asking | invalid answer | Asking, retries + 1; after the limit: default, left out, or Idle | error message and the prompt; or the bot gives up |
//! | Asking, Delegated | a cancel word | Idle | cancelled |
//! | Delegated | any other answer | *call* | – |
//! | *call* | the backend leads on | Delegated, or Idle at its end | its question |
//! | *call* | the backend answers | Idle | its answer |
//! | *call* | the backend fails | Idle | the error sentence |

use std::{collections::BTreeMap, mem};

use sbf_brain::{
    Brain, Entity, Stock,
    intent::{Action, Fulfilment, Intent, Parameter},
};
use serde_json::{Map, Value};

use crate::{
    fulfilment::{self, Leads, Outcome},
    parameters::{self, Answered, Slots},
    ports::{BackendAnswer, BackendCall, Caller},
    reply::{self, Main, Reply, Understood},
    scope::TurnScope,
    session::{Asking, Delegated, DialogState, Sentence, Session},
    wire,
};

/// Time and chance are arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Epoch milliseconds.
    pub now: u64,
    /// Decides among variations; any number will do.
    pub dice: u64,
}

/// What came in.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The client opens the conversation.
    Start,
    /// The user said this.
    Text(String),
    /// The client names the intent itself, and what has been answered so far.
    Chosen {
        /// `_id`.
        intent: String,
        /// Answers by parameter name, position or a backend's key, and whatever a backend wants back.
        payload: Map<String, Value>,
        /// What the user said at first, as far as the client knows.
        utterance: Option<String>,
    },
}

/// An event and its surroundings.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// What came in.
    pub event: Event,
    /// Who says it; from the token.
    pub caller: Caller,
    /// The conversation.
    pub session_id: String,
    /// The turn: the client's id, or one made for it.
    pub turn_id: String,
    /// The client's language tag, or the brain's.
    pub lang: Option<String>,
    /// `environmentVars`.
    pub environment: Map<String, Value>,
}

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
    said: Vec<Sentence>,
}

/// Begins a turn: it is over at once, or a backend must be called first.
pub fn begin(brain: &Brain, mut session: Session, input: &Input, moment: Moment) -> Step {
    let state = mem::take(&mut session.state);
    let round = Round { brain, input, moment, session, heard: Heard::default(), said: Vec::new() };
    match &input.event {
        Event::Start => Step::Done(Box::new(round.open(state))),
        Event::Text(text) => round.hear_in(state, text),
        Event::Chosen { intent, payload, utterance } => round.choose_in(state, intent, payload, utterance.as_deref()),
    }
}

/// Goes on with a turn once its backend has answered.
pub fn resume(brain: &Brain, waiting: Waiting, answer: BackendAnswer, moment: Moment) -> Turn {
    let Waiting { input, heard, mut session, intent, said, .. } = waiting;
    session.state = DialogState::Idle;
    let round = Round { brain, input: &input, moment, session, heard, said };
    let intent = brain.intent(&intent);
    match fulfilment::read(answer) {
        Outcome::Answer(fields) => round.done(intent, Main::Relays(fields)),
        Outcome::Leads(leads) => round.follow(intent, leads),
        Outcome::Failed(reason) => round.failed(intent, reason),
    }
}

/// The turn may have been done in an earlier try that was lost: says so, and leaves the dialog.
pub fn perhaps_done(brain: &Brain, session: Session, input: &Input, moment: Moment) -> Turn {
    Round { brain, input, moment, session, heard: Heard::default(), said: Vec::new() }.end(None, Stock::PerhapsDone)
}

/// What the user said and what was found in it.
#[derive(Debug, Clone, PartialEq, Default)]
struct Heard {
    utterance: String,
    tags: Vec<String>,
    entities: Vec<Entity>,
    understood: Option<Understood>,
}

/// A turn in the making.
struct Round<'t> {
    brain: &'t Brain,
    input: &'t Input,
    moment: Moment,
    session: Session,
    heard: Heard,
    said: Vec<Sentence>,
}

/// The intent that is being fulfilled.
#[derive(Clone, Copy)]
struct Task<'t> {
    intent: &'t Intent,
    fulfilment: &'t Fulfilment,
}

/// Opening, hearing, choosing: what comes in finds its state.
impl<'t> Round<'t> {
    fn open(mut self, state: DialogState) -> Turn {
        let welcome = self.stock(Stock::Welcome);
        let main = match &state {
            DialogState::Idle => None,
            DialogState::Asking(asking) => self.question_again(asking),
            DialogState::Delegated(delegated) => Some(asked_again(delegated)),
        };
        self.session.state = state;
        match main {
            Some(main) => {
                self.said.push(welcome);
                self.done(None, main)
            }
            None => self.done(None, Main::Says(welcome)),
        }
    }

    fn hear_in(self, state: DialogState, text: &str) -> Step {
        match state {
            DialogState::Idle => self.hear_afresh(text),
            DialogState::Asking(asking) => self.answer_question(asking, text),
            DialogState::Delegated(delegated) => self.answer_backend(delegated, text),
        }
    }

    fn hear_afresh(mut self, text: &str) -> Step {
        let understanding = self.brain.understand(text);
        let best = understanding.candidates.first();
        self.heard = Heard {
            utterance: text.to_owned(),
            understood: Some(Understood {
                intent: understanding.accepted.map(|intent| intent.id.clone()),
                confidence: understanding.confidence,
                probability: best.map_or(0.0, |candidate| candidate.probability),
            }),
            tags: understanding.tags,
            entities: understanding.entities,
        };
        match understanding.accepted {
            Some(intent) => self.act(intent),
            None => Step::Done(Box::new(self.miss())),
        }
    }

    fn act(mut self, intent: &'t Intent) -> Step {
        self.session.misses = 0;
        match &intent.action {
            Action::Reply(variations) => {
                let sentence = reply::choose(variations, &self.scope(), self.moment.dice, "reply").unwrap_or_default();
                Step::Done(Box::new(self.done(Some(intent), Main::Says(sentence))))
            }
            Action::Fulfil(fulfilment) => {
                let mut slots = Slots::default();
                slots.fill_from_utterance(fulfilment, self.scope());
                self.go_on(Task { intent, fulfilment }, slots, Map::new())
            }
        }
    }

    /// With an open dialog, its state wins and the payload only brings the answer; without an answer to it, the client chose anew.
    fn choose_in(self, state: DialogState, id: &str, payload: &Map<String, Value>, utterance: Option<&str>) -> Step {
        match state {
            DialogState::Delegated(delegated) => match wire::answer_under(payload, &delegated.key) {
                Some(text) => self.answer_backend(delegated, &text),
                None => self.choose_afresh(id, payload, utterance),
            },
            DialogState::Asking(asking) => match self.echoed_answer(&asking, payload) {
                Some(text) => self.answer_question(asking, &text),
                None if asking.intent == id => self.ask_once_more(asking),
                None => self.choose_afresh(id, payload, utterance),
            },
            DialogState::Idle => self.choose_afresh(id, payload, utterance),
        }
    }

    /// Everything that is known comes with the request: the reference's way.
    fn choose_afresh(mut self, id: &str, payload: &Map<String, Value>, utterance: Option<&str>) -> Step {
        self.listen(utterance.unwrap_or_default());
        self.heard.understood = Some(Understood::given(id));
        let Some(intent) = self.brain.intent(id) else { return Step::Done(Box::new(self.miss())) };
        let Action::Fulfil(fulfilment) = &intent.action else { return self.act(intent) };
        if wire::answers(payload).any(|answer| self.brain.is_cancel(&answer)) {
            return Step::Done(Box::new(self.end(Some(intent), Stock::Cancelled)));
        }
        self.session.misses = 0;
        let mut slots = Slots::default();
        for parameter in &fulfilment.parameters {
            if let Some(answer) = given(payload, parameter) {
                self.take_given(parameter, &answer, &mut slots);
            }
        }
        slots.fill_from_utterance(fulfilment, self.scope());
        let extra = if fulfilment.payload.is_none() { fulfilment::echoed(payload) } else { Map::new() };
        self.go_on(Task { intent, fulfilment }, slots, extra)
    }

    fn take_given(&mut self, parameter: &Parameter, answer: &str, slots: &mut Slots) {
        // The value's own entities matter here, not those of what was said at first.
        let entities = self.brain.entities(answer);
        let scope = TurnScope { entities: &entities, ..self.scope() }.with(&slots.filled);
        match parameters::answer(parameter, answer, scope) {
            Answered::Value(value) => {
                slots.fill(parameter, value);
                self.acknowledge(parameter);
            }
            Answered::Open => {
                let scope = self.scope();
                slots.fall_back(parameter, scope);
            }
            Answered::Refused => self.object(parameter),
        }
    }
}

/// Answers to open questions.
impl<'t> Round<'t> {
    fn answer_question(mut self, asking: Asking, text: &str) -> Step {
        let Some(task) = self.task(&asking.intent) else { return self.hear_afresh(text) };
        self.listen(text);
        self.heard.understood = Some(Understood::given(&asking.intent));
        if self.brain.is_cancel(text) {
            return Step::Done(Box::new(self.end(Some(task.intent), Stock::Cancelled)));
        }
        let Some(parameter) = parameter_of(task, &asking.parameter) else { return self.take_up(task, asking) };
        match parameters::answer(parameter, text, self.scope().with(&asking.filled)) {
            Answered::Value(value) => self.take_answer(task, asking, parameter, value),
            Answered::Open => self.leave_open(task, asking, parameter),
            Answered::Refused => self.refuse(task, asking, parameter),
        }
    }

    fn take_answer(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter, value: String) -> Step {
        self.acknowledge(parameter);
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.fill(parameter, value.clone());
        slots.fill_others(task.fulfilment, &self.heard.utterance, &value, self.scope());
        self.go_on_from(task, slots, asking.extra, asking.utterance)
    }

    fn leave_open(self, task: Task<'t>, asking: Asking, parameter: &Parameter) -> Step {
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.fall_back(parameter, self.scope());
        self.go_on_from(task, slots, asking.extra, asking.utterance)
    }

    fn refuse(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter) -> Step {
        let retries = asking.retries.saturating_add(1);
        if retries < parameter.max_retry.max(1) {
            self.object(parameter);
            return Step::Done(Box::new(self.ask(task, Asking { retries, ..asking })));
        }
        match parameters::may_stay_open(parameter) {
            true => self.leave_open(task, asking, parameter),
            false => Step::Done(Box::new(self.end(Some(task.intent), Stock::GaveUp))),
        }
    }

    /// The client named the intent that is being asked about, and answered nothing.
    fn ask_once_more(mut self, asking: Asking) -> Step {
        let Some(task) = self.task(&asking.intent) else { return Step::Done(Box::new(self.miss())) };
        self.heard.understood = Some(Understood::given(&asking.intent));
        match parameter_of(task, &asking.parameter) {
            Some(_) => Step::Done(Box::new(self.ask(task, asking))),
            None => self.take_up(task, asking),
        }
    }

    /// The brain was trained anew, and the parameter asked for is gone: the dialog goes on with what is known.
    fn take_up(self, task: Task<'t>, asking: Asking) -> Step {
        let slots = Slots { filled: asking.filled, left_out: asking.left_out };
        self.go_on_from(task, slots, asking.extra, asking.utterance)
    }

    fn answer_backend(mut self, delegated: Delegated, text: &str) -> Step {
        let Some(task) = self.task(&delegated.intent) else { return self.hear_afresh(text) };
        self.listen(text);
        self.heard.understood = Some(Understood::given(&delegated.intent));
        if self.brain.is_cancel(text) {
            return Step::Done(Box::new(self.end(Some(task.intent), Stock::Cancelled)));
        }
        let mut fields = delegated.payload;
        fields.insert(delegated.key, fulfilment::response(text.trim()));
        self.call(task, fields)
    }

    fn echoed_answer(&self, asking: &Asking, payload: &Map<String, Value>) -> Option<String> {
        let task = self.task(&asking.intent)?;
        given(payload, parameter_of(task, &asking.parameter)?)
    }
}

/// Asking, calling and following backends.
impl<'t> Round<'t> {
    fn go_on(self, task: Task<'t>, slots: Slots, extra: Map<String, Value>) -> Step {
        let utterance = self.heard.utterance.clone();
        self.go_on_from(task, slots, extra, utterance)
    }

    fn go_on_from(self, task: Task<'t>, mut slots: Slots, extra: Map<String, Value>, utterance: String) -> Step {
        slots.settle_silently(task.fulfilment, self.scope());
        let next = slots.missing(task.fulfilment).first().map(|parameter| parameter.name.clone());
        let Slots { filled, left_out } = slots;
        let intent = task.intent.id.clone();
        match next {
            Some(parameter) => {
                let asking = Asking { intent, parameter, filled, left_out, retries: 0, utterance, extra };
                Step::Done(Box::new(self.ask(task, asking)))
            }
            None => {
                let fields = fields_of(task.fulfilment, filled, extra);
                self.call(task, fields)
            }
        }
    }

    fn ask(mut self, task: Task<'t>, asking: Asking) -> Turn {
        let main = self.questions(task, &asking);
        self.session.state = DialogState::Asking(asking);
        self.keep(Some(task.intent), main)
    }

    fn questions(&self, task: Task<'t>, asking: &Asking) -> Main {
        let slots = Slots { filled: asking.filled.clone(), left_out: asking.left_out.clone() };
        let scope = self.scope().with(&asking.filled);
        let missing =
            slots.missing(task.fulfilment).into_iter().map(|parameter| parameters::question(parameter, scope));
        Main::Asks { intent: task.intent.id.clone(), missing: missing.collect() }
    }

    fn question_again(&self, asking: &Asking) -> Option<Main> {
        let task = self.task(&asking.intent)?;
        parameter_of(task, &asking.parameter).map(|_| self.questions(task, asking))
    }

    fn call(self, task: Task<'t>, fields: Map<String, Value>) -> Step {
        let Task { intent, fulfilment } = task;
        let event = fulfilment::event(fields, self.input, &self.heard.tags, &self.heard.entities);
        Step::Call(Box::new(Waiting {
            call: BackendCall { function: fulfilment.function.clone(), arn: fulfilment.arn.clone(), event },
            idempotent: fulfilment.idempotent,
            input: self.input.clone(),
            heard: self.heard,
            session: self.session,
            intent: intent.id.clone(),
            said: self.said,
        }))
    }

    fn follow(mut self, intent: Option<&Intent>, leads: Leads) -> Turn {
        let id = intent.map(|intent| intent.id.clone()).unwrap_or_default();
        let Leads { key, payload, ask, conversation, ends } = leads;
        self.session.state = match ends {
            true => DialogState::Idle,
            false => DialogState::Delegated(Delegated { intent: id.clone(), key, payload, ask }),
        };
        self.keep(intent, Main::Leads { intent: id, conversation })
    }
}

/// Ends of turns.
impl Round<'_> {
    fn miss(mut self) -> Turn {
        self.session.misses = self.session.misses.saturating_add(1);
        self.heard.understood =
            self.heard.understood.take().map(|understood| Understood { intent: None, ..understood });
        let sentence = self.stock(Stock::Miss);
        self.done(None, Main::Misses(sentence))
    }

    fn end(mut self, intent: Option<&Intent>, why: Stock) -> Turn {
        self.session.state = DialogState::Idle;
        let sentence = self.stock(why);
        self.done(intent, Main::Ends(sentence))
    }

    fn failed(self, intent: Option<&Intent>, reason: String) -> Turn {
        Turn { fault: Some(reason), ..self.end(intent, Stock::Error) }
    }

    /// Ends a turn that leaves a dialog open, unless it is too large to be kept.
    fn keep(self, intent: Option<&Intent>, main: Main) -> Turn {
        match self.session.state.fits() {
            true => self.done(intent, main),
            false => self.failed(intent, "the dialog's state is too large to be kept".to_owned()),
        }
    }

    fn done(self, intent: Option<&Intent>, main: Main) -> Turn {
        let voice = intent.and_then(|intent| intent.voice.as_deref()).or(self.brain.voice());
        let reply = Reply {
            understood: self.heard.understood,
            said: self.said,
            main,
            voice: voice.map(str::to_owned),
            lexicon: intent.and_then(|intent| intent.lexicon.clone()),
            entities: self.heard.entities,
            tags: self.heard.tags,
        };
        Turn { session: self.session, reply, fault: None }
    }
}

/// Helpers.
impl<'t> Round<'t> {
    fn scope(&self) -> TurnScope<'_> {
        TurnScope {
            brain: self.brain,
            input: self.input,
            moment: self.moment,
            utterance: &self.heard.utterance,
            tags: &self.heard.tags,
            entities: &self.heard.entities,
            misses: self.session.misses,
            filled: None,
            value: None,
        }
    }

    /// Hears a text that is not classified.
    fn listen(&mut self, text: &str) {
        self.heard.utterance = text.to_owned();
        self.heard.tags = self.brain.tags(text);
        self.heard.entities = self.brain.entities(text);
    }

    fn task(&self, id: &str) -> Option<Task<'t>> {
        let intent = self.brain.intent(id)?;
        match &intent.action {
            Action::Fulfil(fulfilment) => Some(Task { intent, fulfilment }),
            Action::Reply(_) => None,
        }
    }

    fn stock(&self, which: Stock) -> Sentence {
        reply::say(self.brain.stock(which), &self.scope())
    }

    fn acknowledge(&mut self, parameter: &Parameter) {
        let salt = format!("accepted {}", parameter.name);
        let success = reply::choose(&parameter.success, &self.scope(), self.moment.dice, &salt);
        if let Some(sentence) = success.filter(|sentence| !self.said.contains(sentence)) {
            self.said.push(sentence);
        }
    }

    fn object(&mut self, parameter: &Parameter) {
        let salt = format!("refused {}", parameter.name);
        let error = reply::choose(&parameter.error, &self.scope(), self.moment.dice, &salt);
        let sentence = error.unwrap_or_else(|| self.stock(Stock::NotValid));
        self.said.push(sentence);
    }
}

fn parameter_of<'t>(task: Task<'t>, name: &str) -> Option<&'t Parameter> {
    task.fulfilment.parameters.iter().find(|parameter| parameter.name == name)
}

/// A parameter's answer in an echoed payload, by name or by position; an unfilled placeholder is none.
fn given(payload: &Map<String, Value>, parameter: &Parameter) -> Option<String> {
    let position = parameter.position.to_string();
    let placeholder = format!("${position}");
    let by = |key: &str| wire::answer_under(payload, key).filter(|answer| *answer != placeholder);
    by(&parameter.name).or_else(|| by(&position))
}

/// What a backend is told besides what the server adds.
fn fields_of(
    fulfilment: &Fulfilment,
    filled: BTreeMap<String, String>,
    extra: Map<String, Value>,
) -> Map<String, Value> {
    let Some(template) = &fulfilment.payload else {
        let mut fields = extra;
        fields.extend(filled.into_iter().map(|(name, value)| (name, Value::String(value))));
        return fields;
    };
    template.fill(&|position| {
        let parameter = fulfilment.parameters.iter().find(|parameter| parameter.position == position)?;
        filled.get(&parameter.name).cloned()
    })
}

fn asked_again(delegated: &Delegated) -> Main {
    let conversation = fulfilment::asked_again(&delegated.key, &delegated.ask, &delegated.payload);
    Main::Leads { intent: delegated.intent.clone(), conversation }
}

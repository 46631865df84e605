//! A turn in the making: asking, calling, following, and the ways in which a turn ends.

use std::{cell::Cell, collections::BTreeMap};

use sbf_brain::{
    Brain, Entity, Stock,
    intent::{Action, Fulfilment, Intent, Parameter},
};
use serde_json::{Map, Value};

use super::{Step, Turn, Waiting};
use crate::{
    fulfilment,
    input::{Input, Moment},
    payload,
    ports::{BackendCall, Target},
    reply::{Main, Reply, Understood},
    scope::TurnScope,
    session::{DialogState, Sentence, Session},
    wording,
};

/// What the user said and what was found in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Heard {
    pub(super) utterance: String,
    pub(super) tags: Vec<String>,
    pub(super) entities: Vec<Entity>,
    pub(super) understood: Option<Understood>,
}

/// A turn in the making.
pub(super) struct Round<'t> {
    pub(super) brain: &'t Brain,
    pub(super) input: &'t Input,
    pub(super) moment: Moment,
    pub(super) session: Session,
    pub(super) heard: Heard,
    pub(super) said: Vec<Sentence>,
    /// As `Turn::names_caller`.
    pub(super) names_caller: Cell<bool>,
}

/// The intent that is being fulfilled.
#[derive(Clone, Copy)]
pub(super) struct Task<'t> {
    pub(super) intent: &'t Intent,
    pub(super) fulfilment: &'t Fulfilment,
}

/// Helpers.
impl<'t> Round<'t> {
    pub(super) fn new(brain: &'t Brain, input: &'t Input, moment: Moment, session: Session) -> Self {
        let (heard, said, names_caller) = (Heard::default(), Vec::new(), Cell::new(false));
        Self { brain, input, moment, session, heard, said, names_caller }
    }

    pub(super) fn scope(&self) -> TurnScope<'_> {
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
            names_caller: &self.names_caller,
        }
    }

    /// Hears a text that is not classified.
    pub(super) fn listen(&mut self, text: &str) {
        self.heard.utterance = text.to_owned();
        self.heard.tags = self.brain.tags(text);
        self.heard.entities = self.brain.entities(text);
    }

    pub(super) fn task(&self, id: &str) -> Option<Task<'t>> {
        let intent = self.brain.intent(id)?;
        match &intent.action {
            Action::Fulfil(fulfilment) => Some(Task { intent, fulfilment }),
            Action::Reply(_) => None,
        }
    }

    pub(super) fn stock(&self, which: Stock) -> Sentence {
        wording::say(self.brain.stock(which), &self.scope())
    }

    /// Says that a value was taken; it is known already.
    pub(super) fn acknowledge(&mut self, parameter: &Parameter, value: &str, known: &BTreeMap<String, String>) {
        let salt = format!("accepted {}", parameter.name);
        let scope = self.scope().with(known).about(value);
        let success = wording::choose(&parameter.success, &scope, self.moment.dice, &salt);
        if let Some(sentence) = success.filter(|sentence| !self.said.contains(sentence)) {
            self.said.push(sentence);
        }
    }

    /// Says that an answer was not taken.
    pub(super) fn reject(&mut self, parameter: &Parameter, answer: &str, known: &BTreeMap<String, String>) {
        let salt = format!("refused {}", parameter.name);
        let scope = self.scope().with(known).about(answer.trim());
        let error = wording::choose(&parameter.error, &scope, self.moment.dice, &salt);
        let sentence = error.unwrap_or_else(|| self.stock(Stock::NotValid));
        self.said.push(sentence);
    }
}

/// Calling backends.
impl<'t> Round<'t> {
    pub(super) fn call(self, task: Task<'t>, fields: Map<String, Value>) -> Step {
        let Task { intent, fulfilment } = task;
        let event = fulfilment::event(fields, self.input, &self.heard.tags, &self.heard.entities);
        Step::Call(Box::new(Waiting {
            call: BackendCall { name: fulfilment.function.clone(), target: target(fulfilment), event },
            idempotent: fulfilment.idempotent,
            input: self.input.clone(),
            heard: self.heard,
            session: self.session,
            intent: intent.id.clone(),
            led: false,
            said: self.said,
        }))
    }
}

/// Ends of turns.
impl Round<'_> {
    pub(super) fn miss(mut self) -> Turn {
        self.session.misses = self.session.misses.saturating_add(1);
        self.heard.understood =
            self.heard.understood.take().map(|understood| Understood { intent: None, ..understood });
        let sentence = self.stock(Stock::Miss);
        self.done(None, Main::Misses(sentence))
    }

    pub(super) fn end(mut self, intent: Option<&Intent>, why: Stock) -> Turn {
        self.session.state = DialogState::Idle;
        let sentence = self.stock(why);
        self.done(intent, Main::Ends(sentence))
    }

    pub(super) fn failed(self, intent: Option<&Intent>, reason: String) -> Turn {
        Turn { fault: Some(reason), ..self.end(intent, Stock::Error) }
    }

    /// Ends a turn that leaves a dialog open, unless it is too large to be kept.
    pub(super) fn leave_open(self, intent: Option<&Intent>, main: Main) -> Turn {
        match self.session.state.fits() {
            true => self.done(intent, main),
            false => self.failed(intent, "the dialog's state is too large to be kept".to_owned()),
        }
    }

    pub(super) fn done(self, intent: Option<&Intent>, main: Main) -> Turn {
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
        Turn { session: self.session, reply, fault: None, names_caller: self.names_caller.get() }
    }
}

fn target(fulfilment: &Fulfilment) -> Target {
    Target::Function { arn: fulfilment.arn.clone(), role: fulfilment.role.clone() }
}

/// What a backend is told besides what the server adds.
pub(super) fn fields_of(
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

/// A parameter's answer in an echoed payload, by name or by the position that the client knows; an unfilled placeholder is none.
pub(super) fn given(payload: &Map<String, Value>, name: &str, position: Option<u32>) -> Option<String> {
    let position = position.map(|position| position.to_string());
    let unfilled = |answer: &str| answer.strip_prefix('$').is_some_and(|rest| Some(rest) == position.as_deref());
    let by = |key: &str| payload::answer_under(payload, key).filter(|answer| !unfilled(answer));
    by(name).or_else(|| by(position.as_deref()?))
}

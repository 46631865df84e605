//! The bot itself asks: for the parameters of an intent, one after the other.

use std::collections::BTreeMap;

use sbf_brain::{Stock, intent::Parameter};
use serde_json::{Map, Value, json};

use super::{
    Step, done_at_once,
    open::{Answer, OpenDialog, Subject},
    round::{Round, Task, fields_of, given},
};
use crate::{
    parameters::{self, Answered, Slots},
    payload,
    reply::Main,
    session::{Asking, DialogState, Sentence},
};

impl OpenDialog for Asking {
    fn subject<'t>(&self, round: &Round<'t>) -> Option<Subject<'t>> {
        let task = round.task(&self.intent)?;
        Some(Subject { name: self.intent.clone(), intent: Some(task.intent) })
    }

    /// Answers to what is still missing; what is known already stays as it is.
    fn echoed_answer(&self, round: &Round<'_>, id: &str, payload: &Map<String, Value>) -> Option<Answer> {
        let task = round.task(&self.intent).filter(|_| id == self.intent)?;
        let missing = self.slots().missing(task.fulfilment);
        let answers = missing.into_iter().filter_map(|parameter| {
            given(payload, &parameter.name, self.position(parameter)).map(|answer| (parameter.name.clone(), answer))
        });
        let mut answers: BTreeMap<String, String> = answers.collect();
        match answers.len() {
            0 => None,
            1 if answers.contains_key(&self.parameter) => answers.remove(&self.parameter).map(Answer::Words),
            _ => Some(Answer::ByKey(
                answers.into_iter().map(|(name, answer)| (name, json!({ "response": answer }))).collect(),
            )),
        }
    }

    fn asks_again_at(&self, id: &str) -> bool {
        self.intent == id
    }

    fn offers(&self, round: &Round<'_>, key: Option<&str>, words: &str) -> bool {
        let name = key.unwrap_or(&self.parameter);
        let parameter = round.task(&self.intent).and_then(|task| named(task, name));
        parameter.is_some_and(|parameter| parameters::offers(parameter, words, round.scope().with(&self.filled)))
    }

    fn cancelled(&self, sentence: Sentence) -> Main {
        Main::Ends(sentence)
    }

    /// What is asked is what the next answer will fill, also where the brain was trained anew with other parameters.
    fn question(&mut self, round: &Round<'_>) -> Option<Main> {
        let task = round.task(&self.intent)?;
        let mut slots = self.slots();
        slots.settle_silently(task.fulfilment, round.scope());
        let first = slots.missing(task.fulfilment).first()?.name.clone();
        if first != self.parameter {
            (self.parameter, self.retries) = (first, 0);
        }
        (self.filled, self.left_out) = (slots.filled, slots.left_out);
        Some(round.questions(task, self))
    }

    fn take(self: Box<Self>, round: Round<'_>, answer: Answer) -> Step {
        let Some(task) = round.task(&self.intent) else { return round.hear_afresh(&answer.words()) };
        let text = match answer {
            Answer::Words(text) => text,
            Answer::ByKey(answers) => return round.take_several(task, *self, &answers),
        };
        let Some(parameter) = self.parameter(task) else { return round.take_up(task, *self) };
        match parameters::answer(parameter, &text, round.scope().with(&self.filled)) {
            Answered::Value(value) => round.take_value(task, *self, parameter, value),
            Answered::Open => round.do_without(task, *self, parameter),
            Answered::Refused => round.ask_once_more(task, *self, parameter, &text),
        }
    }

    fn into_state(self: Box<Self>) -> DialogState {
        DialogState::Asking(*self)
    }
}

impl Asking {
    fn slots(&self) -> Slots {
        Slots { filled: self.filled.clone(), left_out: self.left_out.clone() }
    }

    /// The position under which the client was asked: the brain may have been trained anew with others.
    fn position(&self, parameter: &Parameter) -> Option<u32> {
        match self.positions.is_empty() {
            true => Some(parameter.position),
            false => self.positions.get(&parameter.name).copied(),
        }
    }

    /// The parameter asked for; `None` where the brain was trained anew without it.
    fn parameter<'t>(&self, task: Task<'t>) -> Option<&'t Parameter> {
        named(task, &self.parameter)
    }
}

fn named<'t>(task: Task<'t>, name: &str) -> Option<&'t Parameter> {
    task.fulfilment.parameters.iter().find(|parameter| parameter.name == name)
}

/// What an answer comes to.
impl<'t> Round<'t> {
    fn take_value(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter, value: String) -> Step {
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.take(task.fulfilment, parameter, value.clone(), self.scope());
        self.acknowledge(parameter, &value, &slots.filled);
        slots.fill_others(task.fulfilment, &self.heard.utterance, &value, self.scope());
        self.go_on(task, slots, asking.extra, asking.utterance)
    }

    /// A client answered several questions at once. In the order of the questions, for one answer may be checked against another.
    fn take_several(mut self, task: Task<'t>, asking: Asking, answers: &Map<String, Value>) -> Step {
        let mut slots = asking.slots();
        let mut refused = None;
        for parameter in slots.missing(task.fulfilment) {
            let Some(answer) = payload::answer_under(answers, &parameter.name) else { continue };
            if self.take_given(task.fulfilment, parameter, &answer, &mut slots) {
                continue;
            }
            match parameter.name == asking.parameter {
                true => refused = Some((parameter, answer)),
                false => self.reject(parameter, &answer, &slots.filled),
            }
        }
        let Slots { filled, left_out } = slots;
        match refused {
            Some((parameter, answer)) => {
                self.ask_once_more(task, Asking { filled, left_out, ..asking }, parameter, &answer)
            }
            None => self.go_on(task, Slots { filled, left_out }, asking.extra, asking.utterance),
        }
    }

    /// The default serves, or nothing.
    fn do_without(self, task: Task<'t>, asking: Asking, parameter: &Parameter) -> Step {
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.fall_back(parameter, self.scope());
        self.go_on(task, slots, asking.extra, asking.utterance)
    }

    fn ask_once_more(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter, answer: &str) -> Step {
        let retries = asking.retries.saturating_add(1);
        if retries < parameter.max_retry.max(1) {
            self.reject(parameter, answer, &asking.filled);
            return done_at_once(self.ask(task, Asking { retries, ..asking }));
        }
        match parameters::may_stay_open(parameter) {
            true => self.do_without(task, asking, parameter),
            false => done_at_once(self.end(Some(task.intent), Stock::GaveUp)),
        }
    }

    /// The brain was trained anew, and the parameter asked for is gone: the dialog goes on with what is known.
    fn take_up(self, task: Task<'t>, asking: Asking) -> Step {
        let slots = Slots { filled: asking.filled, left_out: asking.left_out };
        self.go_on(task, slots, asking.extra, asking.utterance)
    }
}

/// Asking until everything is known.
impl<'t> Round<'t> {
    /// Asks for the first parameter that is missing, or calls the backend; `utterance`: what the user said at first.
    pub(super) fn go_on(self, task: Task<'t>, mut slots: Slots, extra: Map<String, Value>, utterance: String) -> Step {
        slots.settle_silently(task.fulfilment, self.scope());
        let next = slots.missing(task.fulfilment).first().map(|parameter| parameter.name.clone());
        let Slots { filled, left_out } = slots;
        let intent = task.intent.id.clone();
        match next {
            Some(parameter) => {
                let asking = Asking { intent, parameter, filled, left_out, utterance, extra, ..Asking::default() };
                done_at_once(self.ask(task, asking))
            }
            None => {
                let fields = fields_of(task.fulfilment, filled, extra);
                self.call(task, fields)
            }
        }
    }

    fn ask(mut self, task: Task<'t>, mut asking: Asking) -> super::Turn {
        let main = self.questions(task, &mut asking);
        self.session.state = DialogState::Asking(asking);
        self.leave_open(Some(task.intent), main)
    }

    /// All that is missing, as clients are told, and remembered under which positions they know it.
    fn questions(&self, task: Task<'t>, asking: &mut Asking) -> Main {
        let missing = asking.slots().missing(task.fulfilment);
        asking.positions = missing.iter().map(|parameter| (parameter.name.clone(), parameter.position)).collect();
        let scope = self.scope().with(&asking.filled);
        let questions = missing.into_iter().map(|parameter| parameters::question(parameter, scope));
        Main::Asks { intent: task.intent.id.clone(), missing: questions.collect() }
    }
}

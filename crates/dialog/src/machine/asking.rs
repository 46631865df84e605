//! The bot itself asks: for the parameters of an intent, one after the other.

use sbf_brain::{Stock, intent::Parameter};
use serde_json::{Map, Value};

use super::{
    Step, done_at_once,
    open::{Answer, OpenDialog, Subject},
    round::{Round, Task, fields_of, given},
};
use crate::{
    parameters::{self, Answered, Slots},
    reply::Main,
    session::{Asking, DialogState},
};

impl OpenDialog for Asking {
    fn subject<'t>(&self, round: &Round<'t>) -> Option<Subject<'t>> {
        let task = round.task(&self.intent)?;
        Some(Subject { name: self.intent.clone(), intent: Some(task.intent) })
    }

    /// Its state wins over the intent that the client names.
    fn echoed_answer(&self, round: &Round<'_>, _: &str, payload: &Map<String, Value>) -> Option<Answer> {
        let task = round.task(&self.intent)?;
        given(payload, self.parameter(task)?).map(Answer::Words)
    }

    fn asks_again_at(&self, id: &str) -> bool {
        self.intent == id
    }

    fn question(&self, round: &Round<'_>) -> Option<Main> {
        let task = round.task(&self.intent)?;
        self.parameter(task).map(|_| round.questions(task, self))
    }

    fn take(self: Box<Self>, round: Round<'_>, answer: Answer) -> Step {
        let text = answer.words();
        let Some(task) = round.task(&self.intent) else { return round.hear_afresh(&text) };
        let Some(parameter) = self.parameter(task) else { return round.take_up(task, *self) };
        match parameters::answer(parameter, &text, round.scope().with(&self.filled)) {
            Answered::Value(value) => round.take_value(task, *self, parameter, value),
            Answered::Open => round.do_without(task, *self, parameter),
            Answered::Refused => round.ask_once_more(task, *self, parameter),
        }
    }

    fn into_state(self: Box<Self>) -> DialogState {
        DialogState::Asking(*self)
    }
}

impl Asking {
    /// The parameter asked for; `None` where the brain was trained anew without it.
    fn parameter<'t>(&self, task: Task<'t>) -> Option<&'t Parameter> {
        task.fulfilment.parameters.iter().find(|parameter| parameter.name == self.parameter)
    }
}

/// What an answer comes to.
impl<'t> Round<'t> {
    fn take_value(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter, value: String) -> Step {
        self.acknowledge(parameter);
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.fill(parameter, value.clone());
        slots.fill_others(task.fulfilment, &self.heard.utterance, &value, self.scope());
        self.go_on(task, slots, asking.extra, asking.utterance)
    }

    /// The default serves, or nothing.
    fn do_without(self, task: Task<'t>, asking: Asking, parameter: &Parameter) -> Step {
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.fall_back(parameter, self.scope());
        self.go_on(task, slots, asking.extra, asking.utterance)
    }

    fn ask_once_more(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter) -> Step {
        let retries = asking.retries.saturating_add(1);
        if retries < parameter.max_retry.max(1) {
            self.reject(parameter);
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
                let asking = Asking { intent, parameter, filled, left_out, retries: 0, utterance, extra };
                done_at_once(self.ask(task, asking))
            }
            None => {
                let fields = fields_of(task.fulfilment, filled, extra);
                self.call(task, fields)
            }
        }
    }

    fn ask(mut self, task: Task<'t>, asking: Asking) -> super::Turn {
        let main = self.questions(task, &asking);
        self.session.state = DialogState::Asking(asking);
        self.leave_open(Some(task.intent), main)
    }

    fn questions(&self, task: Task<'t>, asking: &Asking) -> Main {
        let slots = Slots { filled: asking.filled.clone(), left_out: asking.left_out.clone() };
        let scope = self.scope().with(&asking.filled);
        let missing =
            slots.missing(task.fulfilment).into_iter().map(|parameter| parameters::question(parameter, scope));
        Main::Asks { intent: task.intent.id.clone(), missing: missing.collect() }
    }
}

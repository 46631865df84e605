//! Answers to open questions: the bot's, and a backend's.

use sbf_brain::{Stock, intent::Parameter};
use serde_json::{Map, Value};

use super::{
    Step,
    hear::given,
    over,
    round::{Round, Task, parameter_of},
};
use crate::{
    fulfilment,
    parameters::{self, Answered, Slots},
    reply::Understood,
    session::{Asking, Delegated},
};

/// Answers to open questions.
impl<'t> Round<'t> {
    pub(super) fn answer_question(mut self, asking: Asking, text: &str) -> Step {
        let Some(task) = self.task(&asking.intent) else { return self.hear_afresh(text) };
        self.listen(text);
        self.heard.understood = Some(Understood::given(&asking.intent));
        if self.brain.is_cancel(text) {
            return over(self.end(Some(task.intent), Stock::Cancelled));
        }
        let Some(parameter) = parameter_of(task, &asking.parameter) else { return self.take_up(task, asking) };
        match parameters::answer(parameter, text, self.scope().with(&asking.filled)) {
            Answered::Value(value) => self.take_answer(task, asking, parameter, value),
            Answered::Open => self.leave_open(task, asking, parameter),
            Answered::Refused => self.refuse(task, asking, parameter),
        }
    }

    pub(super) fn take_answer(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter, value: String) -> Step {
        self.acknowledge(parameter);
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.fill(parameter, value.clone());
        slots.fill_others(task.fulfilment, &self.heard.utterance, &value, self.scope());
        self.go_on_from(task, slots, asking.extra, asking.utterance)
    }

    pub(super) fn leave_open(self, task: Task<'t>, asking: Asking, parameter: &Parameter) -> Step {
        let mut slots = Slots { filled: asking.filled, left_out: asking.left_out };
        slots.fall_back(parameter, self.scope());
        self.go_on_from(task, slots, asking.extra, asking.utterance)
    }

    pub(super) fn refuse(mut self, task: Task<'t>, asking: Asking, parameter: &Parameter) -> Step {
        let retries = asking.retries.saturating_add(1);
        if retries < parameter.max_retry.max(1) {
            self.object(parameter);
            return over(self.ask(task, Asking { retries, ..asking }));
        }
        match parameters::may_stay_open(parameter) {
            true => self.leave_open(task, asking, parameter),
            false => over(self.end(Some(task.intent), Stock::GaveUp)),
        }
    }

    /// The client named the intent that is being asked about, and answered nothing.
    pub(super) fn ask_once_more(mut self, asking: Asking) -> Step {
        let Some(task) = self.task(&asking.intent) else { return over(self.miss()) };
        self.heard.understood = Some(Understood::given(&asking.intent));
        match parameter_of(task, &asking.parameter) {
            Some(_) => over(self.ask(task, asking)),
            None => self.take_up(task, asking),
        }
    }

    /// The brain was trained anew, and the parameter asked for is gone: the dialog goes on with what is known.
    pub(super) fn take_up(self, task: Task<'t>, asking: Asking) -> Step {
        let slots = Slots { filled: asking.filled, left_out: asking.left_out };
        self.go_on_from(task, slots, asking.extra, asking.utterance)
    }

    pub(super) fn answer_backend(mut self, delegated: Delegated, text: &str) -> Step {
        let Some(task) = self.task(&delegated.intent) else { return self.hear_afresh(text) };
        self.listen(text);
        self.heard.understood = Some(Understood::given(&delegated.intent));
        if self.brain.is_cancel(text) {
            return over(self.end(Some(task.intent), Stock::Cancelled));
        }
        let mut fields = delegated.payload;
        fields.insert(delegated.key, fulfilment::response(text.trim()));
        self.call(task, fields)
    }

    pub(super) fn echoed_answer(&self, asking: &Asking, payload: &Map<String, Value>) -> Option<String> {
        let task = self.task(&asking.intent)?;
        given(payload, parameter_of(task, &asking.parameter)?)
    }
}

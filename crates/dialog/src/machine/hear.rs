//! What comes in finds its state: openings, fresh utterances, and intents that the client names itself.

use sbf_brain::{
    Stock,
    intent::{Action, Intent, Parameter},
};
use serde_json::{Map, Value};

use super::{
    Step, Turn,
    federated::asked_again_by_bot,
    over,
    round::{Heard, Round, Task, asked_again},
};
use crate::{
    fulfilment,
    parameters::{self, Answered, Slots},
    payload,
    reply::{Main, Understood},
    scope::TurnScope,
    session::DialogState,
    wording,
};

/// Opening, hearing, choosing: what comes in finds its state.
impl<'t> Round<'t> {
    pub(super) fn open(mut self, state: DialogState) -> Turn {
        let welcome = self.stock(Stock::Welcome);
        let main = match &state {
            DialogState::Idle => None,
            DialogState::Asking(asking) => self.question_again(asking),
            DialogState::Delegated(delegated) => Some(asked_again(delegated)),
            DialogState::Federated(federated) => Some(asked_again_by_bot(federated)),
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

    pub(super) fn hear_in(self, state: DialogState, text: &str) -> Step {
        match state {
            DialogState::Idle => self.hear_afresh(text),
            DialogState::Asking(asking) => self.answer_question(asking, text),
            DialogState::Delegated(delegated) => self.answer_backend(delegated, text),
            DialogState::Federated(federated) => self.answer_bot(federated, text),
        }
    }

    pub(super) fn hear_afresh(mut self, text: &str) -> Step {
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
            None => self.pass_on(text),
        }
    }

    pub(super) fn act(mut self, intent: &'t Intent) -> Step {
        self.session.misses = 0;
        match &intent.action {
            Action::Reply(variations) => {
                let sentence =
                    wording::choose(variations, &self.scope(), self.moment.dice, "reply").unwrap_or_default();
                over(self.done(Some(intent), Main::Says(sentence)))
            }
            Action::Fulfil(fulfilment) => {
                let mut slots = Slots::default();
                slots.fill_from_utterance(fulfilment, self.scope());
                self.go_on(Task { intent, fulfilment }, slots, Map::new())
            }
        }
    }

    /// With an open dialog, its state wins and the payload only brings the answer; without an answer to it, the client chose anew.
    pub(super) fn choose_in(
        self,
        state: DialogState,
        id: &str,
        payload: &Map<String, Value>,
        utterance: Option<&str>,
    ) -> Step {
        match state {
            DialogState::Delegated(delegated) => match payload::answer_under(payload, &delegated.key) {
                Some(text) => self.answer_backend(delegated, &text),
                None => self.choose_afresh(id, payload, utterance),
            },
            DialogState::Federated(federated) => match payload::only_answers(payload) {
                answers if answers.is_empty() || !federated.is_called(id) => self.choose_afresh(id, payload, utterance),
                answers => self.answer_bot_with(federated, answers),
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
    pub(super) fn choose_afresh(mut self, id: &str, payload: &Map<String, Value>, utterance: Option<&str>) -> Step {
        self.listen(utterance.unwrap_or_default());
        self.heard.understood = Some(Understood::given(id));
        let Some(intent) = self.brain.intent(id) else {
            return self.pass_choice_on(id, payload, utterance.unwrap_or_default());
        };
        let Action::Fulfil(fulfilment) = &intent.action else { return self.act(intent) };
        if payload::answers(payload).any(|answer| self.brain.is_cancel(&answer)) {
            return over(self.end(Some(intent), Stock::Cancelled));
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

    pub(super) fn take_given(&mut self, parameter: &Parameter, answer: &str, slots: &mut Slots) {
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

/// A parameter's answer in an echoed payload, by name or by position; an unfilled placeholder is none.
pub(super) fn given(payload: &Map<String, Value>, parameter: &Parameter) -> Option<String> {
    let position = parameter.position.to_string();
    let placeholder = format!("${position}");
    let by = |key: &str| payload::answer_under(payload, key).filter(|answer| *answer != placeholder);
    by(&parameter.name).or_else(|| by(&position))
}

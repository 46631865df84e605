//! What comes in where no dialog is open for it: fresh utterances, and intents that the client names itself.

use sbf_brain::{
    Stock,
    intent::{Action, Fulfilment, Intent, Parameter},
};
use serde_json::{Map, Value};

use super::{
    Step, done_at_once,
    round::{Heard, Round, Task, given},
};
use crate::{
    fulfilment,
    parameters::{self, Answered, Slots},
    payload,
    reply::{Main, Understood},
    scope::TurnScope,
    wording,
};

/// Hearing and choosing afresh.
impl<'t> Round<'t> {
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
                done_at_once(self.done(Some(intent), Main::Says(sentence)))
            }
            Action::Fulfil(fulfilment) => {
                let mut slots = Slots::default();
                slots.fill_from_utterance(fulfilment, self.scope());
                let utterance = self.heard.utterance.clone();
                self.go_on(Task { intent, fulfilment }, slots, Map::new(), utterance)
            }
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
        if let Some(farewell) = self.cancelled_in(intent, fulfilment, payload) {
            return done_at_once(self.done(Some(intent), farewell));
        }
        self.session.misses = 0;
        let mut slots = Slots::default();
        for parameter in &fulfilment.parameters {
            if let Some(answer) = given(payload, &parameter.name, Some(parameter.position))
                && !self.take_given(fulfilment, parameter, &answer, &mut slots)
            {
                self.reject(parameter, &answer, &slots.filled);
            }
        }
        slots.fill_from_utterance(fulfilment, self.scope());
        let extra = if fulfilment.payload.is_none() { beside_answers(fulfilment, payload) } else { Map::new() };
        let utterance = self.heard.utterance.clone();
        self.go_on(Task { intent, fulfilment }, slots, extra, utterance)
    }

    /// The end of a dialog that the client keeps itself, where one of its answers cancels it: the bot's own questions by their parameters, a
    /// backend's by any other key.
    fn cancelled_in(&self, intent: &Intent, fulfilment: &Fulfilment, payload: &Map<String, Value>) -> Option<Main> {
        let mut keys = payload.keys().filter_map(|key| Some((key, payload::answer_under(payload, key)?)));
        let (key, parameter) = keys.find_map(|(key, answer)| {
            let parameter = parameter_under(fulfilment, key);
            let wanted = parameter.is_some_and(|parameter| parameters::offers(parameter, &answer, self.scope()));
            (self.brain.is_cancel(&answer) && !wanted).then_some((key, parameter))
        })?;
        let sentence = self.stock(Stock::Cancelled);
        Some(match parameter {
            Some(_) => Main::Ends(sentence),
            None => Main::Leads { intent: intent.id.clone(), asked: fulfilment::last_word(key, &sentence).into() },
        })
    }

    /// Takes an answer that a client sent under the parameter's name; `false` where it is no acceptable value.
    pub(super) fn take_given(
        &mut self,
        fulfilment: &Fulfilment,
        parameter: &Parameter,
        answer: &str,
        slots: &mut Slots,
    ) -> bool {
        // The value's own entities matter here, not those of what was said at first.
        let entities = self.brain.entities(answer);
        let scope = TurnScope { entities: &entities, ..self.scope() }.with(&slots.filled);
        match parameters::answer(parameter, answer, scope) {
            Answered::Value(value) => {
                slots.take(fulfilment, parameter, value.clone(), self.scope());
                self.acknowledge(parameter, &value, &slots.filled);
            }
            Answered::Open => slots.fall_back(parameter, self.scope()),
            Answered::Refused => return false,
        }
        true
    }
}

/// The parameter that a client means by a key of its payload.
fn parameter_under<'f>(fulfilment: &'f Fulfilment, key: &str) -> Option<&'f Parameter> {
    let is = |parameter: &&Parameter| parameter.name == key || parameter.position.to_string() == key;
    fulfilment.parameters.iter().find(is)
}

/// What a client sends that answers no question of the bot: of an answer the backend gets the value that was taken, once.
fn beside_answers(fulfilment: &Fulfilment, payload: &Map<String, Value>) -> Map<String, Value> {
    let mut beside = fulfilment::echoed(payload);
    beside.retain(|key, entry| entry.get("response").is_none() || parameter_under(fulfilment, key).is_none());
    beside
}

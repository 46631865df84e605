//! The other bot: it is asked what this one does not understand, and may lead the dialog from there.

use sbf_brain::{Stock, intent::FederatedBot};
use serde_json::{Map, Value};

use super::{Step, Turn, Waiting, over, round::Round};
use crate::{
    federation::{self, Foreign, foreign_id, foreign_intent, request as foreign_request},
    fulfilment, payload,
    ports::{BackendAnswer, BackendCall, Target},
    reply::{Main, Understood},
    session::{DialogState, Federated, Sentence},
};

impl<'t> Round<'t> {
    /// The other bot, unless it is another bot that asks.
    fn other(&self) -> Option<&'t FederatedBot> {
        self.brain.federation().filter(|_| !self.input.passed_on)
    }

    /// What this bot does not understand: the other one is asked, where there is one.
    pub(super) fn pass_on(self, text: &str) -> Step {
        let Some(bot) = self.other() else { return over(self.miss()) };
        let event = foreign_request::text(text, self.input, self.brain.name());
        self.ask_bot(bot, event, false)
    }

    /// An intent of the other bot's, named by a client that keeps the dialog itself.
    pub(super) fn pass_choice_on(mut self, id: &str, payload: &Map<String, Value>, utterance: &str) -> Step {
        let chosen = self.other().and_then(|bot| Some((bot, foreign_intent(&bot.name, id)?)));
        let Some((bot, intent)) = chosen else { return over(self.miss()) };
        self.heard.understood = Some(Understood::given(&bot.name));
        if payload::answers(payload).any(|answer| self.brain.is_cancel(&answer)) {
            return over(self.end(None, Stock::Cancelled));
        }
        // What only a server says is left out, but a parameter may be called like that.
        let mut answered = fulfilment::echoed(payload);
        answered.extend(payload::only_answers(payload));
        let event = foreign_request::chosen(intent, answered, utterance, self.input, self.brain.name());
        self.ask_bot(bot, event, true)
    }

    /// The user's answer to what the other bot asked.
    pub(super) fn answer_bot(self, open: Federated, text: &str) -> Step {
        let same = |bot: &&FederatedBot| bot.name == open.bot;
        let Some(bot) = self.other().filter(same) else { return self.hear_afresh(text) };
        let answer = (open.key.clone(), fulfilment::response(text.trim()));
        self.answer_with(bot, open, Map::from_iter([answer]))
    }

    /// Answers by their keys: old clients ask for all that is missing before they send anything.
    pub(super) fn answer_bot_with(self, open: Federated, answers: Map<String, Value>) -> Step {
        match self.other().filter(|bot| bot.name == open.bot) {
            Some(bot) => self.answer_with(bot, open, answers),
            // The bot was trained anew without it.
            None => over(self.miss()),
        }
    }

    fn answer_with(mut self, bot: &FederatedBot, mut open: Federated, answers: Map<String, Value>) -> Step {
        let last = payload::answers(&answers).last().unwrap_or_default();
        self.listen(&last);
        self.heard.understood = Some(Understood::given(&bot.name));
        if payload::answers(&answers).any(|answer| self.brain.is_cancel(&answer)) {
            return over(self.end(None, Stock::Cancelled));
        }
        open.payload.extend(answers);
        let event = foreign_request::answers(open, self.input, self.brain.name());
        self.ask_bot(bot, event, true)
    }

    fn ask_bot(self, bot: &FederatedBot, event: Value, led: bool) -> Step {
        let target = Target::Bot { url: bot.url.clone() };
        Step::Call(Box::new(Waiting {
            call: BackendCall { name: bot.name.clone(), target, event },
            idempotent: false,
            input: self.input.clone(),
            heard: self.heard,
            session: self.session,
            intent: String::new(),
            led,
            said: self.said,
        }))
    }

    /// What the other bot answered; `led`: it was in the middle of its dialog. At a fresh question its failure is a miss, and no more.
    pub(super) fn heed(mut self, call: &BackendCall, led: bool, answer: BackendAnswer) -> Turn {
        match federation::foreign(&call.name, answer, &call.event) {
            Foreign::Answers(said, fields) => self.relay(said, fields),
            Foreign::Asks(said, fields, open) => {
                self.session.state = DialogState::Federated(*open);
                self.relay(said, fields)
            }
            Foreign::Misses => self.miss(),
            Foreign::Failed(reason) if led => self.failed(None, reason),
            Foreign::Failed(reason) => Turn { fault: Some(reason), ..self.miss() },
        }
    }

    fn relay(mut self, said: Vec<Sentence>, fields: Map<String, Value>) -> Turn {
        self.session.misses = 0;
        self.said.extend(said);
        self.keep(None, Main::Relays(fields.into()))
    }
}

impl Federated {
    /// Whether a client that names this intent means the open dialog.
    pub(super) fn is_called(&self, id: &str) -> bool {
        foreign_intent(&self.bot, id) == Some(&self.intent)
    }
}

/// The other bot's question once more.
pub(super) fn asked_again_by_bot(open: &Federated) -> Main {
    let Federated { bot, intent, key, ask, payload, .. } = open;
    Main::Leads { intent: foreign_id(bot, intent), asked: fulfilment::asked_again(key, ask, payload).into() }
}

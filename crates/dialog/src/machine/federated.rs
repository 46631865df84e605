//! The other bot: it is asked what this one does not understand, and may lead the dialog from there.

use sbf_brain::{Stock, intent::FederatedBot};
use serde_json::{Map, Value};

use super::{
    Step, Turn, Waiting, done_at_once,
    open::{Answer, OpenDialog, Subject},
    round::Round,
};
use crate::{
    content::offers,
    federation::{self, Foreign, foreign_id, foreign_intent, request},
    fulfilment, payload,
    ports::{BackendAnswer, BackendCall, Target},
    reply::{Main, Understood},
    session::{DialogState, Federated, Sentence},
};

impl OpenDialog for Federated {
    fn subject<'t>(&self, round: &Round<'t>) -> Option<Subject<'t>> {
        let bot = round.other().filter(|bot| bot.name == self.bot)?;
        Some(Subject { name: bot.name.clone(), intent: None })
    }

    /// Answers by their keys, where the client names its intent: old clients ask for all that is missing before they send anything.
    fn echoed_answer(&self, _: &Round<'_>, id: &str, payload: &Map<String, Value>) -> Option<Answer> {
        let is_mine = foreign_intent(&self.bot, id) == Some(&self.intent);
        let answers = payload::only_answers(payload);
        Some(Answer::ByKey(answers)).filter(|_| is_mine && payload::answers(payload).next().is_some())
    }

    fn asks_again_at(&self, _: &str) -> bool {
        false
    }

    fn offers(&self, _: &Round<'_>, _: Option<&str>, words: &str) -> bool {
        offers(&self.ask, None, words)
    }

    fn cancelled(&self, sentence: Sentence) -> Main {
        let asked = fulfilment::last_word(&self.key, &sentence).into();
        Main::Leads { intent: foreign_id(&self.bot, &self.intent), asked }
    }

    fn question(&mut self, _: &Round<'_>) -> Option<Main> {
        let Self { bot, intent, key, ask, payload, .. } = self;
        let asked = fulfilment::asked_again(key, ask, payload).into();
        Some(Main::Leads { intent: foreign_id(bot, intent), asked })
    }

    fn take(mut self: Box<Self>, round: Round<'_>, answer: Answer) -> Step {
        let Some(bot) = round.other() else { return done_at_once(round.miss()) };
        match answer {
            Answer::Words(text) => drop(self.payload.insert(self.key.clone(), fulfilment::response(text.trim()))),
            Answer::ByKey(answers) => self.payload.extend(answers),
        }
        let event = request::answers(*self, round.input, round.brain.name());
        round.ask_bot(bot, event, true)
    }

    fn into_state(self: Box<Self>) -> DialogState {
        DialogState::Federated(*self)
    }
}

impl<'t> Round<'t> {
    /// The other bot, unless it is another bot that asks.
    fn other(&self) -> Option<&'t FederatedBot> {
        self.brain.federation().filter(|_| !self.input.passed_on)
    }

    /// What this bot does not understand: the other one is asked, where there is one.
    pub(super) fn pass_on(self, text: &str) -> Step {
        // What says nothing is understood by nobody.
        let other = self.other().filter(|_| !text.trim().is_empty());
        let Some(bot) = other else { return done_at_once(self.miss()) };
        let event = request::text(text, self.input, self.brain.name());
        self.ask_bot(bot, event, false)
    }

    /// An intent of the other bot's, named by a client that keeps the dialog itself.
    pub(super) fn pass_choice_on(mut self, id: &str, payload: &Map<String, Value>, utterance: &str) -> Step {
        let chosen = self.other().and_then(|bot| Some((bot, foreign_intent(&bot.name, id)?)));
        let Some((bot, intent)) = chosen else { return done_at_once(self.miss()) };
        self.heard.understood = Some(Understood::given(&bot.name));
        if payload::answers(payload).any(|answer| self.brain.is_cancel(&answer)) {
            return done_at_once(self.end(None, Stock::Cancelled));
        }
        // What only a server says is left out, but a parameter may be called like that.
        let mut answered = fulfilment::echoed(payload);
        answered.extend(payload::only_answers(payload));
        let event = request::chosen(intent, answered, utterance, self.input, self.brain.name());
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
    pub(super) fn read_bot_answer(mut self, call: &BackendCall, led: bool, answer: BackendAnswer) -> Turn {
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
        self.leave_open(None, Main::Relays(Box::new(fields.into())))
    }
}

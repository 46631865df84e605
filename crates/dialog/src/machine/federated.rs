//! The other bot: it is asked what this one does not understand, and may lead the dialog from there.

use serde_json::{Map, Value};

use super::{Step, Turn, Waiting, over, round::Round};
use crate::{
    fulfilment,
    ports::{BackendAnswer, BackendCall, Target},
    reply::{Main, Understood},
    session::{Delegated, DialogState},
    wire::{self, Foreign, ForeignLeads},
};

use sbf_brain::{Stock, intent::FederatedBot};

impl<'t> Round<'t> {
    /// What this bot does not understand: the other one is asked, where there is one.
    pub(super) fn pass_on(self, question: Map<String, Value>) -> Step {
        match self.brain.federation() {
            Some(bot) => self.ask_bot(bot, question, String::new()),
            None => over(self.miss()),
        }
    }

    /// The user's answer to what the other bot asked.
    pub(super) fn answer_bot(mut self, delegated: Delegated, text: &str) -> Step {
        let same = |bot: &&FederatedBot| Some(&bot.name) == delegated.bot.as_ref();
        let Some(bot) = self.brain.federation().filter(same) else { return self.hear_afresh(text) };
        self.listen(text);
        self.heard.understood = Some(Understood::given(&delegated.intent));
        if self.brain.is_cancel(text) {
            return over(self.end(None, Stock::Cancelled));
        }
        let mut payload = delegated.payload;
        payload.insert(delegated.key, fulfilment::response(text.trim()));
        let question = wire::question::answers(&delegated.intent, payload, text);
        self.ask_bot(bot, question, delegated.intent)
    }

    /// `intent`: the other bot's, where it leads already.
    fn ask_bot(self, bot: &FederatedBot, question: Map<String, Value>, intent: String) -> Step {
        let event = wire::question::whole(question, self.input, self.brain.name());
        let target = Target::Bot { url: bot.url.clone() };
        Step::Call(Box::new(Waiting {
            call: BackendCall { name: bot.name.clone(), target, event },
            idempotent: false,
            input: self.input.clone(),
            heard: self.heard,
            session: self.session,
            intent,
            said: self.said,
        }))
    }

    /// What the other bot answered. That it cannot be asked is no fault of the user's: to a fresh question it is a miss.
    pub(super) fn heed(mut self, call: &BackendCall, intent: String, answer: BackendAnswer) -> Turn {
        match wire::heed(answer, &call.event) {
            Foreign::Answers(said, fields) => {
                self.session.misses = 0;
                self.said.extend(said);
                self.done(None, Main::Relays(fields))
            }
            Foreign::Leads(leads) => self.follow_bot(call.name.clone(), leads),
            Foreign::Misses => self.miss(),
            Foreign::Failed(reason) if intent.is_empty() => Turn { fault: Some(reason), ..self.miss() },
            Foreign::Failed(reason) => self.failed(None, reason),
        }
    }

    fn follow_bot(mut self, bot: String, leads: ForeignLeads) -> Turn {
        let ForeignLeads { intent, key, payload, ask, said, fields } = leads;
        self.session.misses = 0;
        self.session.state = DialogState::Delegated(Delegated { intent, bot: Some(bot), key, payload, ask });
        self.said.extend(said);
        self.keep(None, Main::Relays(fields))
    }
}

//! A backend leads the dialog: each answer goes to it, with what it wants back.

use sbf_brain::intent::Intent;
use serde_json::{Map, Value};

use super::{
    Step, Turn,
    open::{Answer, OpenDialog, Subject},
    round::Round,
};
use crate::{
    content::offers,
    fulfilment::{self, Leads},
    payload,
    reply::Main,
    session::{Delegated, DialogState, Sentence},
};

impl OpenDialog for Delegated {
    fn subject<'t>(&self, round: &Round<'t>) -> Option<Subject<'t>> {
        let task = round.task(&self.intent)?;
        Some(Subject { name: self.intent.clone(), intent: Some(task.intent) })
    }

    fn echoed_answer(&self, _: &Round<'_>, id: &str, payload: &Map<String, Value>) -> Option<Answer> {
        payload::answer_under(payload, &self.key).filter(|_| id == self.intent).map(Answer::Words)
    }

    fn asks_again_at(&self, _: &str) -> bool {
        false
    }

    fn offers(&self, _: &Round<'_>, _: Option<&str>, words: &str) -> bool {
        offers(&self.ask, None, words)
    }

    fn cancelled(&self, sentence: Sentence) -> Main {
        Main::Leads { intent: self.intent.clone(), asked: fulfilment::last_word(&self.key, &sentence).into() }
    }

    fn question(&mut self, _: &Round<'_>) -> Option<Main> {
        let asked = fulfilment::asked_again(&self.key, &self.ask, &self.payload).into();
        Some(Main::Leads { intent: self.intent.clone(), asked })
    }

    fn take(self: Box<Self>, round: Round<'_>, answer: Answer) -> Step {
        let Some(task) = round.task(&self.intent) else { return round.hear_afresh(&answer.words()) };
        let mut fields = self.payload;
        fields.insert(self.key, fulfilment::response(answer.words().trim()));
        round.call(task, fields)
    }

    fn into_state(self: Box<Self>) -> DialogState {
        DialogState::Delegated(*self)
    }
}

impl Round<'_> {
    /// What a backend that leads answered: its question, or its last word.
    pub(super) fn follow(mut self, intent: Option<&Intent>, leads: Leads) -> Turn {
        let id = intent.map(|intent| intent.id.clone()).unwrap_or_default();
        let Leads { key, payload, ask, conversation, ends } = leads;
        self.session.state = match ends {
            true => DialogState::Idle,
            false => DialogState::Delegated(Delegated { intent: id.clone(), key, payload, ask }),
        };
        self.leave_open(intent, Main::Leads { intent: id, asked: conversation.into() })
    }
}

//! A dialog that is open: who leads it differs, what becomes of an answer to it does not.
//!
//! The bot's own questions, a backend that leads and another bot that leads each answer the same few questions about themselves, in a file
//! of their own. Another kind of dialog is one more file, and one more arm of [`dialog`].

use sbf_brain::{Stock, intent::Intent};
use serde_json::{Map, Value};

use super::{Step, Turn, done_at_once, round::Round};
use crate::{
    payload,
    reply::{Main, Understood},
    session::{DialogState, Sentence},
};

/// What an open dialog knows about itself.
pub(super) trait OpenDialog {
    /// What it is about; `None` where the brain was trained anew without it.
    fn subject<'t>(&self, round: &Round<'t>) -> Option<Subject<'t>>;

    /// The answer to it among what a client echoes that names the intent `id`; `None` where there is none.
    fn echoed_answer(&self, round: &Round<'_>, id: &str, payload: &Map<String, Value>) -> Option<Answer>;

    /// Whether a client that names the intent `id` and answers nothing is asked again; otherwise that intent begins afresh.
    fn asks_again_at(&self, id: &str) -> bool;

    /// Whether a question offers these words to choose, or asks for just such words: then they are an answer, also where they would cancel.
    /// `key`: the question that the client names; without one it is the question that was asked last.
    fn offers(&self, round: &Round<'_>, key: Option<&str>, words: &str) -> bool;

    /// How it ends when the user cancels it, with the bot's sentence about that.
    fn cancelled(&self, sentence: Sentence) -> Main;

    /// Its question once more, of which it remembers what the answer needs; `None` where the brain was trained anew without it.
    fn question(&mut self, round: &Round<'_>) -> Option<Main>;

    /// Takes an answer that does not cancel it, while the brain knows what it is about.
    fn take(self: Box<Self>, round: Round<'_>, answer: Answer) -> Step;

    /// The same, to be remembered.
    fn into_state(self: Box<Self>) -> DialogState;
}

/// What a dialog is about.
pub(super) struct Subject<'t> {
    /// What an answer is understood as: an intent, or another bot.
    pub(super) name: String,
    /// The intent, where it is one of this bot's.
    pub(super) intent: Option<&'t Intent>,
}

/// An answer to an open dialog.
pub(super) enum Answer {
    /// In words.
    Words(String),
    /// By the keys of questions: clients that keep a dialog themselves may answer several at once.
    ByKey(Map<String, Value>),
}

impl Answer {
    /// Each with the key of its question, where the client names that.
    fn all(&self) -> Vec<(Option<&str>, String)> {
        match self {
            Self::Words(words) => vec![(None, words.clone())],
            Self::ByKey(answers) => {
                let keys =
                    answers.keys().filter_map(|key| Some((Some(key.as_str()), payload::answer_under(answers, key)?)));
                keys.collect()
            }
        }
    }

    /// Its words: the last ones where there are several.
    pub(super) fn words(&self) -> String {
        self.all().pop().map(|(_, words)| words).unwrap_or_default()
    }
}

/// The open dialog, if there is one.
fn dialog(state: DialogState) -> Option<Box<dyn OpenDialog>> {
    match state {
        DialogState::Idle => None,
        DialogState::Asking(asking) => Some(Box::new(asking)),
        DialogState::Delegated(delegated) => Some(Box::new(delegated)),
        DialogState::Federated(federated) => Some(Box::new(federated)),
    }
}

/// What comes in finds the open dialog.
impl Round<'_> {
    /// The client opens the conversation: the open question is asked again.
    pub(super) fn open_in(mut self, state: DialogState) -> Turn {
        let welcome = self.stock(Stock::Welcome);
        let mut open = dialog(state);
        let question = open.as_mut().and_then(|open| open.question(&self));
        self.session.state = open.map(OpenDialog::into_state).unwrap_or_default();
        match question {
            Some(question) => {
                self.said.push(welcome);
                self.done(None, question)
            }
            None => self.done(None, Main::Says(welcome)),
        }
    }

    /// The user said something: it answers the open dialog.
    pub(super) fn hear_in(self, state: DialogState, text: &str) -> Step {
        match dialog(state) {
            Some(open) => self.answer(open, Answer::Words(text.to_owned())),
            None => self.hear_afresh(text),
        }
    }

    /// The client names an intent. The open dialog's state wins, and the payload only brings answers to it; without any, and unless the
    /// intent asks again, the client chose anew.
    pub(super) fn choose_in(
        self,
        state: DialogState,
        id: &str,
        payload: &Map<String, Value>,
        utterance: Option<&str>,
    ) -> Step {
        let Some(open) = dialog(state) else { return self.choose_afresh(id, payload, utterance) };
        match open.echoed_answer(&self, id, payload) {
            Some(answer) => self.answer(open, answer),
            None if open.asks_again_at(id) => self.ask_again(open),
            None => self.choose_afresh(id, payload, utterance),
        }
    }

    fn answer(mut self, open: Box<dyn OpenDialog>, answer: Answer) -> Step {
        let Some(subject) = open.subject(&self) else { return self.answer_nobody(answer) };
        self.listen(&answer.words());
        self.heard.understood = Some(Understood::given(&subject.name));
        let cancels =
            |(key, words): &(Option<&str>, String)| self.brain.is_cancel(words) && !open.offers(&self, *key, words);
        if answer.all().iter().any(cancels) {
            let farewell = open.cancelled(self.stock(Stock::Cancelled));
            return done_at_once(self.done(subject.intent, farewell));
        }
        open.take(self, answer)
    }

    /// The dialog is gone from the brain: words may mean something else, answers by keys mean nothing.
    fn answer_nobody(self, answer: Answer) -> Step {
        match answer {
            Answer::Words(text) => self.hear_afresh(&text),
            Answer::ByKey(_) => done_at_once(self.miss()),
        }
    }

    fn ask_again(mut self, mut open: Box<dyn OpenDialog>) -> Step {
        let Some(subject) = open.subject(&self) else { return done_at_once(self.miss()) };
        self.heard.understood = Some(Understood::given(&subject.name));
        let Some(question) = open.question(&self) else {
            // The dialog goes on without the question that is gone, as it does at any answer.
            return open.take(self, Answer::Words(String::new()));
        };
        self.session.state = open.into_state();
        done_at_once(self.leave_open(subject.intent, question))
    }
}

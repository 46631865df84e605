//! The feedback sample: first name, last name, what they would like to say; then it is stored.

use serde_json::{Map, Value, json};
use tracing::error;

use crate::{
    FEEDBACK, Moment,
    answers::is_cancel,
    event::Event,
    languages::{Alternatives, Phrases},
    reply::{Said, say},
    store::{FeedbackRecord, Store},
    text::fold,
};

// The ids and steps that clients of the first release knew; "pwd" is the feedback itself.
const FIRST: &str = "name";
const LAST: &str = "last_name";
const TEXT: &str = "pwd";
const DONE: &str = "confirma";

const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 500;

/// One turn, and what it stores.
pub(crate) async fn handle(store: &Store, event: &Event, moment: Moment) -> Value {
    let given = match turn(event) {
        Turn::Say(reply) => return reply,
        Turn::Store(given) => given,
    };
    let record = FeedbackRecord {
        feedback_id: event.turn_key(FEEDBACK, moment).uuid().to_string(),
        feedback_timestamp: moment.now_ms,
        bot_language: event.language().phrases.tag.to_owned(),
        first_name: given.first.clone(),
        last_name: given.last.clone(),
        feedback: given.text.clone(),
    };
    let stored = store.put_feedback(&record).await;
    if let Err(reason) = &stored {
        error!(%reason, "feedback was not stored");
    }
    given.closing(event.language().phrases, stored.is_ok())
}

/// What a turn comes to.
#[derive(Debug, PartialEq)]
enum Turn {
    Say(Value),
    Store(Given),
}

/// What the user has told so far; empty where it was not asked yet or is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    first: String,
    last: String,
    text: String,
}

fn turn(event: &Event) -> Turn {
    let phrases = event.language().phrases;
    let given = Given::read(event, phrases);
    let step = event.number("step").unwrap_or(1);
    let asked = [FIRST, LAST, TEXT].get(step.wrapping_sub(2) as usize);
    let Some(asked) = asked else {
        return Turn::Say(given.question(phrases, false));
    };
    if is_cancel(&event.answer(asked), &phrases.words) {
        return Turn::Say(say(phrases.feedback.cancelled, &[]).end(DONE, payload(5, &[])));
    }
    if given.missing() == Some(asked) {
        return Turn::Say(given.question(phrases, true));
    }
    if given.missing().is_some() || *asked != TEXT {
        return Turn::Say(given.question(phrases, false));
    }
    match given.text.chars().count() {
        length if length <= LONGEST_TEXT => Turn::Store(given),
        length => Turn::Say(given.too_long(phrases, length, event.number("count").is_some())),
    }
}

impl Given {
    fn read(event: &Event, phrases: &Phrases) -> Self {
        let name = |id| {
            let answer = event.answer(id);
            let name = without_lead(&answer, phrases.words.before_name);
            if name.chars().count() > LONGEST_NAME { String::new() } else { name.to_owned() }
        };
        Self { first: name(FIRST), last: name(LAST), text: event.answer(TEXT) }
    }

    fn missing(&self) -> Option<&'static str> {
        let all = [(FIRST, &self.first), (LAST, &self.last), (TEXT, &self.text)];
        all.iter().find(|(_, said)| said.is_empty()).map(|(id, _)| *id)
    }

    /// The question for the first thing that is missing.
    fn question(&self, phrases: &Phrases, again: bool) -> Value {
        let said = &phrases.feedback;
        let (id, step, limit, ask, ask_again) = match self.missing() {
            Some(FIRST) => (FIRST, 2, LONGEST_NAME, said.ask_first, said.ask_first_again),
            Some(LAST) => (LAST, 3, LONGEST_NAME, said.ask_last, said.ask_last_again),
            _ => (TEXT, 4, LONGEST_TEXT, said.ask_feedback, said.ask_feedback_again),
        };
        let template = if again { ask_again } else { ask };
        self.say(template, limit, 0).ask(id, self.payload(step))
    }

    fn too_long(&self, phrases: &Phrases, length: usize, last_try: bool) -> Value {
        if last_try {
            return self.say(phrases.feedback.gave_up, LONGEST_TEXT, length).end(TEXT, payload(5, &[]));
        }
        let mut payload = self.payload(4);
        payload.insert("count".to_owned(), json!(1));
        self.say(phrases.feedback.too_long, LONGEST_TEXT, length).ask(TEXT, payload)
    }

    fn closing(&self, phrases: &Phrases, stored: bool) -> Value {
        let said = &phrases.feedback;
        let template = if stored { said.saved } else { said.not_saved };
        self.say(template, LONGEST_TEXT, 0).end(DONE, payload(5, &[]))
    }

    fn say(&self, template: &str, limit: usize, length: usize) -> Said {
        let (limit, length) = (limit.to_string(), length.to_string());
        let values = [("first", &*self.first), ("last", &*self.last), ("limit", &limit), ("length", &length)];
        say(template, &values)
    }

    fn payload(&self, step: u64) -> Map<String, Value> {
        payload(step, &[(FIRST, &self.first), (LAST, &self.last)])
    }
}

/// The state that comes back with the next answer: the step, and the answers so far in the shape they come in.
fn payload(step: u64, answers: &[(&str, &str)]) -> Map<String, Value> {
    let told = answers.iter().filter(|(_, said)| !said.is_empty());
    let mut payload: Map<_, _> = told.map(|(id, said)| ((*id).to_owned(), json!({"response": said}))).collect();
    payload.insert("step".to_owned(), json!(step));
    payload
}

/// A name without "my name is" before it; as written where nothing else would be left.
fn without_lead(answer: &str, leads: Alternatives) -> &str {
    let mut ends = answer.match_indices(char::is_whitespace).map(|(at, _)| at);
    let is_lead = |end: &usize| {
        let said = fold(&answer[..*end]);
        leads.iter().any(|lead| fold(lead) == said)
    };
    let rest = ends.rfind(is_lead).map(|end| answer[end..].trim());
    rest.filter(|name| !name.is_empty()).unwrap_or(answer)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::languages::of;

    fn at(step: Value, answers: &[(&str, &str)]) -> Turn {
        let mut fields = Map::from_iter([("step".to_owned(), step)]);
        fields.extend(answers.iter().map(|(id, said)| ((*id).to_owned(), json!({"response": said}))));
        turn(&Event::new(fields))
    }

    fn id(turn: &Turn) -> String {
        match turn {
            Turn::Say(reply) => {
                let conversation = &reply["asyncConversation"];
                let end = if conversation["endConversation"] == true { " end" } else { "" };
                format!("{}{end}", conversation["id"].as_str().unwrap())
            }
            Turn::Store(given) => format!("store {}", given.text),
        }
    }

    const ANN: [(&str, &str); 2] = [(FIRST, "Ann"), (LAST, "Lee")];

    #[test]
    fn a_text_too_long_has_one_more_chance() {
        let long = "ж".repeat(LONGEST_TEXT + 1);
        let first = at(json!(4), &[ANN[0], ANN[1], (TEXT, &long)]);
        let Turn::Say(reply) = &first else { panic!("{first:?}") };
        let asked = &reply["asyncConversation"];
        assert_eq!(id(&first), TEXT);
        assert!(asked["ask"]["text"].as_str().unwrap().contains("501"), "{reply}");
        let mut fields = asked["payload"].as_object().unwrap().clone();
        fields.insert(TEXT.to_owned(), json!({"response": long}));
        assert_eq!(id(&turn(&Event::new(fields.clone()))), "pwd end");
        fields.insert(TEXT.to_owned(), json!({"response": "ж".repeat(LONGEST_TEXT)}));
        assert_eq!(id(&turn(&Event::new(fields))), format!("store {}", "ж".repeat(LONGEST_TEXT)));
    }

    #[test]
    fn what_is_missing_is_asked_for_again() {
        assert_eq!(id(&at(json!(2), &[(FIRST, "  ")])), FIRST);
        assert_eq!(id(&at(json!(2), &[(FIRST, &"n".repeat(LONGEST_NAME + 1))])), FIRST);
        assert_eq!(id(&at(json!(3), &[ANN[0]])), LAST);
        assert_eq!(id(&at(json!(4), &ANN)), TEXT);
        assert_eq!(id(&at(json!(4), &[(TEXT, "fine")])), FIRST);
        assert_eq!(id(&at(json!("3"), &ANN)), TEXT);
    }

    #[test]
    fn an_unknown_step_begins_anew() {
        for step in [json!(null), json!(0), json!(1), json!(5), json!(99), json!(-2), json!(2.5), json!(u64::MAX)] {
            assert_eq!(id(&at(step.clone(), &[])), FIRST, "{step}");
        }
    }

    #[test]
    fn a_cancel_word_ends_it_but_a_sentence_about_it_does_not() {
        assert_eq!(id(&at(json!(2), &[(FIRST, "Cancel!")])), "confirma end");
        assert_eq!(id(&at(json!(4), &[ANN[0], ANN[1], (TEXT, "please stop")])), "confirma end");
        assert_eq!(
            id(&at(json!(4), &[ANN[0], ANN[1], (TEXT, "I had to cancel twice")])),
            "store I had to cancel twice"
        );
    }

    #[test]
    fn a_name_may_come_in_a_sentence() {
        let said = [
            ("en", "My name is Mary Ann", "Mary Ann"),
            ("en", "I'm Bob", "Bob"),
            ("en", "my name is", "my name is"),
            ("pt", "Eu sou o João", "João"),
            ("es", "Me llamo  José ", "José"),
            ("fr", "Je m’appelle Zoé", "Zoé"),
            ("it", "mi chiamo Niccolò", "Niccolò"),
            ("de", "ich heisse Jürgen", "Jürgen"),
            ("ru", "Меня зовут Алёна", "Алёна"),
            ("ru", "Ян", "Ян"),
        ];
        for (lang, answer, name) in said {
            assert_eq!(without_lead(answer.trim(), of(lang).phrases.words.before_name), name, "{answer}");
        }
    }
}

//! The wire from the other side: what another bot is asked, and what it answers.
//!
//! It is asked as its clients ask it. An old bot remembers nothing between two requests, so that all answers to its questions go with each one.

use serde_json::{Map, Value, json};

use super::{digest, kind};
use crate::{fulfilment, machine::Input, ports::BackendAnswer, session::Sentence};

/// What another bot makes of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Foreign {
    /// It answers: sentences before the main one, and fields of the response.
    Answers(Vec<Sentence>, Map<String, Value>),
    /// It asks back.
    Leads(Leads),
    /// It does not understand, either.
    Misses,
    /// It did not answer; why, for the log.
    Failed(String),
}

/// A dialog led by another bot.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leads {
    /// Its own intent.
    pub(crate) intent: String,
    /// The key under which it wants the next answer.
    pub(crate) key: String,
    /// What it wants back beside that.
    pub(crate) payload: Map<String, Value>,
    /// What it asks.
    pub(crate) ask: Sentence,
    /// What it says before.
    pub(crate) said: Vec<Sentence>,
    /// Fields of the response.
    pub(crate) fields: Map<String, Value>,
}

/// Questions to another bot.
pub(crate) mod question {
    use super::*;

    /// What the user said.
    pub(crate) fn text(text: &str) -> Map<String, Value> {
        Map::from_iter([("text".to_owned(), json!(text))])
    }

    /// Answers to what it asked about an intent of its own.
    pub(crate) fn answers(intent: &str, payload: Map<String, Value>, utterance: &str) -> Map<String, Value> {
        let fields = [("_id", json!(intent)), ("payload", Value::Object(payload)), ("rawIntent", json!(utterance))];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The whole request.
    ///
    /// Nothing tells who asks: neither name nor address, and the conversation goes by a name that nobody can guess, for the other bot
    /// knows all users by one key.
    pub(crate) fn whole(mut fields: Map<String, Value>, input: &Input, origin: &str) -> Value {
        let session_id = digest(&[&input.caller.subject, &input.session_id]);
        let common = [("sessionID", json!(session_id)), ("turnID", json!(input.turn_id)), ("origin", json!(origin))];
        fields.extend(common.map(|(name, value)| (name.to_owned(), value)));
        if let Some(lang) = &input.lang {
            fields.insert("lang".to_owned(), json!(lang));
        }
        if !input.environment.is_empty() {
            fields.insert("environmentVars".to_owned(), Value::Object(input.environment.clone()));
        }
        Value::Object(fields)
    }
}

/// Reads what another bot answered to a request.
pub(crate) fn heed(answer: BackendAnswer, asked: &Value) -> Foreign {
    let mut fields = match answer {
        BackendAnswer::Answered(Value::Object(fields)) => fields,
        BackendAnswer::Answered(other) => return failed(&format!("answered {}, not an object", kind(&other))),
        BackendAnswer::Failed(reason) => return Foreign::Failed(reason),
    };
    if fields.get("nif") == Some(&Value::Bool(true)) {
        return Foreign::Misses;
    }
    let said = sentences(fields.get("said"));
    if let Some(conversation) = fields.get("conversation").and_then(Value::as_object) {
        return match conversation_of(conversation, asked) {
            Some((key, payload, ask)) => {
                let intent = conversation.get("_id").map(as_key).unwrap_or_default();
                Foreign::Leads(Leads { intent, key, payload, ask, said, fields })
            }
            None if is_over(conversation) => Foreign::Answers(said, fields),
            None => failed("leads a conversation that asks nothing"),
        };
    }
    match fulfilment::complete(&mut fields) {
        Some(_) => Foreign::Answers(said, fields),
        None => failed("answered without a text"),
    }
}

fn failed(why: &str) -> Foreign {
    Foreign::Failed(why.to_owned())
}

/// The key of the next answer, what goes with it, and the question.
fn conversation_of(conversation: &Map<String, Value>, asked: &Value) -> Option<(String, Map<String, Value>, Sentence)> {
    if let Some(led) = conversation.get("async").and_then(Value::as_object) {
        let payload = led.get("payload").and_then(Value::as_object).cloned().unwrap_or_default();
        let goes_on = led.get("endConversation") != Some(&Value::Bool(true));
        return goes_on.then_some((as_key(led.get("id")?), payload, fulfilment::ask(led)?));
    }
    let missing = conversation.get("sync").and_then(Value::as_object)?;
    let (name, first) = missing.iter().next()?;
    let so_far = asked.get("payload").and_then(Value::as_object).cloned().unwrap_or_default();
    Some((name.clone(), so_far, fulfilment::ask(first.as_object()?)?))
}

fn is_over(conversation: &Map<String, Value>) -> bool {
    let led = conversation.get("async").and_then(Value::as_object);
    led.is_some_and(|led| led.get("endConversation") == Some(&Value::Bool(true)) && fulfilment::ask(led).is_some())
}

fn as_key(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn sentences(said: Option<&Value>) -> Vec<Sentence> {
    let said = said.and_then(Value::as_array).into_iter().flatten();
    said.filter_map(|sentence| fulfilment::complete(&mut sentence.as_object()?.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(answer: Value) -> Foreign {
        heed(BackendAnswer::Answered(answer), &json!({ "payload": { "city": { "response": "Lima" } } }))
    }

    fn sentence(text: &str) -> Sentence {
        Sentence { text: text.to_owned(), speech: text.to_owned() }
    }

    #[test]
    fn an_answer_is_its_text_and_what_goes_with_it() {
        let fields = json!({ "text": "a", "richResponseObject": {}, "said": [{ "text": "b" }, 5, { "x": 1 }] });
        let Foreign::Answers(said, answered) = heard(fields) else { panic!() };
        assert_eq!((said, &answered["speech"]), (vec![sentence("b")], &json!("a")));
        assert_eq!(heard(json!({ "nif": true, "text": "?" })), Foreign::Misses);
        for nothing in [
            json!({}),
            json!("a"),
            json!(null),
            json!({ "sessionID": "s" }),
            json!({ "errorMessage": "boom", "errorType": "Error" }),
            json!({ "conversation": {} }),
            json!({ "conversation": { "sync": { "city": {} } } }),
            json!({ "conversation": { "async": { "ask": "?" } } }),
            json!({ "conversation": { "async": { "id": "a", "endConversation": true } } }),
        ] {
            assert!(matches!(heard(nothing.clone()), Foreign::Failed(_)), "{nothing}");
        }
    }

    #[test]
    fn a_missing_parameter_is_asked_for_with_what_was_answered_before() {
        let sync = json!({ "date": { "ask": { "text": "When?" } }, "size": { "ask": { "text": "How large?" } } });
        let Foreign::Leads(leads) = heard(json!({ "conversation": { "_id": 7, "sync": sync } })) else { panic!() };
        assert_eq!((leads.intent.as_str(), leads.key.as_str(), leads.ask), ("7", "date", sentence("When?")));
        assert_eq!(Value::Object(leads.payload), json!({ "city": { "response": "Lima" } }));
    }

    #[test]
    fn a_dialog_of_its_own_gets_back_what_it_gave() {
        let led = |ends: bool| {
            json!({ "conversation": { "_id": "a", "async":
                { "id": "name", "ask": "Name?", "payload": { "step": 2 }, "endConversation": ends } } })
        };
        let Foreign::Leads(leads) = heard(led(false)) else { panic!() };
        assert_eq!((leads.key.as_str(), leads.ask), ("name", sentence("Name?")));
        assert_eq!(Value::Object(leads.payload), json!({ "step": 2 }));
        assert!(matches!(heard(led(true)), Foreign::Answers(..)));
    }
}

//! The contract with another bot: what it is asked, and how its answer is read.
//!
//! It is asked as its clients ask it. An old bot remembers nothing between two requests, so that all answers to its questions go with each one.
//! Its intents are known to our clients by its name and theirs (`office:7`), for both bots may have a 7.

pub(crate) mod request;

use serde_json::{Map, Value, json};

use crate::{
    fulfilment::{self, Leads, Outcome},
    json::kind,
    ports::BackendAnswer,
    session::{Federated, Sentence},
};

/// What a bot may tell its clients to do, or whom to ask next; ours are told that by this bot alone.
const INSTRUCTIONS: [&str; 5] = ["router", "command", "commandID", "history", "goToNode"];

/// An answer that needs no words.
const PICTURES: &str = "richResponseObject";

/// What another bot makes of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Foreign {
    /// It answers: sentences before the main one, and fields of the response.
    Answers(Vec<Sentence>, Map<String, Value>),
    /// It asks back: the same, and where its dialog stands.
    Asks(Vec<Sentence>, Map<String, Value>, Box<Federated>),
    /// It does not understand, either.
    Misses,
    /// It did not answer; why, for the log.
    Failed(String),
}

/// An intent of another bot, as our clients know it.
pub(crate) fn foreign_id(bot: &str, intent: &str) -> String {
    format!("{bot}:{intent}")
}

/// An intent of this bot's, from the name by which our clients know it.
pub(crate) fn foreign_intent<'i>(bot: &str, id: &'i str) -> Option<&'i str> {
    id.strip_prefix(bot)?.strip_prefix(':')
}

/// Reads what the bot of this name answered to a request.
pub(crate) fn foreign(bot: &str, answer: BackendAnswer, asked: &Value) -> Foreign {
    let mut fields = match fulfilment::not_too_deep(answer) {
        BackendAnswer::Answered(Value::Object(fields)) => fields,
        BackendAnswer::Answered(other) => return failed(&format!("answered {}, not an object", kind(&other))),
        BackendAnswer::Failed(reason) => return Foreign::Failed(reason),
    };
    if fields.get("nif") == Some(&Value::Bool(true)) {
        return Foreign::Misses;
    }
    keep_shown(&mut fields);
    let said = sentences(fields.get("said"));
    let beside = fulfilment::complete(&mut fields);
    match fields.remove("conversation") {
        Some(Value::Object(conversation)) => asks(bot, conversation, beside, said, fields, asked),
        _ if beside.is_some() || fields.contains_key(PICTURES) => Foreign::Answers(said, fields),
        _ => failed("answered without a text"),
    }
}

/// A conversation: the open question goes into the state, and our clients get it with a name that is ours.
fn asks(
    bot: &str,
    mut conversation: Map<String, Value>,
    beside: Option<Sentence>,
    said: Vec<Sentence>,
    mut fields: Map<String, Value>,
    asked: &Value,
) -> Foreign {
    keep_shown(&mut conversation);
    let intent = conversation.get("_id").map(text_of).unwrap_or_default();
    let open = match (conversation.remove("async"), conversation.remove("sync")) {
        (Some(Value::Object(led)), _) => led_by(led, beside, &mut conversation),
        (_, Some(Value::Object(missing))) => missing_first(missing, beside, asked, &mut conversation),
        _ => return failed("answered a conversation that is neither `sync` nor `async`"),
    };
    conversation.insert("_id".to_owned(), json!(foreign_id(bot, &intent)));
    let raw = fields.get("rawIntent").and_then(Value::as_str).map(str::to_owned);
    fields.insert("conversation".to_owned(), Value::Object(conversation));
    let Leads { key, payload, ask, ends, .. } = match open {
        Outcome::Leads(leads) => leads,
        Outcome::Failed(reason) => return Foreign::Failed(reason),
        Outcome::Answer(_) => return failed("answered a conversation that asks nothing"),
    };
    if ends {
        return Foreign::Answers(said, fields);
    }
    let utterance = raw.or_else(|| asked.get("rawIntent").or(asked.get("text")).map(text_of)).unwrap_or_default();
    let name = asked.get("sessionID").map(text_of).unwrap_or_default();
    let open = Federated { bot: bot.to_owned(), conversation: name, intent, key, payload, ask, utterance };
    Foreign::Asks(said, fields, Box::new(open))
}

/// A dialog of its own, like that of a function.
fn led_by(mut led: Map<String, Value>, beside: Option<Sentence>, told: &mut Map<String, Value>) -> Outcome {
    keep_shown(&mut led);
    let outcome = fulfilment::lead(led, beside);
    if let Outcome::Leads(leads) = &outcome {
        told.insert("async".to_owned(), Value::Object(leads.conversation.clone()));
    }
    outcome
}

/// Parameters of its own, of which the first by position is asked for, whatever the order in which they stand.
fn missing_first(
    missing: Map<String, Value>,
    beside: Option<Sentence>,
    asked: &Value,
    told: &mut Map<String, Value>,
) -> Outcome {
    let mut questions: Vec<(String, Value)> = missing.into_iter().collect();
    questions.iter_mut().filter_map(|(_, question)| question.as_object_mut()).for_each(keep_shown);
    questions.sort_by_key(|(_, question)| question.get("payloadPosition").and_then(Value::as_u64).unwrap_or(u64::MAX));
    let Some((name, Value::Object(first))) = questions.first_mut() else {
        return Outcome::Failed("answered a conversation that asks nothing".to_owned());
    };
    let mut led = first.clone();
    led.insert("id".to_owned(), json!(name));
    let mut outcome = fulfilment::lead(led, beside);
    if let Outcome::Leads(leads) = &mut outcome {
        leads.payload = asked.get("payload").and_then(Value::as_object).cloned().unwrap_or_default();
        first.extend(leads.conversation.get("ask").map(|ask| ("ask".to_owned(), ask.clone())));
    }
    told.insert("sync".to_owned(), Value::Object(questions.into_iter().collect()));
    outcome
}

/// Leaves what can be shown: no instructions, and no pictures that are none.
fn keep_shown(fields: &mut Map<String, Value>) {
    let is_empty = |value: &Value| value.as_object().is_none_or(Map::is_empty);
    fields.retain(|name, value| !INSTRUCTIONS.contains(&name.as_str()) && (name != PICTURES || !is_empty(value)));
}

fn failed(why: &str) -> Foreign {
    Foreign::Failed(why.to_owned())
}

fn text_of(value: &Value) -> String {
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
        let asked = json!({ "sessionID": "c", "text": "a flight", "payload": { "lang": { "response": "pt" } } });
        foreign("office", BackendAnswer::Answered(answer), &asked)
    }

    fn asks(answer: Value) -> (Map<String, Value>, Federated) {
        match heard(answer) {
            Foreign::Asks(_, fields, open) => (fields, *open),
            other => panic!("{other:?}"),
        }
    }

    fn sentence(text: &str) -> Sentence {
        Sentence { text: text.to_owned(), speech: text.to_owned() }
    }

    #[test]
    fn an_answer_is_its_text_and_what_goes_with_it() {
        let answer = json!({
            "text": "a", "richResponseObject": { "type": "x" }, "said": [{ "text": "b" }, 5, { "x": 1 }],
            "router": { "mode": "silent", "commandID": "1" }, "command": "photo", "history": ["reset"],
        });
        let Foreign::Answers(said, fields) = heard(answer) else { panic!() };
        assert_eq!((said, &fields["speech"]), (vec![sentence("b")], &json!("a")));
        assert!(INSTRUCTIONS.iter().all(|name| !fields.contains_key(*name)), "{fields:?}");
        assert_eq!(heard(json!({ "nif": true, "text": "?" })), Foreign::Misses);
        for nothing in [
            json!({}),
            json!("a"),
            json!(null),
            json!({ "sessionID": "s" }),
            json!({ "errorMessage": "boom", "errorType": "Error" }),
            json!({ "conversation": {} }),
            json!({ "conversation": { "sync": {} } }),
            json!({ "conversation": { "sync": { "city": {} } } }),
            json!({ "conversation": { "sync": { "city": 5 } } }),
            json!({ "text": "a", "conversation": { "sync": { "city": 5 } } }),
            json!({ "conversation": { "sync": { "city": { "command": "photo" } } } }),
            json!({ "richResponseObject": null }),
            json!({ "conversation": { "async": { "id": "a", "richResponseObject": null } } }),
            json!({ "conversation": { "async": { "ask": "?" } } }),
            json!({ "conversation": { "async": { "id": "a", "command": "photo" } } }),
            json!({ "conversation": { "async": { "id": "a", "endConversation": true } } }),
        ] {
            assert!(matches!(heard(nothing.clone()), Foreign::Failed(_)), "{nothing}");
        }
    }

    #[test]
    fn the_first_missing_parameter_by_position_is_asked_for_with_what_was_answered_before() {
        let sync = json!({ "date": { "ask": { "text": "When?" }, "payloadPosition": 1 },
            "from": { "ask": "Where?", "payloadPosition": 0 }, "size": { "ask": "How large?" } });
        let answer = json!({ "conversation": { "_id": 7, "sync": sync }, "rawIntent": "a flight to Lima" });
        let (fields, open) = asks(answer);
        let expected = Federated {
            bot: "office".to_owned(),
            conversation: "c".to_owned(),
            intent: "7".to_owned(),
            key: "from".to_owned(),
            payload: json!({ "lang": { "response": "pt" } }).as_object().unwrap().clone(),
            ask: sentence("Where?"),
            utterance: "a flight to Lima".to_owned(),
        };
        assert_eq!(open, expected);
        let told = &fields["conversation"];
        assert_eq!((&told["_id"], &told["sync"]["from"]["ask"]["text"]), (&json!("office:7"), &json!("Where?")));
        let order: Vec<&String> = told["sync"].as_object().unwrap().keys().collect();
        assert_eq!(order, ["from", "date", "size"]);
    }

    #[test]
    fn a_dialog_of_its_own_gets_back_what_it_gave() {
        let led = |ask: Value, ends: bool| {
            let led = json!({ "id": "name", "ask": ask, "payload": { "step": 2 }, "endConversation": ends });
            json!({ "conversation": { "_id": "a", "async": led } })
        };
        let (fields, open) = asks(led(json!("Name?"), false));
        assert_eq!((open.key.as_str(), open.ask, open.utterance.as_str()), ("name", sentence("Name?"), "a flight"));
        assert_eq!(Value::Object(open.payload), json!({ "step": 2 }));
        assert_eq!(fields["conversation"]["async"]["ask"], json!({ "text": "Name?", "speech": "Name?" }));
        assert!(matches!(heard(led(json!("Bye."), true)), Foreign::Answers(..)));
        let beside = json!({ "text": "Bye.", "conversation": { "async": { "endConversation": true } } });
        let Foreign::Answers(_, fields) = heard(beside) else { panic!() };
        assert_eq!(fields["conversation"]["async"]["ask"]["text"], "Bye.");
    }

    #[test]
    fn a_question_by_pictures_needs_no_words() {
        let pictures = json!({ "type": "simpleSquaredList" });
        for item in ["async", "sync"] {
            let question = json!({ "id": "a", "richResponseObject": pictures });
            let conversation = match item {
                "async" => json!({ "async": question }),
                _ => json!({ "sync": { "a": question } }),
            };
            let (fields, open) = asks(json!({ "conversation": conversation }));
            assert!(!fields["conversation"].to_string().contains("ask"), "{fields:?}");
            assert_eq!((open.key.as_str(), open.ask), ("a", Sentence::default()), "{item}");
        }
    }

    #[test]
    fn both_bots_may_have_the_same_ids() {
        assert_eq!(foreign_id("office", "7"), "office:7");
        assert_eq!(foreign_intent("office", "office:7:a"), Some("7:a"));
        for other in ["7", "office", "office7", "desk:7", ""] {
            assert_eq!(foreign_intent("office", other), None, "{other}");
        }
    }
}

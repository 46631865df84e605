//! Requests to another bot.
//!
//! Nothing in them tells who asks: neither name nor address nor what a client keeps for itself (`environmentVars`).

use serde_json::{Map, Value, json};

use crate::{digest::digest, input::Input, session::Federated};

/// What the user said, as the beginning of a conversation of its own: one that was broken off here goes on nowhere.
pub(crate) fn text(text: &str, input: &Input, origin: &str) -> Value {
    request(&new_conversation(input), input, origin, [("text", json!(text))])
}

/// Answers to what it asked, where the client keeps the dialog itself.
pub(crate) fn chosen(intent: &str, payload: Map<String, Value>, utterance: &str, input: &Input, origin: &str) -> Value {
    let fields = [("_id", json!(intent)), ("payload", Value::Object(payload)), ("rawIntent", json!(utterance))];
    request(&new_conversation(input), input, origin, fields)
}

/// Answers to what it asked last.
pub(crate) fn answers(open: Federated, input: &Input, origin: &str) -> Value {
    let Federated { intent, conversation, payload, utterance, .. } = open;
    let fields = [("_id", json!(intent)), ("payload", Value::Object(payload)), ("rawIntent", json!(utterance))];
    request(&conversation, input, origin, fields)
}

fn new_conversation(input: &Input) -> String {
    digest(&[&input.caller.subject, &input.session_id, &input.turn_id])
}

fn request<const N: usize>(conversation: &str, input: &Input, origin: &str, fields: [(&str, Value); N]) -> Value {
    let common = [
        ("sessionID", json!(conversation)),
        ("turnID", json!(input.turn_id)),
        ("lang", json!(input.lang)),
        ("origin", json!(origin)),
        ("passedOn", json!(true)),
    ];
    fields.into_iter().chain(common).map(|(name, value)| (name.to_owned(), value)).collect()
}

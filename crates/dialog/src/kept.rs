//! A response as the session keeps it for a repeated request, and what release 0.1 kept of one.

use serde_json::Value;

use crate::{
    relayed::Relayed,
    reply::{Main, Reply, Understood},
    response::{Response, User},
    session::StoredReply,
};

/// A response to keep: without its sound, which is made again.
pub(crate) fn to_keep(response: &Response) -> Value {
    let written = match &response.reply.main {
        Main::Relays(relayed) => {
            let reply = Reply { main: Main::Relays(Box::new(relayed.without_sound())), ..response.reply.clone() };
            serde_json::to_value(Response { reply, ..response.clone() })
        }
        _ => serde_json::to_value(response),
    };
    // What cannot be written counts as too large to keep.
    written.unwrap_or_default()
}

/// A kept response; `None` where it was too large to keep, and where only another release can read it.
pub(crate) fn read(stored: &StoredReply) -> Option<Response> {
    match (&stored.response, &stored.reply) {
        (Value::Null, Value::Null) => None,
        (Value::Null, json) => Some(of_release_0_1(json)),
        (response, _) => serde_json::from_value(response.clone()).ok(),
    }
}

/// Release 0.1 kept the JSON of `POST /core`: it is sent again as it is, and read for everybody else like another bot's answer.
fn of_release_0_1(json: &Value) -> Response {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let relayed = Relayed::from(json.as_object().cloned().unwrap_or_default());
    let said = json["said"].as_array().into_iter().flatten();
    let reply = Reply {
        understood: understood(&json["desiredMatch"]),
        said: said.filter_map(|sentence| serde_json::from_value(sentence.clone()).ok()).collect(),
        voice: text("voice"),
        lexicon: text("customPronunciation"),
        main: main(relayed, json["nif"] == true),
        entities: Vec::new(),
        tags: Vec::new(),
    };
    Response {
        reply,
        utterance: text("rawIntent").unwrap_or_default(),
        user: User::default(),
        session_id: text("sessionID").unwrap_or_default(),
        turn_id: text("turnID"),
        began: 0,
        session_expired: json["sessionExpired"] == true,
        lang: text("lang"),
        environment: None,
        expected: None,
        sound: None,
        kept_json: Some(json.clone()),
    }
}

fn main(relayed: Relayed, missed: bool) -> Main {
    match missed {
        true => Main::Misses(relayed.sentence.unwrap_or_default()),
        false => Main::Relays(Box::new(relayed)),
    }
}

fn understood(matched: &Value) -> Option<Understood> {
    let share = |name: &str| serde_json::from_value(matched[name].clone()).unwrap_or_default();
    let intent = matched["bestMatchID"].as_str().map(str::to_owned);
    matched.is_object().then(|| Understood { intent, confidence: share("amd"), probability: share("probability") })
}

//! Random conversations: whatever is said, the machine keeps its promises.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sbf_dialog::{
    Call,
    ports::BackendAnswer,
    session::{Asking, DialogState},
};
use serde_json::{Value, json};

use crate::support::{TestBot, desk, line, step};

/// What a client does.
#[derive(Debug, Clone)]
enum Act {
    Say(String),
    Echo(String, BTreeMap<String, String>),
    Start,
}

fn act() -> impl Strategy<Value = Act> {
    let known = proptest::sample::select(
        &[
            "who are you",
            "tell me a joke please",
            "weather forecast",
            "weather forecast in Oslo",
            "book a flight from lima to oslo",
            "book a flight",
            "paint my wall",
            "paint my wall light blue",
            "leave feedback",
            "economy",
            "first",
            "skip",
            "whatever",
            "cancel",
            "from Lima to Rome",
            "Oslo",
            "red",
            "no",
            "mitochondria produce energy",
            "$1 {\"x\": 1}",
        ][..],
    )
    .prop_map(str::to_owned);
    let text = prop_oneof![6 => known, 1 => "[ -~]{1,40}", 1 => "\\PC{1,20}"]
        .prop_filter("blank", |text| !text.trim().is_empty());
    let others = proptest::sample::select(&["name", "joke", "weather", "paint", "feedback"][..]);
    let intent = prop_oneof![2 => Just("travel"), 1 => others].prop_map(str::to_owned);
    let name = proptest::sample::select(&["0", "1", "2", "from", "class", "city", "colour", "name", "step"][..])
        .prop_map(str::to_owned);
    let payload = proptest::collection::btree_map(name, text.clone(), 0..6);
    prop_oneof![6 => text.prop_map(Act::Say), 5 => (intent, payload).prop_map(|(id, p)| Act::Echo(id, p)), 1 => Just(Act::Start)]
}

fn backend_answer() -> impl Strategy<Value = BackendAnswer> {
    prop_oneof![
        3 => Just(BackendAnswer::Answered(json!("done"))),
        1 => Just(BackendAnswer::Answered(json!({ "text": "done", "sessionID": "eve" }))),
        3 => (2..5_u32).prop_map(|number| BackendAnswer::Answered(step("name", "Your name?", number))),
        1 => Just(BackendAnswer::Answered(json!({ "asyncConversation": { "id": "x", "ask": { "text": "Bye" }, "endConversation": true } }))),
        1 => Just(BackendAnswer::Answered(Value::Null)),
        1 => Just(BackendAnswer::Failed("boom".to_owned())),
        1 => Just(BackendAnswer::Answered(json!({ "asyncConversation": {
            "id": "big", "ask": { "text": "More?" }, "payload": { "large": "x".repeat(60_000) },
        } }))),
    ]
}

fn call(act: &Act) -> Call {
    let body = match act {
        Act::Say(text) => json!({ "text": text, "sessionID": "s1" }),
        Act::Echo(intent, answers) => {
            let payload: serde_json::Map<_, _> =
                answers.iter().map(|(name, text)| (name.clone(), json!({ "response": text }))).collect();
            json!({ "_id": intent, "payload": payload, "sessionID": "s1" })
        }
        Act::Start => json!({ "event": "start", "sessionID": "s1" }),
    };
    Call::parse(body.to_string().as_bytes()).unwrap()
}

/// Parameters that take any text: intent, name and payload position.
const FREE: [(&str, &str, &str); 5] = [
    ("travel", "from", "0"),
    ("travel", "to", "1"),
    ("travel", "note", "4"),
    ("weather", "city", "0"),
    ("paint", "colour", "0"),
];

/// The free parameters of the open dialog for which the client sends an answer.
fn sent(then: &Asking, act: &Act) -> Vec<&'static str> {
    let missing = |name: &str| !then.filled.contains_key(name) && !then.left_out.iter().any(|left| left == name);
    let free = FREE.into_iter().filter(|(intent, name, _)| *intent == then.intent && missing(name));
    let answered = |name: &str, position: &str| match act {
        Act::Say(_) => name == then.parameter,
        Act::Echo(intent, answers) => {
            *intent == then.intent && (answers.contains_key(name) || answers.contains_key(position))
        }
        Act::Start => false,
    };
    free.filter(|(_, name, position)| answered(name, position)).map(|(_, name, _)| name).collect()
}

/// A value that is sent is known from then on, one that is known stays known and is not asked for, as long as the same dialog goes on.
fn check(before: &DialogState, after: &DialogState, act: &Act, response: &Value) {
    assert!(!line(response).trim().is_empty(), "{act:?} is answered by silence: {response}");
    let DialogState::Asking(now) = after else { return };
    let asked: Vec<_> = response["conversation"]["sync"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(asked[0], now.parameter);
    assert!(asked.iter().all(|name| !now.filled.contains_key(name) && !now.left_out.contains(name)), "{response}");
    let DialogState::Asking(then) = before else { return };
    if then.intent == now.intent {
        let known = |name: &&str| now.filled.contains_key(*name) || now.left_out.iter().any(|left| left == *name);
        let lost: Vec<_> = sent(then, act).into_iter().filter(|name| !known(name)).collect();
        assert!(lost.is_empty(), "{lost:?} of {act:?} are lost: {then:?} became {now:?}");
    }
    let same = match act {
        Act::Echo(intent, _) => *intent == then.intent,
        Act::Say(_) | Act::Start => true,
    };
    if same && then.intent == now.intent {
        assert!(then.filled.iter().all(|(name, value)| now.filled.get(name) == Some(value)), "{then:?} became {now:?}");
        assert!(then.left_out.iter().all(|name| now.left_out.contains(name)));
    }
}

async fn converse(acts: &[Act], answers: &[BackendAnswer]) -> Vec<Value> {
    let desk = TestBot::of(desk());
    for function in ["weather", "flights", "painter", "feedback"] {
        for answer in answers {
            desk.backends.answer(function, answer.clone());
        }
    }
    let mut responses = Vec::new();
    for act in acts {
        let before = desk.state();
        let response = desk.call(call(act)).await;
        check(&before, &desk.state(), act, &response);
        if let Some(stored) = desk.sessions.peek(&crate::support::key("s1")) {
            assert!(serde_json::to_vec(&stored.session).unwrap().len() < 64 * 1024);
            assert_eq!(stored.session.claim, None);
        }
        responses.push(response);
    }
    responses
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_conversation_keeps_what_it_knows_says_something_and_can_be_replayed(
        acts in proptest::collection::vec(act(), 1..12),
        answers in proptest::collection::vec(backend_answer(), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let first = runtime.block_on(converse(&acts, &answers));
        let again = runtime.block_on(converse(&acts, &answers));
        prop_assert_eq!(first, again);
    }
}

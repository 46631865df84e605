//! What one bot does not understand is asked of another.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_trait::async_trait;
use proptest::prelude::*;
use sbf_dialog::{
    BotError, Call, Moment,
    memory::FixedBrain,
    ports::{BackendAnswer, BackendCall, Caller, Fulfilment, Target},
    session::DialogState,
};
use serde_json::{Value, json};

use crate::support::{NOW, TestBot, caller, desk, line, trained};

const URL: &str = "https://office.example.org/core";

/// The Portuguese bot of telephone numbers, which asks the office what it does not understand.
static PHONE: LazyLock<FixedBrain> = LazyLock::new(|| {
    let mut knowledge: Value = serde_json::from_str(include_str!("support/phone.json")).unwrap();
    knowledge["federation"] = json!({ "office": { "URL": URL } });
    FixedBrain::new(trained(&knowledge.to_string()))
});

pub(crate) fn phone() -> FixedBrain {
    PHONE.clone()
}

/// Another bot, asked as over the network: an old one forgets everything between two requests.
struct Office {
    bot: TestBot,
    forgets: bool,
}

#[async_trait]
impl Fulfilment for Office {
    async fn call(&self, call: &BackendCall, _: Duration) -> BackendAnswer {
        assert_eq!(call.target, Target::Bot { url: URL.to_owned() });
        let mut request = call.event.clone();
        for remembered in ["sessionID", "turnID"].iter().filter(|_| self.forgets) {
            request.as_object_mut().unwrap().remove(*remembered);
        }
        let asked = Call::parse(request.to_string().as_bytes()).unwrap();
        let machine = Caller { subject: "key".to_owned(), email: None, name: None, ..caller() };
        let moment = Moment { now: NOW, dice: 7 };
        BackendAnswer::Answered(self.bot.call_at(moment, asked, &machine).await)
    }
}

fn federated(forgets: bool) -> (TestBot, TestBot) {
    let office = TestBot::of(desk());
    (TestBot::with(phone(), Some(Arc::new(Office { bot: office.clone(), forgets }))), office)
}

#[tokio::test]
async fn the_other_bot_is_told_what_was_said_and_not_who_said_it() {
    let phone = TestBot::of(phone());
    phone.script("office", json!({ "text": "At nine.", "said": [{ "text": "Well," }], "nif": false, "lang": "xx" }));
    let body = json!({ "text": "when do you open", "sessionID": "s1", "turnID": "t1", "environmentVars": { "a": 1 } });
    let response = phone.post(body).await;
    assert_eq!(line(&response), "Well, / At nine.");
    assert_eq!((&response["desiredMatch"]["result"], &response["lang"]), (&json!("NIF"), &json!("pt")));
    assert_eq!((response.get("nif"), response.get("endConversation")), (None, None));
    assert_eq!((phone.stored().session.misses, phone.state()), (0, DialogState::Idle));
    let calls = phone.backends.calls();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    let session = call.event["sessionID"].as_str().unwrap();
    let expected = json!({
        "text": "when do you open", "sessionID": session, "turnID": "t1", "lang": "pt", "origin": "telefones", "passedOn": true,
    });
    assert_eq!(call.event, expected);
    assert!(session.len() == 32 && !session.contains("s1"), "{session}");
}

#[tokio::test]
async fn what_is_understood_here_is_asked_nowhere() {
    let phone = TestBot::of(phone());
    assert_eq!(line(&phone.say("me ajude").await), "Sei números.<br/>E só.");
    assert_eq!(phone.backends.calls(), []);
}

#[tokio::test]
async fn what_neither_understands_or_nobody_answers_is_a_miss() {
    let answers = [
        BackendAnswer::Answered(json!({ "nif": true, "text": "Not with me." })),
        BackendAnswer::Answered(json!("Not a response")),
        BackendAnswer::Answered(json!({ "message": "Forbidden" })),
        BackendAnswer::Failed("no answer".to_owned()),
    ];
    let alone = TestBot::of(crate::support::phone()).say("when do you open").await;
    for (answer, misses) in answers.into_iter().zip(1..) {
        let phone = TestBot::of(phone());
        for _ in 0..misses {
            phone.backends.answer("office", answer.clone());
            let response = phone.say("when do you open").await;
            assert_eq!((&response["nif"], &response["text"]), (&json!(true), &alone["text"]), "{answer:?}");
        }
        assert_eq!(phone.stored().session.misses, misses);
    }
}

/// Each turn of a client has an id of its own.
async fn say(bot: &TestBot, text: &str) -> Value {
    bot.call(Call::text(text).in_session("s1").as_turn(&text.replace(' ', "-"))).await
}

#[tokio::test]
async fn the_other_bot_leads_its_dialog_to_the_end_whether_it_remembers_or_not() {
    for forgets in [false, true] {
        let (phone, office) = federated(forgets);
        office.script("flights", json!("Booked."));
        let asked = say(&phone, "book a flight from paris").await;
        assert_eq!(asked["conversation"]["_id"], "office:travel", "{asked:#}");
        assert_eq!(line(&asked), "Where to?");
        assert!(matches!(phone.state(), DialogState::Federated(_)));
        assert!(line(&say(&phone, "rome").await).ends_with("Economy or business?"));
        // The office judges its answers itself.
        let refused = line(&say(&phone, "first").await);
        assert!(refused.ends_with("Economy or business?"), "{refused}");
        assert!(line(&say(&phone, "economy").await).ends_with("Anything else?"));
        let done = say(&phone, "a window").await;
        assert!(line(&done).ends_with("Booked."), "{done:#}");
        let event = office.backends.events("flights").pop().unwrap();
        let part = |name: &str| event[name].as_str().unwrap().to_owned();
        let booked = ["from", "to", "class", "note"].map(part);
        assert_eq!(booked, ["paris", "rome", "economy", "a window"], "forgets: {forgets}");
        assert_eq!(phone.state(), DialogState::Idle);
        assert_eq!(done["desiredMatch"]["bestMatchID"], "office");
    }
}

#[tokio::test]
async fn a_client_that_keeps_the_dialog_itself_talks_to_the_other_bot_too() {
    let (phone, office) = federated(true);
    office.script("weather", json!("Rain."));
    let asked = phone.post(json!({ "text": "weather forecast" })).await;
    assert_eq!(line(&asked), "Which city?");
    let answer = json!({ "city": { "response": "Lima" }, "lang": { "response": "pt" }, "userInfo": { "sub": "eve" } });
    let request = json!({ "_id": asked["conversation"]["_id"], "payload": answer, "rawIntent": asked["rawIntent"] });
    assert!(line(&phone.post(request).await).ends_with("Rain."));
    assert_eq!(office.last_event("weather"), json!({ "city": "Lima" }));
    let sent = phone.backends.calls().pop().unwrap().event;
    assert_eq!(sent["payload"], json!({ "city": { "response": "Lima" }, "lang": { "response": "pt" } }));
    let cancels = json!({ "_id": "office:weather", "payload": { "city": { "response": "cancelar" } } });
    assert_eq!(phone.post(cancels).await["endConversation"], true);
    assert_eq!(office.backends.calls().len(), 1);
}

#[tokio::test]
async fn a_client_that_asks_for_everything_itself_sends_all_answers_at_once() {
    let (phone, office) = federated(true);
    office.script("flights", json!("Booked."));
    say(&phone, "book a flight from paris").await;
    let answers = [("to", "rome"), ("class", "business"), ("note", "a window")];
    let payload: Value =
        answers.iter().map(|(name, said)| (*name, json!({ "response": said, "admin": true }))).collect();
    let response = phone.post(json!({ "_id": "office:travel", "payload": payload, "sessionID": "s1" })).await;
    assert!(line(&response).ends_with("Booked."), "{response:#}");
    let event = office.backends.events("flights").pop().unwrap();
    assert_eq!((&event["from"], &event["to"], &event["class"]), (&json!("paris"), &json!("rome"), &json!("business")));
    assert!(!phone.backends.calls().last().unwrap().event.to_string().contains("admin"));
}

/// Both bots may have an intent of the same id; and nobody but a bot of its name has one that begins with it.
#[tokio::test]
async fn the_other_bots_intents_are_not_taken_for_ones_own() {
    let phone = TestBot::of(phone());
    let question = json!({ "city": { "ask": { "text": "Which city?" } } });
    phone.script("office", json!({ "conversation": { "_id": "100", "sync": question } }));
    phone.script("agenda", json!("555"));
    let asked = phone.post(json!({ "text": "when do you open" })).await;
    assert_eq!(asked["conversation"]["_id"], "office:100");
    let payload = json!({ "city": { "response": "Lima" } });
    phone.post(json!({ "_id": "office:100", "payload": payload })).await;
    let event = phone.backends.events("office").pop().unwrap();
    assert_eq!((&event["_id"], &event["payload"]), (&json!("100"), &payload));
    assert_eq!(phone.backends.events("agenda"), Vec::<Value>::new());
    // Nor are answers to one's own intents given to it, while it waits for one.
    say(&phone, "when do you open").await;
    let own = json!({ "_id": "100", "payload": { "departamento": { "response": "Vendas" } }, "sessionID": "s1" });
    assert!(line(&phone.post(own).await).ends_with("555"));
    assert_eq!(phone.backends.events("agenda")[0]["departamento"], "Vendas");
    for unknown in ["101", "desk:100", "office"] {
        let call = Call::parse(json!({ "_id": unknown, "payload": payload }).to_string().as_bytes()).unwrap();
        assert!(matches!(phone.try_call(call).await, Err(BotError::Invalid(_))), "{unknown}");
    }
}

#[tokio::test]
async fn a_word_ends_the_other_bots_dialog_and_the_opening_repeats_its_question() {
    let (phone, office) = federated(false);
    say(&phone, "weather forecast").await;
    let opened = phone.call(Call::start().in_session("s1")).await;
    assert!(line(&opened).ends_with("Which city?"), "{opened:#}");
    let cancelled = say(&phone, "cancelar").await;
    assert_eq!((&cancelled["endConversation"], phone.state()), (&json!(true), DialogState::Idle));
    assert_eq!(office.backends.calls(), []);
    // The office was not told, and is asked something new all the same.
    assert_eq!(line(&say(&phone, "book a flight").await), "From where?");
}

/// Two bots that do not understand would ask each other for ever.
#[tokio::test]
async fn what_another_bot_asks_is_passed_on_to_nobody() {
    let phone = TestBot::of(phone());
    let response = phone.post(json!({ "text": "when do you open", "passedOn": true })).await;
    assert_eq!((&response["nif"], phone.backends.calls().len()), (&json!(true), 0));
}

#[tokio::test]
async fn a_dialog_that_breaks_off_is_told_and_over() {
    let phone = TestBot::of(phone());
    let asks = json!({ "conversation": { "_id": "7", "sync": { "city": { "ask": { "text": "Which?" } } } } });
    phone.script("office", asks);
    assert_eq!(line(&phone.say("when do you open").await), "Which?");
    phone.backends.forget("office");
    phone.backends.answer("office", BackendAnswer::Failed("secret".to_owned()));
    let response = phone.say("Lima").await;
    assert_eq!((line(&response).as_str(), phone.state()), ("Algo deu errado por aqui.", DialogState::Idle));
    assert!(!response.to_string().contains("secret"));
}

/// The bot may be trained anew at any time.
#[tokio::test]
async fn without_the_other_bot_its_dialog_is_forgotten() {
    let (phone, _) = federated(false);
    say(&phone, "weather forecast").await;
    let state = phone.state();
    let alone = TestBot::of(crate::support::phone());
    alone.put(state).await;
    assert_eq!(line(&alone.say("me ajude").await), "Sei números.<br/>E só.");
    assert_eq!(alone.state(), DialogState::Idle);
}

const NAMES: [&str; 19] = [
    "text",
    "speech",
    "nif",
    "said",
    "conversation",
    "_id",
    "sync",
    "async",
    "id",
    "ask",
    "payload",
    "payloadPosition",
    "endConversation",
    "richResponseObject",
    "city",
    "router",
    "command",
    "goToNode",
    "history",
];

/// JSON that may look like a response.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        "[a-z ]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let name = proptest::sample::select(&NAMES[..]).prop_map(str::to_owned);
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            4 => proptest::collection::vec((name, inner), 1..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// It has words or pictures, all of its names are this bot's, and it tells clients to do nothing.
fn is_a_reply(response: &Value) -> Result<(), TestCaseError> {
    let conversation = &response["conversation"];
    let question = conversation["sync"].as_object().and_then(|sync| sync.values().next());
    let led = [Some(response), conversation.get("async"), question];
    let pictures =
        led.iter().flatten().any(|shown| shown["richResponseObject"].as_object().is_some_and(|o| !o.is_empty()));
    prop_assert!(!line(response).trim().is_empty() || pictures, "{response}");
    let id = conversation["_id"].as_str();
    prop_assert!(conversation.is_null() || id.is_some_and(|id| id.starts_with("office:")), "{response}");
    let questions = conversation["sync"].as_object().into_iter().flat_map(|sync| sync.values());
    for told in [response, conversation, &conversation["async"]].into_iter().chain(questions) {
        let instructed = ["router", "command", "goToNode", "history"].iter().find(|name| told.get(**name).is_some());
        prop_assert!(instructed.is_none(), "{response}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn whatever_the_other_bot_answers_the_user_gets_a_reply(first in anything(), second in anything()) {
        let phone = TestBot::of(phone());
        phone.script("office", first);
        phone.script("office", second);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let asked = runtime.block_on(say(&phone, "when do you open"));
        is_a_reply(&asked)?;
        let answer = json!({ "city": { "response": "Lima" } });
        let id = asked["conversation"]["_id"].as_str().unwrap_or("office:7");
        for session in [Some("s1"), None] {
            is_a_reply(&runtime.block_on(phone.post(json!({ "_id": id, "payload": answer, "sessionID": session }))))?;
        }
        is_a_reply(&runtime.block_on(say(&phone, "Lima")))?;
    }
}

//! Dialogs that a backend leads, and backends that fail.

use sbf_dialog::{
    Call,
    memory::SaveFault,
    ports::BackendAnswer,
    session::{DialogState, Session},
};
use serde_json::{Value, json};

use crate::support::{TestBot, desk, line, step};

#[tokio::test]
async fn a_backend_s_dialog_goes_on_without_the_client_s_payload() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    desk.script("feedback", step("words", "Your words?", 3));
    desk.say("leave feedback").await;
    assert_eq!(line(&desk.say("Bo").await), "Your words?");
    assert_eq!(desk.last_event("feedback"), json!({ "step": 2, "name": { "response": "Bo" } }));
}

#[tokio::test]
async fn an_echo_only_brings_the_answer_where_a_backend_leads() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    desk.script("feedback", json!("done"));
    desk.say("leave feedback").await;
    let payload = json!({ "step": 99, "admin": true, "name": { "response": "Bo", "role": "admin" } });
    let response = desk.post(json!({ "_id": "feedback", "payload": payload, "sessionID": "s1" })).await;
    assert_eq!(line(&response), "done");
    assert_eq!(desk.last_event("feedback"), json!({ "step": 2, "name": { "response": "Bo" } }));
    assert_eq!(desk.state(), DialogState::Idle);
}

#[tokio::test]
async fn the_old_client_s_echo_carries_a_backend_s_dialog_without_a_session() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    desk.script("feedback", json!("done"));
    let asked = desk.post(json!({ "text": "leave feedback" })).await;
    let mut payload = asked["conversation"]["async"]["payload"].clone();
    payload["name"] = json!({ "response": "Bo" });
    let response = desk.post(json!({ "_id": "feedback", "payload": payload, "rawIntent": asked["rawIntent"] })).await;
    assert_eq!(line(&response), "done");
    assert_eq!(desk.last_event("feedback"), json!({ "step": 2, "name": { "response": "Bo" } }));
    assert_eq!(response.get("sessionExpired"), None);
}

#[tokio::test]
async fn an_expired_dialog_goes_on_by_its_echo_and_says_so() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    desk.script("feedback", json!("done"));
    desk.say("leave feedback").await;
    desk.sessions.set_clock(desk.stored().session.expires_at);
    let payload = json!({ "step": 2, "name": { "response": "Bo" } });
    let response = desk.post(json!({ "_id": "feedback", "payload": payload, "sessionID": "s1" })).await;
    assert_eq!((line(&response).as_str(), &response["sessionExpired"]), ("done", &json!(true)));
    assert_eq!(desk.last_event("feedback"), json!({ "step": 2, "name": { "response": "Bo" } }));
}

#[tokio::test]
async fn failures_are_said_politely_and_tell_nothing() {
    let failures = [
        BackendAnswer::Failed("secret stack trace".to_owned()),
        BackendAnswer::Answered(Value::Null),
        BackendAnswer::Answered(json!(5)),
        BackendAnswer::Answered(json!([{ "text": "secret" }])),
        BackendAnswer::Answered(json!({})),
        BackendAnswer::Answered(json!({ "errorMessage": "secret", "errorType": "Error", "trace": ["secret"] })),
    ];
    for failure in failures {
        let desk = TestBot::of(desk());
        desk.script("feedback", step("name", "Your name?", 2));
        desk.backends.answer("feedback", failure.clone());
        desk.say("leave feedback").await;
        let response = desk.say("Bo").await;
        assert_eq!(
            (&response["text"], &response["endConversation"]),
            (&json!("Our machine has a hiccup."), &json!(true))
        );
        assert!(!response.to_string().contains("secret"), "{failure:?}");
        assert_eq!(desk.state(), DialogState::Idle);
    }
}

/// A backend leads on, and wants a text of so many characters back.
fn leads_with(characters: usize) -> Value {
    let payload = json!({ "large": "x".repeat(characters) });
    json!({ "asyncConversation": { "id": "a", "ask": { "text": "More?" }, "payload": payload } })
}

#[tokio::test]
async fn a_backends_large_payload_comes_back_to_it_whole() {
    let desk = TestBot::of(desk());
    desk.script("feedback", leads_with(3_000_000));
    desk.script("feedback", json!("Thanks"));
    assert_eq!(line(&desk.say("leave feedback").await), "More?");
    assert!(serde_json::to_vec(&desk.stored().session.apart("").0).unwrap().len() < 8000);
    assert_eq!(line(&desk.say("yes").await), "Thanks");
    assert_eq!(desk.last_event("feedback")["large"], "x".repeat(3_000_000));
}

#[tokio::test]
async fn whatever_a_backend_answers_the_session_can_be_read_again() {
    for levels in 60..127 {
        let deep: Value = serde_json::from_str(&format!("{}{}", "[".repeat(levels), "]".repeat(levels))).unwrap();
        let led = json!({ "id": "a", "ask": { "text": "More?" }, "payload": { "deep": deep.clone() } });
        for answer in [json!({ "text": "Look", "deep": deep }), json!({ "asyncConversation": led })] {
            let desk = TestBot::of(desk());
            desk.script("feedback", answer);
            desk.call(Call::text("leave feedback").in_session("s1").as_turn("t1")).await;
            let written = serde_json::to_string(&desk.stored().session).unwrap();
            assert!(serde_json::from_str::<Session>(&written).is_ok(), "{levels}: {written}");
        }
    }
}

#[tokio::test]
async fn a_payload_too_large_to_keep_ends_the_dialog_politely() {
    let desk = TestBot::of(desk());
    desk.script("feedback", leads_with(4_600_000));
    let response = desk.say("leave feedback").await;
    assert_eq!(response["text"], "Our machine has a hiccup.");
    assert_eq!(desk.state(), DialogState::Idle);
    assert!(serde_json::to_vec(&desk.stored().session).unwrap().len() < 1000);
}

#[tokio::test]
async fn a_payload_for_which_the_store_has_no_room_ends_the_dialog_politely() {
    let desk = TestBot::of(desk());
    desk.script("feedback", leads_with(50_000));
    // The first save claims the session.
    desk.sessions.fail_saves([None, Some(SaveFault::NoRoom)]);
    let response = desk.say("leave feedback").await;
    let said = (&response["text"], &response["endConversation"]);
    assert_eq!(said, (&json!("Our machine has a hiccup."), &json!(true)));
    assert_eq!((desk.state(), desk.backends.events("feedback").len()), (DialogState::Idle, 1));
}

/// In a Lambda's answer each of these quotes takes four bytes: the JSON is a text in JSON.
#[tokio::test]
async fn an_answer_that_is_too_large_to_be_sent_is_the_backend_s_failure() {
    for (answer, said) in [
        (json!({ "text": "Here", "picture": "p".repeat(5_900_000) }), "Here"),
        (json!({ "text": "Here", "picture": "p".repeat(6_000_000) }), "Our machine has a hiccup."),
        (json!({ "text": "Here", "picture": "\"".repeat(1_600_000) }), "Our machine has a hiccup."),
        // It is read aloud, too.
        (json!("p".repeat(3_100_000)), "Our machine has a hiccup."),
        (leads_with(4_400_000), "More?"),
    ] {
        let desk = TestBot::of(desk());
        desk.script("feedback", answer);
        let response = desk.say("leave feedback").await;
        assert_eq!(line(&response), said);
        assert!(response.to_string().len() < 6_000_000);
    }
}

#[tokio::test]
async fn naming_an_intent_without_an_answer_to_the_backend_starts_anew() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    desk.say("leave feedback").await;
    desk.post(json!({ "_id": "feedback", "payload": {}, "sessionID": "s1" })).await;
    assert_eq!(desk.last_event("feedback"), json!({}));
}

#[tokio::test]
async fn an_intent_that_is_gone_does_not_hold_the_user() {
    let desk = TestBot::of(desk());
    desk.put(DialogState::Delegated(sbf_dialog::session::Delegated {
        intent: "gone".to_owned(),
        ..Default::default()
    }))
    .await;
    assert_eq!(line(&desk.say("who are you").await), "I am Desk and you are Ana.");
}

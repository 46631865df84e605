//! Each call of a turn fails in turn.

use std::{sync::Arc, time::Duration};

use sbf_brain::artefact::PACKED;
use sbf_tests::{
    backend::HttpBackend,
    process::bootstraps,
    runtime::{
        Fault, Function, TestStack,
        event::{http_answer, turn},
    },
};
use serde_json::{Value, json};

use super::{
    super::{booking, configs},
    assert_calm, at_a_time, spoil,
};

const BOOKED: &str = "Your table is booked.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_of_a_turn_fails_in_turn_and_the_session_is_never_a_mixture() {
    let stack = TestStack::start(bootstraps()).await;
    let backend = HttpBackend::start(|_| json!({"text": BOOKED, "speech": BOOKED})).await;
    stack.cloud.set_local_functions([("book".to_owned(), backend.url.clone())].into());
    stack.teach("brains", &booking(), &configs()).await.unwrap();
    let desk = Arc::new((stack, backend));
    let calm = turn_spoilt(&desk.0, &desk.1, None).await;
    assert_eq!(calm, 4, "the session is read, claimed, the backend called, the session saved");
    let mut cases = Vec::new();
    for call in 1..=calm {
        cases.extend(Fault::ALL.map(|fault| (fault, call, 0)));
        cases.extend([Fault::Refused, Fault::Cut, Fault::Lost].map(|fault| (fault, call, usize::MAX)));
    }
    at_a_time(cases, move |case| {
        let desk = Arc::clone(&desk);
        async move {
            turn_spoilt(&desk.0, &desk.1, Some(case)).await;
        }
    })
    .await;
}

/// A dialog whose last turn, which calls the backend, has one fault, and is then repeated without; gives the number of its calls.
async fn turn_spoilt(stack: &TestStack, backend: &HttpBackend, spoilt: Option<(Fault, usize, usize)>) -> usize {
    let session = spoilt.map_or("calm".into(), |(fault, call, more)| format!("{fault:?}-{call}-{}", more.min(1)));
    let mut settings = stack.core("brains", "book");
    // What a claim outlives.
    settings.environment.push(("BACKEND_DEADLINE_MS".into(), "1500".into()));
    let faults = spoil(&mut settings).await;
    let core = Function::new(settings);
    let say = async |text: &str, turn_id: &str| {
        let id = format!("{session}-{turn_id}");
        let event = turn(&json!({"text": text, "sessionID": session, "turnID": id}));
        http_answer(&core.invoke(&event).await.unwrap_or_else(|failure| panic!("{spoilt:?}: {failure:?}")))
    };
    let (status, asked) = say("book a table", "ask").await;
    assert!(status == 200 && asked["conversation"]["sync"]["name"].is_object(), "{asked}");
    faults.calm();
    if let Some((fault, call, more)) = spoilt {
        faults.spoil(fault, call, more);
    }
    let first = say("Lee", "book").await;
    let calls: Vec<_> = faults.calls().into_iter().filter(|call| !call.contains(PACKED)).collect();
    assert!(first.0 == 200 || first.0 >= 500 && is_our_fault(&first.1), "{spoilt:?}: {first:?}");
    let stored = session_of(stack, &session).await;
    let (asking, replied) = (stored["state"]["at"] == "asking", has_reply(&stored, &format!("{session}-book")));
    assert!(asking != replied, "{spoilt:?}: a mixture: {stored:#}");
    assert!(first.0 == 200 || !replied || is_lost(spoilt), "{spoilt:?}: kept, but not answered");
    faults.calm();

    let mut again = say("Lee", "book").await;
    // Where the first try left its claim behind, the bot says so at once, until the claim has run out.
    while again.0 == 429 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        again = say("Lee", "book").await;
    }
    assert_eq!(again.0, 200, "{spoilt:?}: {}", again.1);
    if first.0 == 200 {
        assert_eq!(first.1, again.1, "{spoilt:?}");
    }
    let stored = session_of(stack, &session).await;
    assert!(stored["claim"].is_null() && has_reply(&stored, &format!("{session}-book")), "{spoilt:?}: {stored:#}");
    let booked = backend.events().iter().filter(|event| event["turnID"] == format!("{session}-book")).count();
    assert!(booked <= 1, "{spoilt:?}: booked {booked} times");
    assert!(again.1["text"] != BOOKED || booked == 1, "{spoilt:?}: {}", again.1);
    let (status, bye) = say("goodbye", "bye").await;
    assert_eq!((status, &bye["text"]), (200, &json!("Bye!")), "{spoilt:?}: {bye}");
    assert_calm(&core, &format!("{spoilt:?}")).await;
    calls.len()
}

/// `{"message", "requestID"}` and nothing else, or that one sentence of a bot that has no brain.
fn is_our_fault(body: &Value) -> bool {
    let keys: Vec<&str> = body.as_object().map(|body| body.keys().map(String::as_str).collect()).unwrap_or_default();
    keys == ["message", "requestID"] || keys == ["message"]
}

fn is_lost(spoilt: Option<(Fault, usize, usize)>) -> bool {
    spoilt.is_some_and(|(fault, ..)| fault == Fault::Lost)
}

fn has_reply(session: &Value, turn_id: &str) -> bool {
    session["recent"].as_array().unwrap().iter().any(|stored| stored["turn_id"] == turn_id)
}

/// A session as it lies in the table.
async fn session_of(stack: &TestStack, session: &str) -> Value {
    let body = stack.session("ana", session).await.unwrap();
    serde_json::from_str(&body).unwrap()
}

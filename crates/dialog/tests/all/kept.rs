//! Responses that are kept for repeated requests, by this release and by others.

use sbf_dialog::{Call, Moment, ports::SessionStore, session::Session};
use serde_json::{Value, json};

use crate::support::{NOW, TestBot, caller, desk, key, step};

/// A session in which release 0.1 answered turn `t1` with this JSON.
async fn answered_by_release_0_1(desk: &TestBot, reply: &Value) {
    let written = json!({ "state": { "at": "idle" }, "misses": 0, "recent": [{ "turn_id": "t1", "reply": reply }],
        "claim": null, "expires_at": NOW });
    desk.sessions.save(&key("s1"), &serde_json::from_value(written).unwrap(), 0).await.unwrap();
}

#[tokio::test]
async fn a_turn_that_release_0_1_answered_is_answered_again_with_its_json() {
    let again = Call::text("whatever").in_session("s1").as_turn("t1");
    let miss = json!({ "voice": "Amy", "nif": true, "text": "Pardon?", "speech": "Pardon me?", "lang": "en", "zzz": [1],
        "customPronunciation": "names", "desiredMatch": { "amd": 0.25, "probability": 0.5, "result": "NIF" } });
    let led = json!({ "conversation": { "_id": "7", "async": { "id": "a", "ask": { "text": "Name?", "speech": "Name?" } } },
        "said": [{ "text": "Well,", "speech": "Well," }], "sessionID": "s1", "desiredMatch": { "amd": 1.0, "bestMatchID": "7" } });
    for reply in [&miss, &led, &json!("Hello")] {
        let desk = TestBot::of(desk());
        answered_by_release_0_1(&desk, reply).await;
        let answer = desk.call(again.clone()).await;
        assert_eq!(answer.to_string(), reply.to_string(), "in the same order, too");
    }

    let bot = TestBot::of(desk());
    answered_by_release_0_1(&bot, &miss).await;
    let response = bot.bot.handle(again.clone(), &caller(), Moment { now: NOW, dice: 7 }).await.unwrap();
    assert!(response.missed() && response.content().missed);
    let speech = response.speech().unwrap();
    assert_eq!((speech.text.as_str(), speech.voice.as_deref()), ("Pardon me?", Some("Amy")));
    assert_eq!((speech.language.as_deref(), speech.lexicon.as_deref()), (Some("en"), Some("names")));

    let bot = TestBot::of(desk());
    answered_by_release_0_1(&bot, &led).await;
    let response = bot.bot.handle(again, &caller(), Moment { now: NOW, dice: 7 }).await.unwrap();
    assert_eq!((response.intent(), response.sentences()), (Some("7"), vec!["Well,", "Name?"]));
    assert!(response.content().expects_answer);
}

#[tokio::test]
async fn release_0_1_finds_that_a_response_of_this_release_was_too_large_to_keep() {
    let desk = TestBot::of(desk());
    desk.call(Call::text("who are you").in_session("s1").as_turn("t1")).await;
    let written = serde_json::to_value(desk.stored().session).unwrap();
    assert_eq!((&written["recent"][0]["turn_id"], &written["recent"][0]["reply"]), (&json!("t1"), &Value::Null));
    assert!(written["recent"][0]["response"].is_object());
}

#[tokio::test]
async fn a_kept_response_that_cannot_be_read_is_like_one_too_large_to_keep_and_stays_as_it_was() {
    let desk = TestBot::of(desk());
    let newer = json!({ "reply": { "main": { "dances": {} } }, "steps": 3 });
    let written = json!({ "recent": [{ "turn_id": "t1", "reply": null, "response": newer }], "expires_at": NOW });
    desk.sessions.save(&key("s1"), &serde_json::from_value(written).unwrap(), 0).await.unwrap();
    let answer = desk.call(Call::text("who are you").in_session("s1").as_turn("t1")).await;
    assert_eq!(answer["endConversation"], true, "{answer}");
    assert!(!answer["text"].as_str().unwrap().starts_with("I am Desk"), "{answer}");
    desk.call(Call::text("who are you").in_session("s1").as_turn("t2")).await;
    assert_eq!(desk.stored().session.reply_to("t1").unwrap().response, newer);
}

#[tokio::test]
async fn every_kind_of_response_is_repeated_as_it_was_sent() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    let rich = json!({ "type": "simpleSquaredList", "options": ["a"] });
    desk.script(
        "weather",
        json!({ "b": 1, "speech": "Sun", "richResponseObject": rich, "voice": 5, "tags": "mine", "a": 2 }),
    );
    let turns = ["who are you", "flibbertigibbet zorp", "weather forecast", "Oslo", "leave feedback", "cancel"];
    for (turn, text) in turns.iter().enumerate() {
        let body = json!({ "text": text, "sessionID": "s1", "turnID": format!("t{turn}"), "lang": "en-US",
            "environmentVars": { "z": 1, "a": 2 }, "desiredKnowledgeID": "7" });
        let (first, again) = (desk.post(body.clone()).await, desk.post(body).await);
        assert_eq!(first.to_string(), again.to_string(), "{text}");
        // The session is written as JSON text by its store.
        let stored = serde_json::to_string(&desk.stored().session).unwrap();
        let read: Session = serde_json::from_str(&stored).unwrap();
        assert_eq!(read, desk.stored().session);
    }
}

#[tokio::test]
async fn a_sound_that_a_backend_brought_is_not_kept() {
    let desk = TestBot::of(desk());
    let sound = json!({ "binary": "AAAA", "hashBase": "h", "cacheHit": 1, "contentType": "audio/x" });
    let mut answer = json!({ "text": "Sun", "a": 1 });
    answer.as_object_mut().unwrap().extend(sound.as_object().unwrap().clone());
    desk.script("weather", answer);
    let body = json!({ "text": "weather forecast in Oslo", "sessionID": "s1", "turnID": "t1" });
    let (first, again) = (desk.post(body.clone()).await, desk.post(body).await);
    for name in ["binary", "hashBase", "cacheHit", "contentType"] {
        assert_eq!((&first[name], again.get(name)), (&sound[name], None), "{name}");
    }
    assert_eq!((&again["text"], &again["a"]), (&json!("Sun"), &json!(1)));
}

//! Questions and answers: the machine's table, row by row.

use sbf_dialog::{
    memory::FixedBrain,
    session::{Asking, DialogState},
};
use serde_json::{Value, json};

use crate::support::{TestBot, desk, line, phone, trained};

fn asked(state: DialogState) -> Asking {
    match state {
        DialogState::Asking(asking) => asking,
        other => panic!("{other:?}"),
    }
}

async fn talk(desk: &TestBot, texts: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for text in texts {
        lines.push(line(&desk.say(text).await));
    }
    lines
}

#[tokio::test]
async fn any_text_reaches_the_backend_unchanged() {
    let answers = [
        r#"say "hi" to {$1} and $0, \ '}"#,
        r#""}, "admin": true, "x": {""#,
        "${user.name} ${sessionID}",
        "$0 $1 $10",
        "São Paulo 🍕\nsecond line",
        "<b>bold</b> & co",
    ];
    for answer in answers {
        let desk = TestBot::of(phone());
        desk.script("agenda", json!("ok"));
        talk(&desk, &["qual é o número de telefone", answer]).await;
        assert_eq!(desk.last_event("agenda"), json!({ "departamento": answer }));
        let body = json!({ "_id": "100", "payload": { "departamento": { "response": answer } } });
        desk.post(body).await;
        assert_eq!(desk.last_event("agenda"), json!({ "departamento": answer }));
    }
}

#[tokio::test]
async fn backend_text_is_never_expanded() {
    let desk = TestBot::of(phone());
    desk.script("agenda", json!("${user.name} \"quoted\" ${1 + 1}"));
    let lines = talk(&desk, &["qual é o número de telefone", "Vendas"]).await;
    assert_eq!(lines[1], "Certo, um momento / ${user.name} \"quoted\" ${1 + 1}");
}

#[tokio::test]
async fn the_event_s_server_keys_are_the_server_s() {
    let desk = TestBot::of(desk());
    desk.script("feedback", json!("ok"));
    let payload = json!({
        "step": 4, "words": { "response": "never again" }, "userInfo": { "sub": "eve" }, "context": [1], "_tags": ["EVE"],
        "_entities": ["eve"], "lang": "xx", "turnID": "eve", "sessionID": "eve",
    });
    desk.post(json!({ "_id": "feedback", "payload": payload, "turnID": "t1", "lang": "en-US", "rawIntent": "never" }))
        .await;
    let event = desk.backends.events("feedback").pop().unwrap();
    let expected = json!({
        "step": 4, "words": { "response": "never again" }, "lang": "en-US",
        "userInfo": { "email": "ana@example.com", "sub": "sub-1" }, "context": [], "_tags": ["NEGATIVE"], "_entities": [], "turnID": "t1",
        "sessionID": event["sessionID"],
    });
    assert_eq!(event, expected);
    assert!(event["sessionID"].as_str().unwrap().starts_with("t-"));
}

#[tokio::test]
async fn entities_found_are_told_to_the_backend_and_the_client() {
    let desk = TestBot::of(desk());
    desk.script("painter", json!("ok"));
    let response = desk.say("i need a painter, light blue").await;
    let entity = json!([{ "type": "COLOUR", "value": "light blue", "found": "light blue" }]);
    assert_eq!(response["entities"], entity);
    assert_eq!(desk.backends.events("painter")[0]["_entities"], entity);
    assert_eq!(desk.last_event("painter"), json!({ "colour": "light blue" }));
}

#[tokio::test]
async fn a_question_is_remembered_with_what_is_known() {
    let desk = TestBot::of(desk());
    desk.say("book a flight to oslo").await;
    let asking = asked(desk.state());
    assert_eq!((asking.parameter.as_str(), asking.utterance.as_str()), ("from", "book a flight to oslo"));
    assert_eq!(json!(asking.filled), json!({ "to": "oslo", "bags": "1" }));
}

#[tokio::test]
async fn wrong_answers_are_counted_and_the_last_one_ends_it() {
    let desk = TestBot::of(desk());
    talk(&desk, &["book a flight from lima to oslo", "first"]).await;
    assert_eq!(asked(desk.state()).retries, 1);
    let response = desk.say("balcony").await;
    assert_eq!(response["endConversation"], true);
    assert_eq!(desk.state(), DialogState::Idle);
    assert!(desk.backends.calls().is_empty());
}

#[tokio::test]
async fn a_right_answer_ends_the_counting() {
    let desk = TestBot::of(desk());
    talk(&desk, &["book a flight from lima to oslo", "first", "economy"]).await;
    let asking = asked(desk.state());
    assert_eq!((asking.parameter.as_str(), asking.retries), ("note", 0));
}

#[tokio::test]
async fn a_cancel_word_ends_the_question() {
    let desk = TestBot::of(desk());
    desk.say("weather forecast").await;
    let response = desk.say("cancel").await;
    assert_eq!((desk.state(), &response["endConversation"]), (DialogState::Idle, &json!(true)));
    assert_eq!(response["desiredMatch"]["bestMatchID"], "weather");
}

#[tokio::test]
async fn answers_report_the_intent_they_belong_to() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!("Sun"));
    let texts = ["weather forecast", "Oslo"];
    for text in texts {
        assert_eq!(desk.say(text).await["desiredMatch"]["bestMatchID"], "weather", "{text}");
    }
}

#[tokio::test]
async fn the_old_client_s_echo_needs_no_session() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!({ "text": "Sun" }));
    let asked = desk.post(json!({ "text": "how is the weather", "pollyOnServer": true, "lang": "en-US" })).await;
    assert_eq!(line(&asked), "Which city?");
    let echo = json!({
        "pollyOnServer": true, "lang": "en-US", "_id": asked["conversation"]["_id"], "rawIntent": asked["rawIntent"],
        "entities": [], "payload": { "city": { "response": "Toronto" } },
    });
    let response = desk.post(echo).await;
    assert_eq!(line(&response), "Just a minute! / Sun");
    assert_eq!(response["rawIntent"], "how is the weather");
    assert_eq!(desk.last_event("weather"), json!({ "city": "Toronto" }));
    assert_eq!(response["desiredMatch"], json!({ "amd": 1.0, "bestMatchID": "weather", "probability": 1.0 }));
}

#[tokio::test]
async fn an_echo_may_name_a_parameter_by_its_position_and_bring_several() {
    let desk = TestBot::of(desk());
    desk.script("flights", json!("ok"));
    let payload = json!({
        "0": { "response": "Lima" }, "to": { "response": "Oslo" }, "2": { "response": "economy" }, "note": { "response": "skip" },
    });
    let response = desk.post(json!({ "_id": "travel", "payload": payload })).await;
    assert_eq!(line(&response), "A good place to leave. / ok");
    let event = json!({ "from": "Lima", "to": "Oslo", "class": "economy", "bags": 1, "note": null });
    assert_eq!(desk.last_event("flights"), event);
}

#[tokio::test]
async fn an_echo_with_gaps_opens_a_dialog_on_the_server() {
    let desk = TestBot::of(desk());
    desk.script("flights", json!("ok"));
    let payload = json!({ "from": { "response": "$0" }, "class": { "response": "first" } });
    let body = json!({ "_id": "travel", "payload": payload, "rawIntent": "book a flight to oslo", "sessionID": "s1" });
    let response = desk.post(body).await;
    assert_eq!(line(&response), "There are only two. / From where?");
    assert_eq!(response["sessionExpired"], true);
    let lines = talk(&desk, &["Lima", "economy", "window"]).await;
    assert_eq!(lines, ["A good place to leave. / Economy or business?", "Anything else?", "ok"]);
    let event = json!({ "from": "Lima", "to": "oslo", "class": "economy", "bags": 1, "note": "window" });
    assert_eq!(desk.last_event("flights"), event);
}

#[tokio::test]
async fn with_an_open_dialog_its_state_wins_over_an_echo() {
    let desk = TestBot::of(desk());
    desk.script("flights", json!("ok"));
    talk(&desk, &["book a flight from lima to oslo"]).await;
    let echo = |class: &str| {
        let payload = json!({ "class": { "response": class }, "to": { "response": "Rome" } });
        json!({ "_id": "travel", "payload": payload, "sessionID": "s1" })
    };
    assert_eq!(line(&desk.post(echo("first")).await), "There are only two. / Economy or business?");
    let response = desk.post(echo("economy")).await;
    assert_eq!((line(&response), response.get("sessionExpired")), ("Anything else?".to_owned(), None));
    desk.say("no").await;
    assert_eq!(desk.last_event("flights")["to"], "oslo");
}

#[tokio::test]
async fn naming_the_open_intent_without_an_answer_repeats_its_question() {
    let desk = TestBot::of(desk());
    desk.say("book a flight from lima to oslo").await;
    let open = desk.state();
    let body = |id: &str| json!({ "_id": id, "payload": {}, "sessionID": "s1" });
    assert_eq!(line(&desk.post(body("travel")).await), "Economy or business?");
    assert_eq!(desk.state(), open);
    assert_eq!(line(&desk.post(body("weather")).await), "Which city?");
    assert_eq!(asked(desk.state()).intent, "weather");
}

#[tokio::test]
async fn an_echoed_cancel_word_cancels_too() {
    let desk = TestBot::of(desk());
    for id in ["travel", "feedback"] {
        let response = desk.post(json!({ "_id": id, "payload": { "0": { "response": "Cancel" } } })).await;
        assert_eq!(response["endConversation"], true, "{id}");
    }
    assert!(desk.backends.calls().is_empty());
}

#[tokio::test]
async fn an_intent_that_answers_by_itself_may_be_named() {
    let desk = TestBot::of(desk());
    let response = desk.post(json!({ "_id": "name", "payload": {} })).await;
    assert_eq!((line(&response).as_str(), &response["rawIntent"]), ("I am Desk and you are Ana.", &json!("")));
}

#[tokio::test]
async fn a_backend_without_a_template_gets_the_answers_by_name() {
    let desk = TestBot::of(desk());
    desk.script("painter", json!("ok"));
    let payload = json!({ "wall": "north", "colour": { "response": "any red will do" }, "lang": "xx" });
    desk.post(json!({ "_id": "paint", "payload": payload })).await;
    assert_eq!(desk.last_event("painter"), json!({ "wall": "north", "colour": "red" }));
    desk.post(json!({ "_id": "paint", "payload": { "wall": "south" }, "sessionID": "s1" })).await;
    desk.say("mauve").await;
    assert_eq!(desk.last_event("painter"), json!({ "wall": "south", "colour": "mauve" }));
}

#[tokio::test]
async fn a_photo_waits_for_the_other_answers_and_goes_to_the_backend_whole() {
    let desk = TestBot::of(desk());
    let picture = format!("data:image/jpeg;base64,{}", "A".repeat(3_000_000));
    desk.script("painter", json!("ok"));
    desk.post(json!({ "_id": "paint", "payload": { "wall": picture }, "sessionID": "s1" })).await;
    desk.say("mauve").await;
    assert_eq!(desk.last_event("painter"), json!({ "wall": picture, "colour": "mauve" }));
}

/// A bot whose backend gets what it is told as it is, without a template.
fn notes(parameters: Value) -> TestBot {
    let source = json!({ "arn": "notes", "parameters": parameters });
    let knowledge = json!({
        "brainName": "Notes",
        "knowledge": [
            { "_id": "note", "_intents": ["take a note", "write this down"], "_source": source },
            { "_id": "hello", "_intents": ["hello", "good morning"], "_source": { "response": [{ "text": "Hello." }] } },
        ],
    });
    let bot = TestBot::of(FixedBrain::new(trained(&knowledge.to_string())));
    bot.script("notes", json!("ok"));
    bot
}

#[tokio::test]
async fn a_photo_that_answers_a_question_is_kept_once_and_its_turn_may_be_repeated() {
    let bot = notes(json!([
        { "name": "photo", "payloadPosition": 0, "noMatchAsk": [{ "text": "Photo?" }] },
        { "name": "city", "payloadPosition": 1, "noMatchAsk": [{ "text": "City?" }] },
    ]));
    let picture = format!("data:image/jpeg;base64,{}", "A".repeat(3_000_000));
    for key in ["photo", "0"] {
        let payload = json!({ key: { "response": picture } });
        let body = json!({ "_id": "note", "payload": payload, "sessionID": "s1", "turnID": key });
        let asked = bot.post(body.clone()).await;
        assert_eq!((line(&asked).as_str(), &asked["rawIntent"]), ("City?", &json!("")));
        assert!(bot.post(body).await == asked);
        bot.say("Lima").await;
        assert!(bot.last_event("notes") == json!({ "photo": picture, "city": "Lima" }));
    }
}

#[tokio::test]
async fn a_refused_answer_never_reaches_the_backend() {
    let bot = notes(json!([{
        "name": "note", "payloadPosition": 0, "required": false, "validation": "value in ['a', 'b']",
        "noMatchAsk": [{ "text": "Note?" }],
    }]));
    for key in ["note", "0"] {
        let payload = json!({ key: { "response": "<c>" }, "mine": { "response": "kept" } });
        bot.post(json!({ "_id": "note", "payload": payload, "sessionID": "s1" })).await;
        bot.say("skip").await;
        assert_eq!(bot.last_event("notes"), json!({ "mine": { "response": "kept" } }));
    }
}

#[tokio::test]
async fn a_dialog_too_large_to_keep_ends_politely() {
    let desk = TestBot::of(desk());
    let picture = format!("data:image/jpeg;base64,{}", "A".repeat(4_600_000));
    let body = json!({ "_id": "travel", "payload": { "from": { "response": picture } }, "sessionID": "s1" });
    let response = desk.post(body).await;
    assert_eq!((&response["text"], &response["endConversation"]), (&json!("Our machine has a hiccup."), &json!(true)));
    assert_eq!(desk.state(), DialogState::Idle);
}

#[tokio::test]
async fn a_dialog_survives_a_newly_trained_brain() {
    let desk = TestBot::of(desk());
    desk.script("weather", json!("Sun"));
    let gone = |intent: &str| {
        DialogState::Asking(Asking { intent: intent.to_owned(), parameter: "gone".to_owned(), ..Asking::default() })
    };
    desk.put(gone("weather")).await;
    assert_eq!(line(&desk.say("Oslo").await), "Which city?");
    desk.put(gone("nope")).await;
    assert_eq!(line(&desk.say("who are you").await), "I am Desk and you are Ana.");
    desk.put(gone("name")).await;
    assert_eq!(line(&desk.say("weather forecast in Oslo").await), "Sun");
}

#[tokio::test]
async fn an_utterance_may_not_fill_what_fails_its_validation() {
    let desk = TestBot::of(desk());
    let missing = desk.say("book a flight from lima to oslo").await["conversation"]["sync"].clone();
    let names: Vec<_> = missing.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["class", "note"]);
    assert_eq!(missing["class"]["validation"], Value::from("value in ['economy', 'business']"));
}

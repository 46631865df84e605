//! Words that cancel: they end a dialog, unless its question asks for just these words.

use sbf_dialog::{memory::FixedBrain, session::DialogState};
use serde_json::{Value, json};

use crate::support::{TestBot, desk, line, trained};

/// A bot that changes an order as the user likes, and asks with these fields of its parameter.
fn orders(ask: &str, more: Value) -> TestBot {
    let mut parameter = json!({ "name": "what", "payloadPosition": 0, "noMatchAsk": [{ "text": ask }] });
    parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let knowledge = json!({
        "brainName": "Orders",
        "staticEntities": { "CHANGE": ["cancel", "repeat"] },
        "knowledge": [
            {
                "_id": "order",
                "_intents": ["change my order", "i want to change an order", "something about my order"],
                "_source": { "arn": "orders", "parameters": [parameter] }
            },
            { "_id": "hello", "_intents": ["hello", "good morning"], "_source": { "response": [{ "text": "Hello." }] } },
        ],
    });
    let bot = TestBot::of(FixedBrain::new(trained(&knowledge.to_string())));
    bot.script("orders", json!("Done."));
    bot
}

#[tokio::test]
async fn a_cancel_word_that_the_question_offers_is_an_answer() {
    let button =
        "What shall I do? <button value=\"cancel\">Cancel the order</button> <button value=\"keep\">Keep it</button>";
    let options = json!({ "richResponseObject": { "type": "simpleSquaredList", "options": [{ "text": "Cancel", "value": "cancel" }] } });
    for (ask, more) in [
        (button, json!({})),
        ("What?", options),
        ("What?", json!({ "entityType": "CHANGE" })),
        ("What?", json!({ "validation": "value in ['cancel', 'keep']" })),
        ("What?", json!({ "validation": "matches(value, '^(cancel|keep)$')" })),
        ("What?", json!({ "regexList": ["/^(cancel|keep)$/"] })),
    ] {
        let bot = orders(ask, more.clone());
        bot.say("change my order").await;
        assert_eq!(line(&bot.say("cancel").await), "Done.", "{ask} {more}");
        assert_eq!(bot.last_event("orders"), json!({ "what": "cancel" }), "{ask} {more}");
        // The same from a client that keeps the dialog itself.
        let echo = json!({ "_id": "order", "payload": { "what": { "response": "cancel" } } });
        assert_eq!(line(&bot.post(echo).await), "Done.", "{ask} {more}");
    }
}

#[tokio::test]
async fn of_several_echoed_answers_each_is_compared_with_its_own_question() {
    let knowledge = json!({
        "brainName": "Orders",
        "knowledge": [
            {
                "_id": "order",
                "_intents": ["change my order", "i want to change an order", "something about my order"],
                "_source": { "arn": "orders", "parameters": [
                    { "name": "number", "payloadPosition": 0, "noMatchAsk": [{ "text": "Number?" }] },
                    { "name": "what", "payloadPosition": 1, "noMatchAsk": [{ "text": "What?" }],
                      "validation": "value in ['cancel', 'keep']" },
                ] }
            },
            { "_id": "hello", "_intents": ["hello", "good morning"], "_source": { "response": [{ "text": "Hello." }] } },
        ],
    });
    let bot = TestBot::of(FixedBrain::new(trained(&knowledge.to_string())));
    bot.script("orders", json!("Done."));
    let echo = |number: &str| {
        let payload = json!({ "number": { "response": number }, "what": { "response": "cancel" } });
        json!({ "_id": "order", "payload": payload, "sessionID": "s1" })
    };
    bot.say("change my order").await;
    assert_eq!(line(&bot.post(echo("12")).await), "Done.");
    assert_eq!(bot.last_event("orders"), json!({ "number": "12", "what": "cancel" }));
    bot.say("change my order").await;
    assert_eq!(bot.post(echo("cancel")).await["endConversation"], true);
}

#[tokio::test]
async fn a_cancel_word_cancels_where_the_question_takes_any_word() {
    for more in [
        json!({}),
        json!({ "validation": "length(value) > 2" }),
        json!({ "validation": "matches(value, '^[a-z]+$')" }),
        json!({ "regexList": ["/^(\\w+)$/"] }),
    ] {
        let bot = orders("What?", more.clone());
        bot.say("change my order").await;
        let response = bot.say("cancel please").await;
        assert_eq!((&response["endConversation"], bot.state()), (&json!(true), DialogState::Idle), "{more}");
        assert!(bot.backends.calls().is_empty(), "{more}");
    }
}

/// A bot whose backend leads, with this question.
async fn led(ask: &str) -> TestBot {
    let bot = TestBot::of(desk());
    bot.script(
        "feedback",
        json!({ "asyncConversation": { "id": "stars", "ask": { "text": ask }, "payload": { "step": 1 } } }),
    );
    bot.script("feedback", json!("Thank you."));
    bot.say("leave feedback").await;
    bot
}

#[tokio::test]
async fn a_cancelled_dialog_of_a_backend_ends_in_the_shape_in_which_it_went_on() {
    let bot = led("How many stars?").await;
    let response = bot.say("cancel").await;
    let over = &response["conversation"]["async"];
    assert_eq!((&over["id"], &over["endConversation"]), (&json!("stars"), &json!(true)), "{response}");
    assert_eq!((&response["endConversation"], bot.state()), (&json!(true), DialogState::Idle));
    assert!(!line(&response).is_empty());
    // A client without a session ends it in the same way.
    let payload = json!({ "stars": { "response": "cancel" }, "step": 1 });
    let response = bot.post(json!({ "_id": "feedback", "payload": payload })).await;
    assert_eq!(response["conversation"]["async"]["endConversation"], true, "{response}");
    assert_eq!(bot.backends.calls().len(), 1);
}

#[tokio::test]
async fn a_cancel_word_on_a_backend_s_button_goes_to_the_backend() {
    let bot = led("Rate us, or <button value=\"stop\">stop</button>").await;
    assert_eq!(line(&bot.say("stop").await), "Thank you.");
    assert_eq!(bot.last_event("feedback")["stars"], json!({ "response": "stop" }));
}

#[tokio::test]
async fn nothing_said_is_a_miss_and_an_open_question_is_asked_again() {
    let bot = TestBot::of(desk());
    let miss = bot.say(" ").await;
    assert_eq!((&miss["nif"], line(&miss).as_str()), (&json!(true), "That is beyond me."));
    bot.say("weather forecast").await;
    assert!(line(&bot.say("").await).ends_with("Which city?"));
}

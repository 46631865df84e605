//! What conditions and sentences may ask: one list of names, each of which the bot knows.

use sbf_brain::expression::NAMES;
use sbf_dialog::{Call, memory::FixedBrain};
use serde_json::{Map, Value, json};

use crate::support::{TestBot, line, trained};

/// Names that brains may use already and that a later release will know.
const LATER: [&str; 4] = ["channel", "heardLang", "lastNode", "parent"];

/// A bot that says what it knows of a name once a parameter is filled.
fn naming(written: &str) -> TestBot {
    let knowledge = json!({
        "brainName": "Names",
        "staticEntities": { "CITY": ["Oslo"] },
        "knowledge": [
            {
                "_id": "ask",
                "_intents": ["what do you know", "tell me what you know", "which names are there"],
                "_source": { "arn": "names", "parameters": [{
                    "name": "city",
                    "entityType": "CITY",
                    "noMatchAsk": [{ "text": "City?" }],
                    "validationSuccessMessage": [{ "text": format!("It is ${{{written}}}.") }],
                }] }
            },
            { "_id": "hello", "_intents": ["hello", "good morning"], "_source": { "response": [{ "text": "Hello." }] } },
        ],
    });
    let bot = TestBot::of(FixedBrain::new(trained(&knowledge.to_string())));
    bot.script("names", json!("Done."));
    bot
}

async fn said(written: &str) -> String {
    let bot = naming(written);
    bot.say("what do you know").await;
    let environment: Map<String, Value> = [("device".to_owned(), json!("phone"))].into_iter().collect();
    let call = Call { lang: Some("en-US".to_owned()), environment: Some(environment), ..Call::text("Oslo") };
    line(&bot.call(call.in_session("s1")).await)
}

#[tokio::test]
async fn every_name_of_the_list_says_something_or_is_for_later() {
    for (root, fields) in NAMES {
        let name = fields.first().map_or_else(|| root.to_owned(), |field| format!("{root}.{field}"));
        let written = match root {
            "payload" => "payload.city",
            "entities" => "entities[0].value",
            "environmentVars" => "environmentVars['device']",
            _ => name.as_str(),
        };
        let said = said(written).await;
        let nothing = said == "It is. / Done.";
        assert_eq!(nothing, LATER.contains(&root), "{written}: {said}");
    }
}

#[tokio::test]
async fn a_conditional_in_a_sentence_may_hold_braces() {
    assert_eq!(said("hasEnv({device: 'phone'}) ? 'a {tap}' : 'a click'").await, "It is a {tap}. / Done.");
    assert_eq!(said("startsWith(heardLang, 'e') ? 'x' : 'unknown'").await, "It is unknown. / Done.");
}

//! What fills a parameter: the first sentence, answers, several answers at once; also while the brain is trained anew.

use sbf_dialog::{
    memory::FixedBrain,
    session::{Asking, DialogState},
};
use serde_json::{Value, json};

use crate::support::{TestBot, line, trained};

/// A bot that calls `trains` once it knows these parameters.
fn asking_for(parameters: Value) -> FixedBrain {
    let knowledge = json!({
        "brainName": "Trains",
        "knowledge": [
            {
                "_id": "train",
                "_intents": ["book a train", "i want to go by train", "reserve a seat on a train"],
                "_source": { "arn": "trains", "parameters": parameters }
            },
            {
                "_id": "lost",
                "_intents": ["i lost my umbrella", "something was left behind", "lost property"],
                "_source": { "arn": "lost", "parameters": [
                    { "name": "from", "noMatchAsk": [{ "text": "Lost where?" }], "payloadPosition": 0 },
                ] }
            },
            { "_id": "hello", "_intents": ["hello", "good morning"], "_source": { "response": [{ "text": "Hello." }] } },
        ],
    });
    FixedBrain::new(trained(&knowledge.to_string()))
}

fn question(name: &str, position: u32, more: Value) -> Value {
    let mut parameter =
        json!({ "name": name, "payloadPosition": position, "noMatchAsk": [{ "text": format!("{name}?") }] });
    parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    parameter
}

fn from_and_to() -> FixedBrain {
    let to = json!({ "validation": "value != payload.from", "regexList": ["/ to (\\w+)/"] });
    asking_for(json!([question("from", 0, json!({ "regexList": ["/ from (\\w+)/"] })), question("to", 1, to)]))
}

fn bot(brain: FixedBrain) -> TestBot {
    let bot = TestBot::of(brain);
    bot.script("trains", json!("Booked."));
    bot.script("lost", json!("Found."));
    bot
}

async fn echo(bot: &TestBot, id: &str, answers: Value) -> String {
    let answers: serde_json::Map<_, _> =
        answers.as_object().unwrap().iter().map(|(key, answer)| (key.clone(), json!({ "response": answer }))).collect();
    line(&bot.post(json!({ "_id": id, "payload": answers, "sessionID": "s1" })).await)
}

#[tokio::test]
async fn a_pattern_that_starts_at_the_start_matches_an_answer() {
    let bot = bot(asking_for(json!([question("seat", 0, json!({ "regexList": ["/^seat (\\d+)$/"] }))])));
    bot.say("book a train").await;
    bot.say("seat 12").await;
    assert_eq!(bot.last_event("trains"), json!({ "seat": "12" }));
}

#[tokio::test]
async fn a_value_of_the_first_sentence_is_checked_against_the_others_in_it() {
    let bot = bot(from_and_to());
    let lines = [bot.say("book a train from lima to lima").await, bot.say("oslo").await].map(|said| line(&said));
    assert_eq!(lines, ["to?", "Booked."]);
    assert_eq!(bot.last_event("trains"), json!({ "from": "lima", "to": "oslo" }));
}

#[tokio::test]
async fn a_value_is_checked_against_one_that_stands_after_it() {
    let from = json!({ "validation": "value != payload.to", "regexList": ["/ from (\\w+)/"] });
    let brain =
        asking_for(json!([question("from", 0, from), question("to", 1, json!({ "regexList": ["/ to (\\w+)/"] }))]));
    let bot = bot(brain);
    assert_eq!(line(&bot.say("book a train from lima to lima").await), "from?");
}

#[tokio::test]
async fn a_value_of_the_first_sentence_is_asked_for_anew_where_a_later_answer_forbids_it() {
    let bot = bot(from_and_to());
    let mut lines = Vec::new();
    for said in ["book a train to lima", "lima", "oslo"] {
        lines.push(line(&bot.say(said).await));
    }
    assert_eq!(lines, ["from?", "to?", "Booked."]);
    assert_eq!(bot.last_event("trains"), json!({ "from": "lima", "to": "oslo" }));
}

#[tokio::test]
async fn of_answers_that_a_client_sends_at_once_none_is_taken_that_another_forbids() {
    let from = question("from", 0, json!({ "validation": "value != payload.to" }));
    let bot = bot(asking_for(json!([from, question("to", 1, json!({}))])));
    assert_eq!(echo(&bot, "train", json!({ "from": "lima", "to": "lima" })).await, "from?");
    bot.say("oslo").await;
    assert_eq!(bot.last_event("trains"), json!({ "from": "oslo", "to": "lima" }));
}

#[tokio::test]
async fn several_echoed_answers_to_an_open_dialog_are_all_taken() {
    let bot = bot(from_and_to());
    bot.say("book a train").await;
    assert_eq!(echo(&bot, "train", json!({ "from": "lima", "1": "oslo" })).await, "Booked.");
    assert_eq!(bot.last_event("trains"), json!({ "from": "lima", "to": "oslo" }));
}

#[tokio::test]
async fn of_several_echoed_answers_the_good_ones_stay_and_the_others_are_asked_for() {
    let bot = bot(from_and_to());
    bot.say("book a train").await;
    let refused = echo(&bot, "train", json!({ "from": "lima", "to": "Lima" })).await;
    assert!(refused.ends_with(" / to?"), "{refused}");
    assert_eq!(echo(&bot, "train", json!({ "from": "rome", "to": "oslo" })).await, "Booked.");
    assert_eq!(bot.last_event("trains"), json!({ "from": "lima", "to": "oslo" }));
}

#[tokio::test]
async fn an_answer_to_a_later_question_is_kept_and_the_open_one_is_asked_again() {
    let bot = bot(from_and_to());
    bot.say("book a train").await;
    assert_eq!(echo(&bot, "train", json!({ "to": "oslo" })).await, "from?");
    bot.say("lima").await;
    assert_eq!(bot.last_event("trains"), json!({ "from": "lima", "to": "oslo" }));
}

#[tokio::test]
async fn another_intent_that_a_client_names_is_not_swallowed_where_keys_are_the_same() {
    let bot = bot(from_and_to());
    bot.say("book a train").await;
    assert_eq!(echo(&bot, "lost", json!({ "from": "platform 2" })).await, "Found.");
    assert_eq!(bot.last_event("lost"), json!({ "from": "platform 2" }));
}

#[tokio::test]
async fn another_intent_that_a_client_names_is_not_swallowed_by_a_backend_s_dialog() {
    let bot = TestBot::of(from_and_to());
    bot.script("lost", json!({ "asyncConversation": { "id": "from", "ask": { "text": "When?" }, "payload": {} } }));
    bot.script("trains", json!("Booked."));
    echo(&bot, "lost", json!({ "from": "platform 2" })).await;
    assert_eq!(echo(&bot, "train", json!({ "from": "lima", "to": "oslo" })).await, "Booked.");
}

/// The state in which a brain that asked for `to` at position 0 left a dialog.
fn asked_for_to() -> DialogState {
    let positions = [("to".to_owned(), 0)].into();
    DialogState::Asking(Asking {
        intent: "train".to_owned(),
        parameter: "to".to_owned(),
        positions,
        ..Asking::default()
    })
}

#[tokio::test]
async fn after_a_new_training_what_is_asked_is_what_the_answer_fills() {
    let bot = bot(from_and_to());
    bot.put(asked_for_to()).await;
    let asked = bot.call(sbf_dialog::Call::start().in_session("s1")).await;
    assert!(line(&asked).ends_with(" / from?"), "{asked}");
    assert_eq!(line(&bot.say("lima").await), "to?");
    bot.say("oslo").await;
    assert_eq!(bot.last_event("trains"), json!({ "from": "lima", "to": "oslo" }));
}

#[tokio::test]
async fn after_a_new_training_an_answer_by_position_goes_to_the_question_that_was_asked() {
    let bot = bot(from_and_to());
    bot.put(asked_for_to()).await;
    assert_eq!(echo(&bot, "train", json!({ "0": "oslo" })).await, "from?");
    bot.say("lima").await;
    assert_eq!(bot.last_event("trains"), json!({ "from": "lima", "to": "oslo" }));
}

#[tokio::test]
async fn sentences_about_an_answer_name_the_answer_and_what_is_known() {
    let to = json!({
        "validation": "value != payload.from",
        "validationSuccessMessage": [{ "text": "From ${payload.from} to ${value}." }],
        "validationErrorMessage": [{ "text": "You leave from ${payload.from}, so ${value} is where you are." }],
    });
    let bot = bot(asking_for(json!([question("from", 0, json!({})), question("to", 1, to)])));
    let mut lines = Vec::new();
    for text in ["book a train", "Lima", "lima", "Oslo"] {
        lines.push(line(&bot.say(text).await));
    }
    let refused = "You leave from Lima, so lima is where you are. / to?";
    assert_eq!(lines, ["from?", "to?", refused, "From Lima to Oslo. / Booked."]);
    let echoed = echo(&bot, "train", json!({ "from": "Lima", "to": "Rome" })).await;
    assert_eq!(echoed, "From Lima to Rome. / Booked.");
}

#[tokio::test]
async fn an_intent_without_utterances_is_reached_by_its_id_alone_and_one_for_later_by_nothing() {
    let knowledge = json!({
        "brainName": "Parts",
        "knowledge": [
            { "_id": "hello", "_intents": ["hello", "good morning", "hi there"], "_source": { "response": [{ "text": "Hello." }] } },
            { "_id": "bye", "_intents": ["bye", "see you", "good night"], "_source": { "response": [{ "text": "Bye." }] } },
            { "_id": "hidden", "_source": { "response": [{ "text": "You found me.", "speech": "" }] } },
            { "_id": "tree", "_intents": ["plan a holiday", "where shall we go on holiday"], "_source": { "nodes": { "root": {} } } },
        ],
    });
    let bot = TestBot::of(FixedBrain::new(trained(&knowledge.to_string())));
    let found = bot.post(json!({ "_id": "hidden", "payload": {} })).await;
    assert_eq!((line(&found).as_str(), &found["speech"]), ("You found me.", &json!("")));
    assert_eq!(line(&bot.say("hi there").await), "Hello.");
    assert_eq!(bot.say("plan a holiday").await["nif"], true);
}

//! What channels without HTML show of a response.

use sbf_dialog::{
    Call, Moment,
    content::{Choice, Content, Media, MediaKind},
};
use serde_json::json;

use crate::{
    federation::phone,
    support::{self, NOW, TestBot, caller, desk, step},
};

async fn say(desk: &TestBot, text: &str) -> Content {
    let call = Call::text(text).in_session("s1");
    desk.bot.handle(call, &caller(), Moment { now: NOW, dice: 7 }).await.unwrap().content()
}

fn plain(content: &Content) -> Vec<&str> {
    content.parts.iter().map(|part| part.plain.as_str()).collect()
}

fn choices(content: &Content) -> Vec<(&str, &str)> {
    let choices = content.parts.iter().flat_map(|part| &part.choices);
    choices.map(|choice| (choice.label.as_str(), choice.value.as_str())).collect()
}

#[tokio::test]
async fn sentences_and_the_open_question_are_parts_in_their_order() {
    let desk = TestBot::of(desk());
    let content = say(&desk, "weather forecast").await;
    assert_eq!((plain(&content), content.expects_answer, content.ended), (vec!["Which city?"], true, false));
    desk.script("weather", json!({ "text": "<b>Sun</b><br>and wind", "speech": "Sun" }));
    let content = say(&desk, "Oslo").await;
    let last = content.parts.last().unwrap();
    assert_eq!((last.plain.as_str(), last.html.as_str()), ("Sun\nand wind", "<b>Sun</b><br>and wind"));
    assert_eq!((last.speech.as_str(), content.expects_answer, content.missed), ("Sun", false, false));
    let content = say(&desk, "flibbertigibbet zorp").await;
    assert_eq!((content.parts.len(), content.missed, content.ended), (1, true, true));
}

#[tokio::test]
async fn a_backend_that_leads_expects_an_answer_until_its_last_word() {
    let desk = TestBot::of(desk());
    desk.script("feedback", step("name", "Your name?", 2));
    let end = json!({ "asyncConversation": { "id": "name", "ask": "Bye.", "endConversation": true } });
    desk.script("feedback", end);
    let content = say(&desk, "leave feedback").await;
    assert_eq!((plain(&content), content.expects_answer, content.ended), (vec!["Your name?"], true, false));
    let content = say(&desk, "Ana").await;
    assert_eq!((plain(&content), content.expects_answer, content.ended), (vec!["Bye."], false, true));
}

#[tokio::test]
async fn options_of_rich_objects_are_choices_and_their_sounds_are_media() {
    let desk = TestBot::of(desk());
    let list = json!({ "type": "simpleSquaredList", "options": [
        { "text": "Greek", "value": "greek", "image": "x" }, { "value": 5 }, " plain ", { "image": "x" }, null ] });
    let led = json!({ "asyncConversation": { "id": "a", "richResponseObject": list } });
    desk.script("feedback", led);
    let content = say(&desk, "leave feedback").await;
    assert_eq!(choices(&content), [("Greek", "greek"), ("5", "5"), ("plain", "plain")]);
    assert_eq!((plain(&content), content.expects_answer), (vec![""], true));

    let desk = TestBot::of(support::desk());
    let audio = json!({ "type": "audio", "options": { "binary": "AAAA" } });
    desk.script("weather", json!({ "text": "Listen.", "richResponseObject": audio }));
    let content = say(&desk, "weather forecast in Oslo").await;
    let sound =
        Media { kind: MediaKind::Audio, url: "data:audio/mpeg;base64,AAAA".to_owned(), description: String::new() };
    assert_eq!(content.parts.last().unwrap().media, [sound]);
}

#[tokio::test]
async fn another_bots_text_and_question_are_both_shown() {
    let phone = TestBot::of(phone());
    let question = json!({ "ask": { "text": "Which?<br><button value=a>First</button><button>Second</button>" } });
    let conversation = json!({ "_id": "7", "sync": { "size": question } });
    phone.script("office", json!({ "text": "Of course.", "conversation": conversation }));
    let content = say(&phone, "when do you open").await;
    assert_eq!((plain(&content), content.expects_answer), (vec!["Of course.", "Which?"], true));
    let choice = Choice { label: "First".to_owned(), value: "a".to_owned() };
    assert_eq!((content.parts[0].choices.len(), &content.parts[1].choices[0]), (0, &choice));
}

//! Names of places are filled as the user wrote them, accents and capitals included.

use sbf_tests::{backend::HttpBackend, bot::TestBot};
use serde_json::{Value, json};

#[tokio::test]
async fn a_french_city_keeps_its_capital_and_accent() {
    let french = ["quelle est la météo", "comment est la météo", "donne-moi la météo"];
    let city = filled("fr-FR", &french, &["/ à (.*)/g"], "comment est la météo à Orléans").await;
    assert_eq!(city, "Orléans");
}

#[tokio::test]
async fn a_german_city_keeps_its_umlaut() {
    let german = ["wie ist das wetter", "wie wird das wetter", "wetterbericht"];
    let city = filled("de-DE", &german, &["/ in (.*)/g", "/ für (.*)/g"], "wie ist das wetter für München").await;
    assert_eq!(city, "München");
}

#[tokio::test]
async fn punctuation_at_the_end_is_no_part_of_a_city() {
    let english = ["weather forecast", "what is the weather", "how is the weather"];
    assert_eq!(filled("en-US", &english, &["/ in (.*)/g"], "weather forecast in Paris?").await, "Paris");
}

/// The city that the backend is given for an utterance.
async fn filled(language: &str, utterances: &[&str], patterns: &[&str], said: &str) -> Value {
    let backend = HttpBackend::start(|_| json!({"text": "sunny", "speech": "sunny"})).await;
    let knowledge = json!({"knowledge": [
        {"_id": "weather", "_intents": utterances, "_source": {
            "arn": "weather", "payload": "{\"city\": \"$0\"}",
            "parameters": [{"name": "city", "payloadPosition": 0, "regexList": patterns, "noMatchAsk": [{"text": "?", "speech": "?"}]}]
        }},
        {"_id": "other", "_intents": ["1 2 3", "x y z"], "_source": {"response": [{"text": "!", "speech": "!"}]}}
    ]});
    let configs = json!({"language_tag": language, "localFunctions": {"weather": backend.url}});
    let bot = TestBot::new(&knowledge, &configs).await;
    bot.turn(json!({"text": said})).await.unwrap();
    backend.events().first().unwrap_or_else(|| panic!("{said}: no call"))["city"].clone()
}

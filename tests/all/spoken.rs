//! Speech through the whole bot: the author's pronunciations, the voice of this machine, and sounds that are kept.

use axum::Router;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::StatusCode;
use sbf_cli::bot::SPEECH_BUCKET;
use sbf_tests::bot::TestBot;
use serde_json::{Value, json};

use crate::http::{post_to, service};

async fn bot() -> TestBot {
    let knowledge = json!({
        "knowledge": [
            {
                "_id": "who",
                "_intents": ["who are you", "what is your name", "tell me your name"],
                "_source": { "response": [{ "text": "SBF", "speech": "<speak>SBF</speak>" }], "customPronunciation": "slowly" }
            },
            {
                "_id": "hours",
                "_intents": ["when do you open", "opening hours please", "are you open on sundays"],
                "_source": { "response": [{ "text": "SBF opens at nine", "speech": "SBF opens at nine" }] }
            }
        ]
    });
    let configs = json!({
        "language_tag": "en-US", "customPronunciation": "short",
        "pronunciations": { "short": { "SBF": "ess" }, "slowly": { "SBF": "the serverless, and most patient, framework for bots" } }
    });
    TestBot::new(&knowledge, &configs).await
}

async fn post(service: &Router, path: &str, body: Value) -> Value {
    let (status, body) = post_to(service, path, body.to_string().into()).await;
    assert_eq!(status, StatusCode::OK);
    serde_json::from_slice(&body).unwrap()
}

fn sound(answer: &Value) -> Vec<u8> {
    let sound = BASE64_STANDARD.decode(answer["binary"].as_str().unwrap()).unwrap();
    assert!(sound.starts_with(b"RIFF") && answer["contentType"] == "audio/wav");
    sound
}

async fn kept(bot: &TestBot) -> usize {
    let listed = bot.local.cloud.s3().list_objects_v2().bucket(SPEECH_BUCKET).send().await.unwrap();
    listed.contents().len()
}

#[tokio::test]
async fn the_authors_pronunciation_is_heard_on_this_machine_and_kept() {
    let bot = bot().await;
    let service = service(&bot);
    let asked = json!({ "text": "who are you", "sessionID": "s", "pollyOnServer": true });
    let answer = post(&service, "/core", asked.clone()).await;
    assert_eq!((&answer["text"], &answer["customPronunciation"]), (&json!("SBF"), &json!("slowly")));
    let polly = |lexicon: Value| json!({ "text": "SBF", "customPronunciation": lexicon });
    if !bot.local.cloud.speech_available() {
        // With no voice to be had the answers stay, without their sound.
        assert_eq!(answer.get("binary"), None);
        assert_eq!(post(&service, "/services/polly", polly(json!("short"))).await.get("binary"), None);
        sbf_tests::skipped("espeak-ng is not installed");
        return;
    }
    let slowly = sound(&answer);
    let short = sound(&post(&service, "/services/polly", polly(json!("short"))).await);
    assert!(short.len() * 3 < slowly.len(), "{} of {}", short.len(), slowly.len());
    // The bot's own lexicon, where a request names none; its sound was kept under what is said.
    let own = post(&service, "/services/polly", polly(Value::Null)).await;
    assert_eq!((sound(&own), &own["cacheHit"]), (short, &json!(true)));
    let again = post(&service, "/core", asked).await;
    assert_eq!((sound(&again), &again["cacheHit"]), (slowly, &json!(true)));
    assert_eq!(kept(&bot).await, 2);
}

#[tokio::test]
async fn without_its_bucket_the_voice_still_speaks() {
    let bot = bot().await;
    let service = service(&bot);
    bot.local.cloud.s3().delete_bucket().bucket(SPEECH_BUCKET).send().await.unwrap();
    let answer = post(&service, "/services/polly", json!({ "text": "<speak>hello <b>there</speak>" })).await;
    assert_eq!(answer.get("binary").is_some(), bot.local.cloud.speech_available());
}

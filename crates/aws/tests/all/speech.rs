//! Speech by Polly.

use std::time::Duration;

use sbf_aws::{settings::SpeechSettings, speech::PollySpeech};
use sbf_dialog::ports::{Audio, Speech, SpeechRequest};
use serde_json::json;

use crate::script::{Script, response};

fn speech(polly: &Script) -> PollySpeech {
    let settings = SpeechSettings { deadline: Duration::from_secs(5), ..SpeechSettings::default() };
    PollySpeech::new(aws_sdk_polly::Client::new(&polly.sdk()), settings)
}

fn request(text: &str) -> SpeechRequest {
    SpeechRequest { text: text.to_owned(), voice: None, language: Some("pt-BR".to_owned()), lexicon: None }
}

#[tokio::test]
async fn a_text_is_spoken_once_and_then_remembered() {
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], b"sound").await;
    let speech = speech(&polly);
    let expected =
        |cache_hit| Some(Audio { bytes: b"sound".to_vec(), content_type: "audio/mpeg".to_owned(), cache_hit });
    assert_eq!(speech.synthesize(&request("olá")).await, expected(false));
    assert_eq!(speech.synthesize(&request("olá")).await, expected(true));
    assert_eq!(polly.received().len(), 1);
    assert_eq!(speech.synthesize(&request("tchau")).await, expected(false));
}

#[tokio::test]
async fn text_markup_voice_and_lexicon_reach_polly() {
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], b"sound").await;
    let speech = speech(&polly);
    speech.synthesize(&request("olá")).await;
    let own = SpeechRequest {
        voice: Some("Ricardo".to_owned()),
        lexicon: Some("names".to_owned()),
        ..request("<speak>olá</speak>")
    };
    speech.synthesize(&own).await;
    let bodies: Vec<_> = polly.received().iter().map(|received| received.json()).collect();
    let expected = [
        json!({ "OutputFormat": "mp3", "Text": "olá", "TextType": "text", "VoiceId": "Camila" }),
        json!({
            "LexiconNames": ["names"], "OutputFormat": "mp3", "Text": "<speak>olá</speak>", "TextType": "ssml", "VoiceId": "Ricardo"
        }),
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn whatever_content_type_comes_back_is_said() {
    let polly = Script::always(200, &[("content-type", "audio/wav")], b"RIFF").await;
    let audio = speech(&polly).synthesize(&request("olá")).await.unwrap();
    assert_eq!(audio.content_type, "audio/wav");
}

#[tokio::test]
async fn a_refusal_costs_only_the_sound() {
    let polly = Script::always(400, &[("x-amzn-errortype", "InvalidSsmlException")], b"{}").await;
    assert_eq!(speech(&polly).synthesize(&request("<speak>")).await, None);
    assert_eq!(polly.received().len(), 1);
}

#[tokio::test]
async fn a_slow_service_costs_only_the_sound() {
    let polly = Script::new(|_, _| async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        response(200, &[], Vec::new())
    });
    let polly = polly.await;
    let settings = SpeechSettings { deadline: Duration::from_millis(100), cache_bytes: 1 << 20 };
    let speech = PollySpeech::new(aws_sdk_polly::Client::new(&polly.sdk()), settings);
    assert_eq!(speech.synthesize(&request("olá")).await, None);
}

#[tokio::test]
async fn without_voice_and_language_polly_is_not_asked() {
    let polly = Script::always(200, &[], b"sound").await;
    let silent = [None, Some("eo".to_owned())];
    for language in silent {
        assert_eq!(speech(&polly).synthesize(&SpeechRequest { language, ..request("saluton") }).await, None);
    }
    assert_eq!(polly.received().len(), 0);
}

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
    assert_eq!(speech.synthesize(&request("olá"), "ana").await, expected(false));
    assert_eq!(speech.synthesize(&request("olá"), "ana").await, expected(true));
    assert_eq!(polly.received().len(), 1);
    assert_eq!(speech.synthesize(&request("tchau"), "ana").await, expected(false));
}

#[tokio::test]
async fn text_markup_voice_and_lexicon_reach_polly() {
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], b"sound").await;
    let speech = speech(&polly);
    speech.synthesize(&request("olá"), "ana").await;
    let own = SpeechRequest {
        voice: Some("Ricardo".to_owned()),
        lexicon: Some("names".to_owned()),
        ..request("<speak>olá</speak>")
    };
    speech.synthesize(&own, "ana").await;
    let bodies: Vec<_> = polly.received().iter().map(|received| received.json()).collect();
    let expected = [
        json!({ "Engine": "neural", "OutputFormat": "mp3", "Text": "olá", "TextType": "text", "VoiceId": "Camila" }),
        json!({
            "Engine": "standard", "LexiconNames": ["names"], "OutputFormat": "mp3", "Text": "<speak>olá</speak>",
            "TextType": "ssml", "VoiceId": "Ricardo"
        }),
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn whatever_content_type_comes_back_is_said() {
    let polly = Script::always(200, &[("content-type", "audio/wav")], b"RIFF").await;
    let audio = speech(&polly).synthesize(&request("olá"), "ana").await.unwrap();
    assert_eq!(audio.content_type, "audio/wav");
}

#[tokio::test]
async fn a_refusal_costs_only_the_sound() {
    for (status, kind) in [(400, "ValidationException"), (403, "AccessDeniedException"), (400, "InvalidSsmlException")]
    {
        let polly = Script::always(status, &[("x-amzn-errortype", kind)], b"{}").await;
        assert_eq!(speech(&polly).synthesize(&request("olá"), "ana").await, None);
        assert_eq!(polly.received().len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_slow_service_costs_only_the_sound() {
    let polly = Script::new(|_, _| async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        response(200, &[], Vec::new())
    });
    let polly = polly.await;
    let settings = SpeechSettings { deadline: Duration::from_millis(100), ..SpeechSettings::default() };
    let speech = PollySpeech::new(aws_sdk_polly::Client::new(&polly.sdk()), settings);
    assert_eq!(speech.synthesize(&request("olá"), "ana").await, None);
}

#[tokio::test]
async fn without_voice_and_language_polly_is_not_asked() {
    let polly = Script::always(200, &[], b"sound").await;
    let silent = [None, Some("eo".to_owned())];
    for language in silent {
        assert_eq!(speech(&polly).synthesize(&SpeechRequest { language, ..request("saluton") }, "ana").await, None);
    }
    assert_eq!(polly.received().len(), 0);
}

/// A service that refuses as long as `refuses` says so of the request's body, and then speaks.
async fn particular(kind: &'static str, refuses: fn(&serde_json::Value) -> bool) -> Script {
    saying(kind, "no", refuses).await
}

/// The same, with what it says then.
async fn saying(kind: &'static str, message: &'static str, refuses: fn(&serde_json::Value) -> bool) -> Script {
    Script::new(move |_, received| async move {
        match refuses(&received.json()) {
            true => {
                response(400, &[("x-amzn-errortype", kind)], json!({ "message": message }).to_string().into_bytes())
            }
            false => response(200, &[("content-type", "audio/mpeg")], b"sound".to_vec()),
        }
    })
    .await
}

#[tokio::test]
async fn what_polly_refuses_is_asked_for_once_more_without() {
    let polly = particular("InvalidSsmlException", |body| body["TextType"] == "ssml").await;
    let spoken = speech(&polly).synthesize(&request("<speak>olá <sub alias=\"x\">y</sub></speak>"), "ana").await;
    assert!(spoken.is_some());
    assert_eq!(polly.received()[1].json()["Text"], "olá y");

    let polly = particular("LexiconNotFoundException", |body| body.get("LexiconNames").is_some()).await;
    let named = SpeechRequest { lexicon: Some("names".to_owned()), ..request("olá") };
    assert!(speech(&polly).synthesize(&named, "ana").await.is_some());
    assert_eq!(polly.received().len(), 2);
}

#[tokio::test]
async fn where_a_region_has_no_neural_voices_the_standard_one_speaks_and_that_is_remembered() {
    let polly = particular("EngineNotSupportedException", |body| body["Engine"] == "neural").await;
    let speech = speech(&polly);
    assert!(speech.synthesize(&request("olá"), "ana").await.is_some());
    assert!(speech.synthesize(&request("tchau"), "ana").await.is_some());
    assert!(speech.synthesize(&request("olá"), "ana").await.unwrap().cache_hit);
    let engines: Vec<_> = polly.received().iter().map(|received| received.json()["Engine"].clone()).collect();
    assert_eq!(engines, ["neural", "standard", "standard"]);
}

/// The engines that were asked for, in their order.
fn engines(polly: &Script) -> Vec<String> {
    let asked = polly.received();
    asked.iter().map(|received| received.json()["Engine"].as_str().unwrap().to_owned()).collect()
}

/// What Polly in truth answers where a voice lacks the engine; its reference has another error for it.
const LACKING: &str = "This voice does not support the selected engine";

#[tokio::test]
async fn a_voice_that_lacks_an_engine_costs_one_retry_and_that_is_remembered() {
    let with = |voice: &str, text: &str| SpeechRequest { voice: Some(voice.to_owned()), ..request(text) };
    let polly = saying("ValidationException", LACKING, |body| body["Engine"] == "neural").await;
    let both = speech(&polly);
    assert!(both.synthesize(&with("Joanna", "one"), "ana").await.is_some());
    assert!(both.synthesize(&with("Joanna", "two"), "ana").await.is_some());
    assert_eq!(engines(&polly), ["neural", "standard", "standard"]);

    // A voice that is newer than our tables.
    let polly = saying("ValidationException", LACKING, |body| body["Engine"] == "standard").await;
    let newer = speech(&polly);
    assert!(newer.synthesize(&with("Newcomer", "one"), "ana").await.is_some());
    assert!(newer.synthesize(&with("Newcomer", "two"), "ana").await.is_some());
    assert_eq!(engines(&polly), ["standard", "neural", "neural"]);

    let polly = saying("ValidationException", LACKING, |body| body["Engine"] != "generative").await;
    let newest = speech(&polly);
    assert!(newest.synthesize(&with("Newcomer", "one"), "ana").await.is_none(), "one retry and no more");
    assert!(newest.synthesize(&with("Newcomer", "one"), "ana").await.is_some());
    assert!(newest.synthesize(&with("Tiffany", "one"), "ana").await.is_some());
    assert_eq!(engines(&polly), ["standard", "neural", "generative", "generative"]);
}

#[tokio::test]
async fn a_voice_that_no_engine_has_is_asked_for_no_more() {
    let polly = saying("ValidationException", LACKING, |_| true).await;
    let speech = speech(&polly);
    let thiago = SpeechRequest { voice: Some("Thiago".to_owned()), ..request("olá") };
    for _ in 0..3 {
        assert_eq!(speech.synthesize(&thiago, "ana").await, None);
    }
    assert_eq!(engines(&polly), ["neural"]);
    // Other faults are nobody's lack: they may pass.
    let polly = saying("ValidationException", "1 validation error detected", |_| true).await;
    let speech = self::speech(&polly);
    for _ in 0..2 {
        assert_eq!(speech.synthesize(&thiago, "ana").await, None);
    }
    assert_eq!(engines(&polly), ["neural", "neural"]);
}

#[tokio::test]
async fn ssml_that_polly_finds_invalid_is_spoken_without_its_tags_whatever_it_calls_the_fault() {
    let message = "This voice does not support one of the used SSML features";
    let polly = saying("ValidationException", message, |body| body["TextType"] == "ssml").await;
    assert!(speech(&polly).synthesize(&request("<speak>olá</speak>"), "ana").await.is_some());
    assert_eq!(polly.received()[1].json()["Text"], "olá");
}

#[tokio::test]
async fn what_has_no_words_is_not_spoken() {
    let polly = Script::always(200, &[], b"sound").await;
    for text in ["<speak><p", " ", "<speak", "</speak><speak>"] {
        assert_eq!(speech(&polly).synthesize(&request(text), "ana").await, None, "{text}");
    }
    assert_eq!(polly.received().len(), 0);
}

#[tokio::test]
async fn a_sound_too_large_for_an_answer_is_not_given() {
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], &[0; 4_000_001]).await;
    assert_eq!(speech(&polly).synthesize(&request("olá"), "ana").await, None);
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], b"").await;
    assert_eq!(speech(&polly).synthesize(&request("olá"), "ana").await, None);
}

/// Two processes on one bucket.
#[tokio::test]
async fn a_sound_is_made_once_for_all_processes() {
    let cloud = sbf_local::Cloud::start(sbf_local::CloudOptions::default()).await.unwrap();
    cloud.create_bucket("sounds").await.unwrap();
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], b"sound").await;
    let process = || {
        let settings = SpeechSettings { bucket: Some("sounds".to_owned()), ..SpeechSettings::default() };
        PollySpeech::new(aws_sdk_polly::Client::new(&polly.sdk()), settings).keeping_in(cloud.s3())
    };
    let audio = |cache_hit| Some(Audio { bytes: b"sound".to_vec(), content_type: "audio/mpeg".to_owned(), cache_hit });
    assert_eq!(process().synthesize(&request("olá"), "ana").await, audio(false));
    assert_eq!(process().synthesize(&request("olá"), "ana").await, audio(true));
    assert_eq!(polly.received().len(), 1);
    let listed = cloud.s3().list_objects_v2().bucket("sounds").send().await.unwrap();
    let keys: Vec<_> = listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect();
    let hash = keys[0].strip_prefix("speech/").unwrap();
    assert!(keys.len() == 1 && hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{keys:?}");
}

#[tokio::test]
async fn a_bucket_that_fails_costs_only_another_synthesis() {
    let polly = Script::always(200, &[("content-type", "audio/mpeg")], b"sound").await;
    let slow = Script::new(|_, _| async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        response(200, &[], Vec::new())
    });
    let broken = [
        Script::always(403, &[], b"<Error><Code>AccessDenied</Code></Error>").await,
        Script::always(500, &[], b"").await,
        Script::always(200, &[("content-type", "audio/mpeg")], b"").await,
        slow.await,
    ];
    for (index, bucket) in broken.iter().enumerate() {
        let settings = SpeechSettings { bucket: Some("sounds".to_owned()), ..SpeechSettings::default() };
        let speech = PollySpeech::new(aws_sdk_polly::Client::new(&polly.sdk()), settings);
        let speech = speech.keeping_in(aws_sdk_s3::Client::new(&bucket.sdk()));
        let audio = speech.synthesize(&request("olá"), "ana").await.unwrap();
        assert_eq!((audio.bytes.as_slice(), audio.cache_hit), (&b"sound"[..], false));
        assert_eq!(polly.received().len(), index + 1);
    }
}

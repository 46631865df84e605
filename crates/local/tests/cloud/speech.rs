//! Polly's protocol, spoken by espeak-ng where it is installed.

use aws_sdk_polly::types::{LanguageCode, OutputFormat, TextType, VoiceId};
use sbf_local::Cloud;

use crate::cloud;

async fn say(cloud: &Cloud, text: &str, kind: TextType, voice: VoiceId) -> Result<(String, Vec<u8>), String> {
    let request = cloud.polly().synthesize_speech().output_format(OutputFormat::Mp3).text(text).text_type(kind);
    match request.voice_id(voice).language_code(LanguageCode::PtBr).send().await {
        Ok(output) => {
            let kind = output.content_type().unwrap_or_default().to_owned();
            Ok((kind, output.audio_stream.collect().await.unwrap().to_vec()))
        }
        Err(error) => {
            let error = aws_sdk_polly::Error::from(error);
            Err(aws_sdk_polly::error::ProvideErrorMetadata::code(&error).unwrap_or_default().to_owned())
        }
    }
}

#[tokio::test]
async fn text_becomes_a_wav_file_or_a_clear_error() {
    let cloud = cloud().await;
    let said = say(&cloud, "Olá, tudo bem? São três e meia.", TextType::Text, VoiceId::Ricardo).await;
    if !cloud.speech_available() {
        assert_eq!(said.unwrap_err(), "EngineNotSupportedException");
        assert!(
            std::env::var_os("SBF_STRICT").is_none(),
            "SBF_STRICT forbids to skip a test, and there is no espeak-ng"
        );
        return;
    }
    let (kind, audio) = said.unwrap();
    assert_eq!(kind, "audio/wav");
    assert!(audio.starts_with(b"RIFF"));
    let (_, short) = say(&cloud, "Olá", TextType::Text, VoiceId::Ricardo).await.unwrap();
    assert!(short.len() * 3 < audio.len(), "{} of {}", short.len(), audio.len());
    let ssml = "<speak>Olá <break time=\"2s\"/> mundo</speak>";
    let (_, pause) = say(&cloud, ssml, TextType::Ssml, VoiceId::Vitoria).await.unwrap();
    assert!(pause.len() > short.len() + 2 * 22_050 * 2, "two seconds of silence are in it: {}", pause.len());
}

#[tokio::test]
async fn text_is_bounded_and_reads_no_files() {
    let cloud = cloud().await;
    let long = "a".repeat(6001);
    let refused = say(&cloud, &long, TextType::Text, VoiceId::Joey).await;
    assert_eq!(refused.unwrap_err(), "TextLengthExceededException");
    let file = "<speak><AUDIO src=\"/tmp/x.wav\"/></speak>";
    assert_eq!(say(&cloud, file, TextType::Ssml, VoiceId::Joey).await.unwrap_err(), "InvalidSsmlException");
}

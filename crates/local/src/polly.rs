//! Polly's SynthesizeSpeech, spoken by this machine's own engine.
//!
//! Protocol: <https://docs.aws.amazon.com/polly/latest/dg/API_SynthesizeSpeech.html>. The audio
//! is WAV whatever `OutputFormat` asks for, and the answer's content type says so.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use serde::Deserialize;
use serde_json::json;

use crate::clients::KeyPair;
use crate::signature::{Refusal, Verifier};
use crate::speech::{Speech, Utterance, voice};

/// Polly's limit, tags not counted; here they count.
const TEXT_LIMIT: usize = 6000;

/// Bytes of a request, tags and all.
const BODY_LIMIT: usize = 256 * 1024;

#[derive(Clone)]
struct Polly {
    speech: Arc<Speech>,
    verifier: Verifier,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    text: String,
    voice_id: String,
    text_type: Option<String>,
    language_code: Option<String>,
}

/// Answers speech requests.
pub(crate) fn router(speech: Arc<Speech>, keys: &KeyPair) -> Router {
    let verifier = Verifier::new(keys, "polly", BODY_LIMIT);
    Router::new().route("/v1/speech", routing::post(synthesize)).with_state(Polly { speech, verifier })
}

async fn synthesize(State(polly): State<Polly>, request: Request) -> Response {
    let body = match polly.verifier.verified(request).await {
        Ok((_, body)) => body,
        Err(Refusal::Unsigned) => {
            let message = "The request was not signed with the cloud's key pair.";
            return refusal(StatusCode::FORBIDDEN, "UnrecognizedClientException", message);
        }
        Err(Refusal::TooLarge) => {
            let message = "The text is longer than 6,000 characters.";
            return refusal(StatusCode::BAD_REQUEST, "TextLengthExceededException", message);
        }
    };
    let utterance = match utterance(&body) {
        Ok(utterance) => utterance,
        Err((kind, message)) => return refusal(StatusCode::BAD_REQUEST, kind, message),
    };
    if !polly.speech.installed() {
        // A client's fault by its status, so that the SDK does not try again in vain.
        let message = "No speech engine: espeak-ng is not installed on this machine.";
        return refusal(StatusCode::BAD_REQUEST, "EngineNotSupportedException", message);
    }
    let characters = utterance.text.chars().count().to_string();
    match polly.speech.say(&utterance).await {
        Ok(audio) => {
            ([("content-type", "audio/wav"), ("x-amzn-requestcharacters", characters.as_str())], audio).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "no speech");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "ServiceFailureException", "The speech engine failed.")
        }
    }
}

fn utterance(body: &[u8]) -> Result<Utterance, (&'static str, &'static str)> {
    let input: Input = serde_json::from_slice(body)
        .map_err(|_| ("ValidationException", "The request is not JSON with Text and VoiceId."))?;
    if input.text.chars().count() > TEXT_LIMIT {
        return Err(("TextLengthExceededException", "The text is longer than 6,000 characters."));
    }
    let ssml = input.text_type.as_deref() == Some("ssml");
    // Polly has no <audio>; espeak-ng has, and would read files of this machine.
    if ssml && input.text.to_lowercase().contains("<audio") {
        return Err(("InvalidSsmlException", "The element audio is not supported."));
    }
    let voice = voice(&input.voice_id, input.language_code.as_deref());
    // A NUL would end the text for a program written in C.
    Ok(Utterance { text: input.text.replace('\0', " "), ssml, voice })
}

fn refusal(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let body = json!({"message": message}).to_string();
    (status, [("content-type", "application/json"), ("x-amzn-errortype", kind)], body).into_response()
}

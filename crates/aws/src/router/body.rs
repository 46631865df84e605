//! A request's JSON body, within its limits.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::BodyExt;

use super::Refusal;

/// Bytes of a body at most.
pub const BODY_LIMIT: usize = 5_000_000;

/// How much of a body that is too long is read and thrown away, so that the client hears the answer instead of a closed connection.
const DRAIN_LIMIT: usize = 64_000_000;

/// The body of a request that must be JSON by its content type; what is in it is the caller's to read.
pub(super) async fn json_bytes(request: Request) -> Result<Bytes, Refusal> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(Refusal::bad("The content type must be application/json."));
    }
    if is_announced_too_long(&parts.headers) {
        return Err(too_long());
    }
    read(body).await
}

fn is_json(headers: &HeaderMap) -> bool {
    let written = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = written.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// A client that asks first ("Expect: 100-continue") is told before it sends.
fn is_announced_too_long(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    headers.contains_key(header::EXPECT) && length.is_some_and(|length| length > BODY_LIMIT as u64)
}

async fn read(mut body: Body) -> Result<Bytes, Refusal> {
    let mut content = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::bad("The body ended before it was complete."))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        match length {
            0..=BODY_LIMIT => content.extend_from_slice(&data),
            _ if length > DRAIN_LIMIT => return Err(too_long()),
            _ => content = Vec::new(),
        }
    }
    if length > BODY_LIMIT { Err(too_long()) } else { Ok(content.into()) }
}

fn too_long() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The body must have at most 5 MB.")
}

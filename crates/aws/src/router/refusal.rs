//! Answers that refuse: a status and `{"message": one sentence}`.

use std::borrow::Cow;

use axum::{
    Json,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sbf_dialog::ports::Caller;
use serde_json::json;

/// A request that is not carried out, and the sentence that tells the client why.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    message: Cow<'static, str>,
    /// Seconds after which the request may succeed.
    retry_after: Option<u64>,
}

/// Seconds after which a bot that is busy, or not ready, may be so no more.
const MOMENT: u64 = 2;

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        let is_for_now = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        Self { status, message: message.into(), retry_after: is_for_now.then_some(MOMENT) }
    }

    /// The client's fault.
    pub(super) fn bad(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Our fault; the guard writes what the client reads.
    pub(super) fn ours() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "")
    }

    pub(super) fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Sign in first.")
    }

    /// The bot was set up without what the route needs.
    pub(super) fn not_offered(message: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn no_brain() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The bot has no brain to answer from yet; try again in a moment.")
    }

    /// The client's own doing: it is no fault of ours, and no alarm counts it.
    pub(super) fn busy() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "The bot is still busy with other messages of this conversation; try again in a moment.",
        )
    }

    /// The person has used up what one may use in a day; `seconds` later it is there again.
    pub(super) fn used_up(message: &'static str, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    pub(super) fn out_of_time() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The answer took too long; try again in a moment.")
    }
}

/// Who sent the request, as verified before it came here.
pub(super) fn caller(request: &Request) -> Result<Caller, Refusal> {
    request.extensions().get().cloned().ok_or_else(Refusal::not_signed_in)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "message": self.message }))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

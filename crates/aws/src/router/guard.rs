//! What every request gets: an id, one log line, and a calm answer when something of ours breaks.

use std::{
    any::Any,
    panic::{self, PanicHookInfo},
    time::Instant,
};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use crate::metrics::TurnFacts;

/// The id of a request in logs and in the header `x-request-id`. The Lambda puts the invocation's among the request's
/// extensions; where there is none, one is made. A header of the client is never believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// Which request a response answers, among the response's extensions.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The request's id.
    pub id: RequestId,
    /// The route as it is written in the router; the address as the client wrote it is the client's text.
    route: Option<MatchedPath>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds to a finished router: request ids, one log line a request, and 500 with nothing internal for a panic.
pub fn guarded(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(panicked)).layer(middleware::from_fn(accompany))
}

/// From now on a panic is one line of log that says where it was, and not what it said: its message may quote what a user wrote.
/// For a `main`: there is one hook in a process.
pub fn log_panics() {
    panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        tracing::error!(place, "panicked");
    }));
}

/// The panic hook has written the place; a client learns nothing.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

impl Answered {
    /// Whether the request was a turn, answered or broken.
    pub(crate) fn is_turn(&self) -> bool {
        self.route().trim_end_matches('/') == "/core"
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("none", MatchedPath::as_str)
    }
}

async fn accompany(mut request: Request, next: Next) -> Response {
    let id = request.extensions().get().cloned().unwrap_or_else(|| RequestId(uuid::Uuid::new_v4().to_string()));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(id.clone());
    // An error's span, so that a filter that leaves warnings leaves them their request.
    let span = tracing::error_span!("request", request_id = id.0);
    let answered = Answered { id, route };
    let mut response = answer(request, next, &method, &answered).instrument(span).await;
    if let Ok(id) = HeaderValue::try_from(&answered.id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response.extensions_mut().insert(answered);
    response
}

/// Answers, and writes the one line that every request gets; never a word of what was said.
async fn answer(request: Request, next: Next, method: &Method, answered: &Answered) -> Response {
    let began = Instant::now();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        response = our_fault(&answered.id);
    }
    let turn = response.extensions().get::<TurnFacts>();
    tracing::info!(
        method = known(method),
        route = answered.route(),
        status = response.status().as_u16(),
        ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        intent = turn.and_then(|turn| turn.intent.as_deref()),
        confidence = turn.and_then(|turn| turn.confidence),
        missed = turn.map(|turn| turn.missed),
        "answered"
    );
    response
}

/// Methods have no end; others than these are the client's text.
fn known(method: &Method) -> &str {
    let known = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH];
    if known.contains(method) { method.as_str() } else { "other" }
}

fn our_fault(id: &RequestId) -> Response {
    let body = json!({ "message": "Something went wrong on our side.", "requestID": id.0 });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}

//! What every request gets: an id, one log line, and a calm answer when something of ours breaks.

use std::{any::Any, time::Instant};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;

/// The id of a request in logs and in the header `x-request-id`. The Lambda puts the invocation's among the request's
/// extensions; where there is none, one is made. A header of the client is never believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds to a finished router: request ids, one log line a request, and 500 with nothing internal for a panic.
pub fn guarded(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(panicked)).layer(middleware::from_fn(accompany))
}

/// The panic hook has printed the message and the place; a client learns neither.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

async fn accompany(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request.extensions().get().cloned().unwrap_or_else(|| RequestId(uuid::Uuid::new_v4().to_string()));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        response = our_fault(&id);
    }
    tracing::info!(
        request_id = id.0,
        %method,
        // The address as written is the client's text; the route is ours.
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    if let Ok(id) = HeaderValue::try_from(id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn our_fault(id: &RequestId) -> Response {
    let body = json!({ "message": "Something went wrong on our side.", "requestID": id.0 });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}

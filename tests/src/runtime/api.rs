//! Lambda's Runtime API on a loopback port, for one sandbox.
//!
//! Paths, headers and statuses are those of "Using the Lambda runtime API" in the AWS Lambda Developer Guide.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

/// Bytes of a response at most ("Lambda quotas": 6 MB; the extra is the envelope's).
const RESPONSE_LIMIT: usize = 6_291_556;

/// What a function says that it failed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// `errorType`.
    pub kind: String,
    /// `errorMessage`.
    pub message: String,
}

/// What came of an invocation that the function ended itself.
pub type Ended = Result<Value, Raised>;

/// The API of one sandbox; ended when dropped.
pub struct RuntimeApi {
    /// What `AWS_LAMBDA_RUNTIME_API` holds: host and port.
    pub address: String,
    shared: Arc<Shared>,
    invocations: mpsc::UnboundedSender<Invocation>,
    server: JoinHandle<()>,
}

struct Shared {
    arn: String,
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    pending: Mutex<HashMap<String, oneshot::Sender<Ended>>>,
    /// How often the next invocation was asked for; the first time ends the init phase.
    asked: watch::Sender<usize>,
    init_error: watch::Sender<Option<Raised>>,
    /// When the last event was handed over, and when the last response had come.
    times: Mutex<Option<(Instant, Instant)>>,
}

struct Invocation {
    id: String,
    event: String,
    deadline: Duration,
    ended: oneshot::Sender<Ended>,
}

impl RuntimeApi {
    /// Serves a function with this ARN.
    pub async fn start(arn: &str) -> Self {
        let (invocations, queue) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            arn: arn.to_owned(),
            queue: tokio::sync::Mutex::new(queue),
            pending: Mutex::default(),
            asked: watch::Sender::default(),
            init_error: watch::Sender::default(),
            times: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = router(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            let listener = axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).unwrap());
            axum::serve(listener, router).await.unwrap();
        });
        Self { address, shared, invocations, server }
    }

    /// How long the function had the last event that it answered: from its handing over to the whole response, as Lambda bills it.
    pub fn took(&self) -> Duration {
        self.shared.times.lock().unwrap().map(|(handed, answered)| answered - handed).unwrap()
    }

    /// When the last response had come.
    pub fn answered_at(&self) -> Instant {
        self.shared.times.lock().unwrap().map(|(_, answered)| answered).unwrap()
    }

    /// Queues an event that must be answered `within`; what is returned resolves when the function ends the invocation itself.
    pub fn invoke(&self, id: &str, event: Value, within: Duration) -> oneshot::Receiver<Ended> {
        let (ended, answer) = oneshot::channel();
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + within;
        let invocation = Invocation { id: id.to_owned(), event: event.to_string(), deadline, ended };
        assert!(self.invocations.send(invocation).is_ok(), "the receiver lives as long as this");
        answer
    }

    /// Resolves once the function has asked for its first invocation.
    pub async fn initialised(&self) {
        self.asked(1).await;
    }

    /// Resolves once the function has asked for an invocation so often.
    pub async fn asked(&self, times: usize) {
        self.shared.asked.subscribe().wait_for(|asked| *asked >= times).await.unwrap();
    }

    /// Resolves once the function has said that it cannot start.
    pub async fn init_failed(&self) -> Raised {
        self.shared.init_error.subscribe().wait_for(Option::is_some).await.unwrap().clone().unwrap()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(RESPONSE_LIMIT))
        .with_state(shared)
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.asked.send_modify(|times| *times += 1);
    let Some(invocation) = shared.queue.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.id.clone()),
        ("lambda-runtime-deadline-ms", invocation.deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", shared.arn.clone()),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".into(),
        ),
        ("content-type", "application/json".into()),
    ];
    shared.pending.lock().unwrap().insert(invocation.id, invocation.ended);
    let now = Instant::now();
    *shared.times.lock().unwrap() = Some((now, now));
    (headers, invocation.event).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        let message = format!("Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
        let refused = refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
        // The invocation has failed by that; there is no second try.
        let ended = Err(Raised { kind: "Function.ResponseSizeTooLarge".into(), message });
        return shared.end(&id, ended).unwrap_or(refused);
    };
    if let Some((_, answered)) = &mut *shared.times.lock().unwrap() {
        *answered = Instant::now();
    }
    // A function that returns nothing sends nothing or `null`.
    let value = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body) };
    let ended = value.map_err(|error| Raised { kind: "Runtime.MalformedResponse".into(), message: error.to_string() });
    shared.end(&id, ended).unwrap_or_else(accepted)
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    shared.end(&id, Err(raised(&headers, &body))).unwrap_or_else(accepted)
}

async fn init_error(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    shared.init_error.send_replace(Some(raised(&headers, &body)));
    accepted()
}

impl Shared {
    /// Ends an invocation, once; whoever names none that is under way is refused.
    fn end(&self, id: &str, ended: Ended) -> Option<Response> {
        let Some(pending) = self.pending.lock().unwrap().remove(id) else {
            return Some(refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"));
        };
        // Whoever invoked may have given up meanwhile.
        drop(pending.send(ended));
        None
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({"status": "OK"}))).into_response()
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, Json(json!({"errorType": kind, "errorMessage": message}))).into_response()
}

fn raised(headers: &HeaderMap, body: &[u8]) -> Raised {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let header = headers.get("lambda-runtime-function-error-type").and_then(|value| value.to_str().ok());
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    Raised {
        kind: text("errorType").or_else(|| header.map(str::to_owned)).unwrap_or_default(),
        message: text("errorMessage").unwrap_or_default(),
    }
}

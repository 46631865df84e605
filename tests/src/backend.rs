//! A backend over HTTP, as an author would run one for `localFunctions`.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

/// What a backend makes of an event.
pub type Answer = Arc<dyn Fn(&Value) -> Value + Send + Sync>;

/// A running backend that keeps the events it got; ended when dropped.
pub struct HttpBackend {
    /// What `localFunctions` names.
    pub url: String,
    events: Arc<Mutex<Vec<Value>>>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Backend {
    answer: Answer,
    events: Arc<Mutex<Vec<Value>>>,
}

impl HttpBackend {
    /// Starts a backend on loopback.
    pub async fn start(answer: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Self {
        let events = Arc::default();
        let backend = Backend { answer: Arc::new(answer), events: Arc::clone(&events) };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(call)).with_state(backend);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, events, server }
    }

    /// The events it got, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }
}

impl Drop for HttpBackend {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn call(State(backend): State<Backend>, Json(event): Json<Value>) -> (StatusCode, Json<Value>) {
    backend.events.lock().unwrap().push(event.clone());
    (StatusCode::OK, Json((backend.answer)(&event)))
}

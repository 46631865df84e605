//! A backend over HTTP, as an author would run one for `localFunctions`.

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// What a backend makes of an event.
pub type Answer = Arc<dyn Fn(&Value) -> Value + Send + Sync>;

/// A running backend that keeps the events it got; ended when dropped.
pub struct HttpBackend {
    /// What `localFunctions` names.
    pub url: String,
    events: watch::Sender<Vec<Value>>,
    held: watch::Sender<bool>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Backend {
    answer: Answer,
    events: watch::Sender<Vec<Value>>,
    held: watch::Receiver<bool>,
}

impl HttpBackend {
    /// Starts a backend on loopback.
    pub async fn start(answer: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Self {
        let events = watch::Sender::default();
        let held = watch::Sender::new(false);
        let backend = Backend { answer: Arc::new(answer), events: events.clone(), held: held.subscribe() };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(call)).with_state(backend);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, events, held, server }
    }

    /// The events it got, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.events.borrow().clone()
    }

    /// Waits until it has got so many events.
    pub async fn called(&self, times: usize) {
        self.events.subscribe().wait_for(|events| events.len() >= times).await.unwrap();
    }

    /// From now on it keeps its answers back, until it is let go.
    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    /// Gives the answers that were kept back, and all others at once.
    pub fn let_go(&self) {
        self.held.send_replace(false);
    }
}

impl Drop for HttpBackend {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn call(State(mut backend): State<Backend>, Json(event): Json<Value>) -> (StatusCode, Json<Value>) {
    backend.events.send_modify(|events| events.push(event.clone()));
    backend.held.wait_for(|held| !held).await.unwrap();
    (StatusCode::OK, Json((backend.answer)(&event)))
}

//! A layer in front of the embedded cloud that counts and times calls of AWS, and spoils them on their way.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::body::{Body, to_bytes};
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    task::{AbortHandle, JoinHandle},
};
use tokio_rustls::TlsAcceptor;

use super::Authority;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with 500 and not carried out.
    Refused,
    /// It is never answered and not carried out.
    Hang,
    /// Its connection ends, and it is not carried out.
    Cut,
    /// It is carried out, and its connection ends before the answer.
    Lost,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Refused, Self::Hang, Self::Cut, Self::Lost];
}

/// The layer; it ends when dropped.
pub struct Faults {
    shared: Arc<Shared>,
    environment: Vec<(String, String)>,
    servers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    plan: Mutex<Plan>,
    calls: Mutex<Vec<String>>,
    /// How long the services took, by the call's name.
    times: Mutex<Vec<(String, Duration)>>,
    client: reqwest::Client,
    connections: Mutex<Vec<AbortHandle>>,
}

/// Which calls have a fault.
#[derive(Default)]
enum Plan {
    #[default]
    None,
    /// From this number to that, from 1.
    Numbers(Fault, usize, usize),
    /// All that have this in their name.
    Named(Fault, String),
}

struct Spoilt;

impl Faults {
    /// A layer before every endpoint among these variables (`AWS_ENDPOINT_URL_*`); it spoils nothing yet.
    pub async fn before(environment: &[(String, String)]) -> Self {
        Self::start(environment, None).await
    }

    /// The same, that is spoken to by TLS, with a certificate of this authority.
    pub async fn behind_tls(environment: &[(String, String)], authority: &Authority) -> Self {
        Self::start(environment, Some(authority.acceptor())).await
    }

    async fn start(environment: &[(String, String)], tls: Option<TlsAcceptor>) -> Self {
        let shared = Arc::<Shared>::default();
        let (mut servers, mut layers) = (Vec::new(), HashMap::<String, String>::new());
        let mut changed = Vec::new();
        for (name, value) in environment {
            if !name.starts_with("AWS_ENDPOINT_URL_") {
                changed.push((name.clone(), value.clone()));
                continue;
            }
            if !layers.contains_key(value) {
                let (address, server) = serve(Arc::clone(&shared), value.clone(), tls.clone()).await;
                let scheme = if tls.is_some() { "https" } else { "http" };
                layers.insert(value.clone(), format!("{scheme}://{address}"));
                servers.push(server);
            }
            changed.push((name.clone(), layers[value].clone()));
        }
        Self { shared, environment: changed, servers }
    }

    /// The variables with which a program goes through this layer.
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    /// Spoils the call of this number, counted from now and from 1, and `more` after it.
    pub fn spoil(&self, fault: Fault, call: usize, more: usize) {
        self.shared.forget();
        *self.shared.plan.lock().unwrap() = Plan::Numbers(fault, call, call.saturating_add(more));
    }

    /// Spoils every call that has this in its name.
    pub fn spoil_all(&self, fault: Fault, name: &str) {
        self.shared.forget();
        *self.shared.plan.lock().unwrap() = Plan::Named(fault, name.to_owned());
    }

    /// Lets everything through, and counts from 1 again.
    pub fn calm(&self) {
        self.shared.forget();
        *self.shared.plan.lock().unwrap() = Plan::None;
    }

    /// The calls since [`Self::spoil`] or [`Self::calm`]: method and path, or DynamoDB's or Cognito's operation.
    pub fn calls(&self) -> Vec<String> {
        self.shared.calls.lock().unwrap().clone()
    }

    /// Ends all connections, as services do with those that are idle for long.
    pub fn disconnect(&self) {
        self.shared.connections.lock().unwrap().drain(..).for_each(|connection| connection.abort());
    }

    /// How many of these calls have this in their name.
    pub fn count(&self, name: &str) -> usize {
        self.shared.calls.lock().unwrap().iter().filter(|call| call.contains(name)).count()
    }

    /// How long the services took over them: from the whole request to the whole answer.
    pub fn waited(&self, name: &str) -> Duration {
        let times = self.shared.times.lock().unwrap();
        times.iter().filter(|(call, _)| call.contains(name)).map(|(_, took)| *took).sum()
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

async fn serve(shared: Arc<Shared>, target: String, tls: Option<TlsAcceptor>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let open = Arc::clone(&shared);
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (shared, target) = (Arc::clone(&shared), target.clone());
            let service = service_fn(move |request| {
                let (shared, target) = (Arc::clone(&shared), target.clone());
                async move { shared.answer(&target, request).await }
            });
            // An error of the service ends the connection without an answer, which is what it is for.
            let tls = tls.clone();
            let connection = tokio::spawn(async move {
                let connection = http1::Builder::new();
                match tls {
                    None => connection.serve_connection(TokioIo::new(stream), service).await.ok(),
                    Some(tls) => {
                        let stream = TokioIo::new(tls.accept(stream).await.ok()?);
                        connection.serve_connection(stream, service).await.ok()
                    }
                }
            });
            open.connections.lock().unwrap().push(connection.abort_handle());
        }
    });
    (address, server)
}

impl Shared {
    async fn answer(&self, target: &str, request: Request<Incoming>) -> Result<Response<Body>, Spoilt> {
        let (head, body) = request.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.map_err(|_| Spoilt)?;
        let name = name(&head);
        match self.fault(&name) {
            Some(Fault::Refused) => Ok(refusal()),
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Cut) => Err(Spoilt),
            Some(Fault::Lost) => {
                self.forward(target, head, body).await?;
                Err(Spoilt)
            }
            None => {
                let began = Instant::now();
                let answer = self.forward(target, head, body).await;
                self.times.lock().unwrap().push((name, began.elapsed()));
                answer
            }
        }
    }

    fn forget(&self) {
        self.calls.lock().unwrap().clear();
        self.times.lock().unwrap().clear();
    }

    /// Counts the call, and says what happens to it.
    fn fault(&self, name: &str) -> Option<Fault> {
        let mut calls = self.calls.lock().unwrap();
        calls.push(name.to_owned());
        match &*self.plan.lock().unwrap() {
            Plan::Numbers(fault, first, last) => (*first..=*last).contains(&calls.len()).then_some(*fault),
            Plan::Named(fault, part) => name.contains(part.as_str()).then_some(*fault),
            Plan::None => None,
        }
    }

    /// The same request, headers and all: its signature covers the host that the program knows.
    async fn forward(
        &self,
        target: &str,
        head: http::request::Parts,
        body: axum::body::Bytes,
    ) -> Result<Response<Body>, Spoilt> {
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let request = self.client.request(head.method, format!("{target}{path}")).headers(head.headers).body(body);
        let answer = request.send().await.map_err(|_| Spoilt)?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
            headers.remove("transfer-encoding");
        }
        let body = answer.bytes().await.map_err(|_| Spoilt)?;
        response.body(Body::from(body)).map_err(|_| Spoilt)
    }
}

/// Method and path, or the operation.
fn name(head: &http::request::Parts) -> String {
    let operation = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    operation.map_or_else(|| format!("{} {}", head.method, head.uri.path()), str::to_owned)
}

fn refusal() -> Response<Body> {
    let mut response = Response::new(Body::from("<Error><Code>InternalError</Code></Error>"));
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response
}

impl std::fmt::Debug for Spoilt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("spoilt")
    }
}

impl std::fmt::Display for Spoilt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("spoilt on purpose")
    }
}

impl std::error::Error for Spoilt {}

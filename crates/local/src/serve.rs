//! One HTTP server on a loopback port of the system's choice.

use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a request under way may go on after shutdown began.
const GRACE: Duration = Duration::from_secs(3);

/// Tells every server and timer of a cloud to end; dropping it does the same.
pub(crate) struct Stop(watch::Sender<bool>);

impl Stop {
    pub(crate) fn new() -> Self {
        Self(watch::channel(false).0)
    }

    pub(crate) fn now(&self) {
        self.0.send_replace(true);
    }

    /// Resolves once this stop was called, or dropped.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut seen = self.0.subscribe();
        async move {
            // An error means that the sender is gone, which is a stop as well.
            let _ = seen.wait_for(|stopped| *stopped).await;
        }
    }
}

/// A bound port, not yet answering.
pub(crate) struct Port {
    listener: TcpListener,
    pub(crate) url: String,
}

impl Port {
    pub(crate) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    /// Answers with `router` until `stop`.
    pub(crate) fn serve(self, router: Router, stop: &Stop) -> JoinHandle<()> {
        let stopped = stop.stopped();
        tokio::spawn(async move {
            // Without this a response in two writes waits for the client's delayed acknowledgement,
            // forty milliseconds on Linux.
            let listener = self.listener.tap_io(|stream| {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a local connection stays slow");
                }
            });
            let served = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
            if let Err(error) = served {
                tracing::error!(%error, "a local server ended");
            }
        })
    }
}

/// Waits for tasks that were told to stop; those that do not are ended.
pub(crate) async fn finish(tasks: &mut Vec<JoinHandle<()>>) {
    let deadline = tokio::time::Instant::now() + GRACE;
    for mut task in tasks.drain(..) {
        if tokio::time::timeout_at(deadline, &mut task).await.is_err() {
            task.abort();
            let _ = task.await;
        }
    }
}

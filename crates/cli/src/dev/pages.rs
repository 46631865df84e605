//! What `sbf dev` serves besides the bot's own routes: the page, and what the page shows an author.

use std::{
    convert::Infallible,
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::map_response,
    response::{
        Html, IntoResponse, Response,
        sse::{Event as SseEvent, KeepAlive, Sse},
    },
    routing::get,
};
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use super::status::{Event, Status};

/// How often a new build of the page is looked for.
const REBUILD_CHECK: Duration = Duration::from_millis(500);

/// `GET /dev/*`: never mounted in Lambda.
pub(crate) fn author_routes(status: Arc<Status>) -> Router {
    Router::new().route("/dev/problems", get(problems)).route("/dev/events", get(events)).with_state(status)
}

/// The page: the checkout's build as it is at each request; a page that says how to build it while there is none.
///
/// `connects`: origins besides its own that the page may connect to (CSP 3, section 2.3.1).
pub(crate) fn page_routes(build: Option<&Path>, port: u16, connects: &str) -> anyhow::Result<Router> {
    let nothing_here = move |uri: Uri| async move { nothing_here(&uri, port) };
    let router = match build {
        Some(folder) => Router::new().fallback_service(ServeDir::new(folder).fallback(get(nothing_here))),
        None => Router::new().fallback(nothing_here),
    };
    // No file can have such a name: it is too long, or has a character in it that names cannot have.
    let router = router.layer(map_response(|response: Response| async move {
        if response.status().is_server_error() { nowhere() } else { response }
    }));
    let policy = HeaderValue::try_from(format!("connect-src 'self' {connects}; frame-ancestors 'none'"))?;
    let headers = [
        // A rebuild shows at the next load.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let with = |router: Router, (name, value)| router.layer(SetResponseHeaderLayer::overriding(name, value));
    Ok(headers.into_iter().fold(router, with))
}

/// Where the checkout's build of the page is, or will be.
pub(crate) fn build_folder() -> Option<PathBuf> {
    Some(in_checkout("web/package.json")?.parent()?.join("dist"))
}

fn nothing_here(uri: &Uri, port: u16) -> Response {
    if uri.path() == "/" {
        return Html(NO_BUILD.replace("{port}", &port.to_string())).into_response();
    }
    nowhere()
}

fn nowhere() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"message": "There is nothing at this address."}))).into_response()
}

/// A folder of the checkout, found from where the program is run or from where it lies.
pub(crate) fn in_checkout(relative: &str) -> Option<PathBuf> {
    let here = env::current_dir().ok();
    let program = env::current_exe().ok();
    [here, program]
        .into_iter()
        .flatten()
        .flat_map(|start| start.ancestors().map(|folder| folder.join(relative)).collect::<Vec<_>>())
        .find(|candidate| candidate.exists())
}

/// Tells the page to load itself again whenever its build has changed.
pub(crate) async fn watch_build(build: PathBuf, status: Arc<Status>) {
    let index = build.join("index.html");
    let mut seen = modified(&index);
    loop {
        tokio::time::sleep(REBUILD_CHECK).await;
        let now = modified(&index);
        if now.is_some() && now != seen {
            seen = now;
            status.tell(Event::Reload);
        }
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

async fn problems(State(status): State<Arc<Status>>) -> Response {
    Json(status.snapshot()).into_response()
}

async fn events(State(status): State<Arc<Status>>) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    Sse::new(stream::unfold(status.subscribe(), next_event)).keep_alive(KeepAlive::default())
}

async fn next_event(mut events: Receiver<Event>) -> Option<(Result<SseEvent, Infallible>, Receiver<Event>)> {
    loop {
        match events.recv().await {
            Ok(event) => match SseEvent::default().json_data(&event) {
                Ok(sent) => return Some((Ok(sent), events)),
                Err(error) => tracing::warn!(%error, "an event cannot be written as JSON"),
            },
            // A page that fell behind sees the newest ones; it reads the whole state when it reconnects.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

const NO_BUILD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>SBF</title></head>
<body>
<h1>The bot is running; the page is not built yet</h1>
<p>Build it once with <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>, then load this page again.</p>
<p>Until then, talk to it with
<code>curl -s localhost:{port}/core -H 'content-type: application/json' -d '{"text":"hello"}'</code>.</p>
</body></html>
"#;

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn without_a_build_the_page_names_the_port_that_is_used() {
        let page = to_bytes(nothing_here(&Uri::from_static("/"), 9000).into_body(), 10_000).await.unwrap();
        assert!(String::from_utf8_lossy(&page).contains("localhost:9000/core"));
        assert_eq!(nothing_here(&Uri::from_static("/x"), 9000).status(), StatusCode::NOT_FOUND);
    }
}

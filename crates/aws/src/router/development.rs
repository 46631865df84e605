//! `sbf dev` only: one fixed identity, and nothing for other sites.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use sbf_dialog::ports::Caller;

use super::Refusal;

/// Who everybody is on a developer's machine, and under which names that machine may be addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Development {
    /// The identity of every request; `None` where people sign in and their tokens tell.
    pub caller: Option<Caller>,
    /// Values of `Host` that are served, such as `localhost:8080`; an `Origin` must be `http://` and one of them.
    pub hosts: Vec<String>,
}

impl Development {
    /// The loopback names of a port.
    pub fn on_port(port: u16, caller: Option<Caller>) -> Self {
        let hosts = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")).to_vec();
        Self { caller, hosts }
    }

    /// The origins of the page that is served there.
    pub fn origins(&self) -> Vec<String> {
        self.hosts.iter().map(|host| format!("http://{host}")).collect()
    }

    fn serves(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

/// Gives every request the development identity, where there is one, after refusing those that another site sent.
///
/// Without a sign-in, any page in the developer's browser could talk to the bot: a foreign `Origin` is such a page,
/// a foreign `Host` is a name that such a page had pointed at this machine (DNS rebinding).
/// To be [`guarded`](super::guarded) afterwards, so that refusals have request ids too.
pub fn development(router: Router, settings: Development) -> Router {
    router.layer(middleware::from_fn_with_state(Arc::new(settings), admit))
}

async fn admit(State(settings): State<Arc<Development>>, mut request: Request, next: Next) -> Response {
    match is_own(&settings, request.uri(), request.headers()) {
        true => {
            if let Some(caller) = settings.caller.clone() {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        false => Refusal::new(StatusCode::FORBIDDEN, "This server answers its own page on this machine only.")
            .into_response(),
    }
}

fn is_own(settings: &Development, uri: &Uri, headers: &HeaderMap) -> bool {
    let is_served = |host: Option<&str>| host.is_some_and(|host| settings.serves(host));
    let mut hosts = headers.get_all(header::HOST).iter().map(|value| value.to_str().ok()).peekable();
    let mut origins = headers.get_all(header::ORIGIN).iter().map(|value| value.to_str().ok()?.strip_prefix("http://"));
    let is_named = uri.authority().is_some() || hosts.peek().is_some();
    is_named
        && uri.authority().is_none_or(|authority| settings.serves(authority.as_str()))
        && hosts.all(is_served)
        && origins.all(is_served)
}

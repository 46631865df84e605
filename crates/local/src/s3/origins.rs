//! Which web pages may send upload forms here, as a bucket's CORS rules say in AWS.
//!
//! Every page in the author's browser can reach a loopback port, so all others are turned away before anything of
//! what they send is read: a form is held in memory until its policy is checked.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// How long a browser may remember what it was told of an origin.
const PREFLIGHT_AGE: Duration = Duration::from_secs(60);

/// The pages' origins, such as `http://localhost:8080`; none at first. A clone is the same set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins(Arc<RwLock<BTreeSet<String>>>);

impl Origins {
    pub(crate) fn allow(&self, origins: impl IntoIterator<Item = String>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(origins);
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        origin.to_str().is_ok_and(|origin| known.contains(origin))
    }
}

/// Lets the pages read the answers to their forms, and nothing of other pages in.
pub(super) fn guarded(router: Router, origins: &Origins) -> Router {
    let known = origins.clone();
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| known.allows(origin)))
        .allow_methods([Method::POST])
        // A page that shows how far an upload is makes its browser ask first.
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(PREFLIGHT_AGE);
    router.layer(middleware::from_fn_with_state(origins.clone(), admit)).layer(cors)
}

/// Programs send no `Origin`, browsers send one with every form.
async fn admit(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let is_own = request.headers().get_all(header::ORIGIN).iter().all(|origin| origins.allows(origin));
    let is_page = request.headers().contains_key(header::ORIGIN);
    match is_own && (!is_page || request.method() == Method::POST) {
        true => next.run(request).await,
        false => StatusCode::FORBIDDEN.into_response(),
    }
}

//! The HTTP routes, the same in Lambda and in `sbf dev`.
//!
//! Who the caller is comes as a [`Caller`](sbf_dialog::ports::Caller) among the request's extensions, put there by whatever verified the token;
//! a request without one is refused where a route needs it.

mod body;
mod chat;
mod client;
mod development;
mod feedback;
mod front;
mod guard;
mod polly;
mod refusal;
mod uploads;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    routing::{get, post},
};
use sbf_dialog::{
    Bot,
    ports::{BrainSource, RatingStore, Speech, Uploads},
};
use tower_http::set_header::SetResponseHeaderLayer;

pub use self::{
    body::BODY_LIMIT,
    chat::{Deadline, epoch_millis},
    client::{SignIn, client_settings},
    development::{Development, development},
    front::OriginSecret,
    guard::{Answered, RequestId, guarded, log_panics},
};
use self::{front::fronted, refusal::Refusal};
use crate::quotas::Quotas;

/// What the routes work with.
#[derive(Clone)]
pub struct App {
    /// Answers turns.
    pub bot: Arc<Bot>,
    /// The live brain, for what clients are told about it.
    pub brains: Arc<dyn BrainSource>,
    /// Text to speech.
    pub speech: Arc<dyn Speech>,
    /// Where ratings go; without it `/feedback` says that none are taken.
    pub ratings: Option<Arc<dyn RatingStore>>,
    /// Upload forms; without it `/uploads` says that no files are taken.
    pub uploads: Option<Arc<dyn Uploads>>,
    /// What people may use in a day; without it, anything. Speech and uploads keep to it by themselves.
    pub quotas: Option<Quotas>,
    /// How a page signs people in; without it, `/client.json` says that nobody does.
    pub sign_in: Option<SignIn>,
}

/// The whole service: the bot's routes, JSON for everything else, request ids, and no panic that reaches a client.
pub fn router(app: App) -> Router {
    router_behind(None, app)
}

/// The same behind a distribution that sends this secret: whoever comes without it is refused on every route.
pub fn router_behind(front: Option<OriginSecret>, app: App) -> Router {
    let unknown = || async { Refusal::new(StatusCode::NOT_FOUND, "There is nothing at this address.") };
    guarded(fronted(routes(app).fallback(unknown), front))
}

/// The bot's routes alone, to be merged with others and then [`guarded`].
pub fn routes(app: App) -> Router {
    let unsuitable = || async { Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "This address has another method.") };
    let fresh = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Older clients call with a slash at the end.
    Router::new()
        .route("/core", post(chat::core))
        .route("/core/", post(chat::core))
        .route("/services/polly", post(polly::synthesize))
        .route("/services/polly/", post(polly::synthesize))
        .route("/feedback", post(feedback::feedback))
        .route("/uploads", post(uploads::uploads))
        .route("/client.json", get(client::client))
        .route("/health", get(client::health))
        .method_not_allowed_fallback(unsuitable)
        .layer(fresh)
        .with_state(app)
}

//! What clients and monitors are told about the bot.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sbf_brain::Stock;
use sbf_dialog::ports::LiveBrain;
use serde::Serialize;
use serde_json::{Value, json};

use super::App;

/// How a page signs people in, as `/client.json` tells it under `oidc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// The issuer, whose discovery document says the rest.
    pub issuer: String,
    /// The page's client there.
    pub client_id: String,
    /// The scopes to ask for, separated by spaces.
    pub scope: String,
    /// Cognito's sign-in page, which signs people out in a way of its own; other issuers name an end of the session in their discovery
    /// document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_url: Option<String>,
}

/// `GET /client.json`: what a page needs to start. Before the first training it is answered too, with `brain: null`.
pub(super) async fn client(State(app): State<App>) -> Json<Value> {
    let live = app.brains.current().await.ok();
    Json(client_settings(live.as_deref(), json!(app.sign_in)))
}

/// What a page is told before the first message: of a brain, or that there is none, and where to sign in.
///
/// `sbf publish` writes the same beside the page, for when the API does not answer.
pub fn client_settings(live: Option<&LiveBrain>, oidc: Value) -> Value {
    let brain = live.map(|live| &live.brain);
    // Nobody has signed in yet: a welcome with placeholders is for the first turn, which knows what to put there.
    let welcome = brain
        .map(|brain| brain.stock(Stock::Welcome))
        .and_then(|welcome| welcome.text.fixed().zip(welcome.speech.fixed()));
    json!({
        "name": brain.map(|brain| brain.name()),
        "language": brain.and_then(|brain| brain.language()),
        "voice": brain.and_then(|brain| brain.voice()),
        "theme": brain.and_then(|brain| brain.config().theme.as_ref()),
        "welcome": welcome.map(|(text, speech)| json!({ "text": text, "speech": speech })),
        "oidc": oidc,
        "brain": live.map(described),
    })
}

/// `GET /health`: 200 while a brain is live, else 503.
pub(super) async fn health(State(app): State<App>) -> Response {
    match app.brains.current().await {
        Ok(live) => Json(json!({ "status": "ok", "brain": described(&live) })).into_response(),
        Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "no brain", "brain": null }))).into_response()
        }
    }
}

fn described(live: &LiveBrain) -> Value {
    json!({ "version": live.brain.version(), "trainedAt": live.trained_at })
}

//! `POST /feedback`: what the user thinks of an answer.

use axum::{
    Json,
    extract::{Request, State},
};
use sbf_dialog::wire::Feedback;
use serde_json::{Value, json};

use super::{App, Refusal, body::json_bytes, epoch_millis, refusal::caller};

/// Answers `{}` once the rating is kept; a second one for the same turn replaces the first.
pub(super) async fn feedback(State(app): State<App>, request: Request) -> Result<Json<Value>, Refusal> {
    let caller = caller(&request)?;
    let ratings = app.ratings.ok_or_else(|| Refusal::not_offered("This bot takes no feedback."))?;
    let feedback = Feedback::parse(&json_bytes(request).await?).map_err(|error| Refusal::bad(error.to_string()))?;
    let brain = app.brains.current().await.ok().map(|live| live.brain.version().to_owned());
    match ratings.keep(&feedback.rating(&caller, epoch_millis(), brain)).await {
        Ok(()) => Ok(Json(json!({}))),
        Err(error) => {
            tracing::error!(%error, "a rating was not kept");
            Err(Refusal::ours())
        }
    }
}

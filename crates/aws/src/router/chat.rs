//! `POST /core`: one turn.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::{
    Extension, Json,
    extract::{Request, State},
};
use sbf_dialog::{BotError, Call, Moment, wire};
use serde_json::Value;

use super::{App, Refusal, body::json_bytes, refusal::caller};
use crate::metrics::TurnFacts;

/// The answer, rendered as JSON here and nowhere else; beside it, for log and metrics, what it says about its turn.
pub(super) async fn core(
    State(app): State<App>,
    request: Request,
) -> Result<(Extension<TurnFacts>, Json<Value>), Refusal> {
    let caller = caller(&request)?;
    let body = json_bytes(request).await?;
    let call = Call::parse(&body).map_err(|error| Refusal::bad(error.to_string()))?;
    let response = app.bot.handle(call, &caller, moment()).await.map_err(refused)?;
    Ok((Extension(TurnFacts::of(&response)), Json(wire::render(&response))))
}

fn refused(error: BotError) -> Refusal {
    match error {
        BotError::NoBrain(_) => Refusal::no_brain(),
        BotError::Invalid(sentence) => Refusal::bad(sentence),
        BotError::Store(error) => {
            tracing::error!(%error, "a turn failed");
            Refusal::ours()
        }
    }
}

/// Time and chance enter here; the turn itself has neither.
fn moment() -> Moment {
    let (_, dice) = uuid::Uuid::new_v4().as_u64_pair();
    Moment { now: epoch_millis(), dice }
}

/// The machine's clock, in milliseconds since the epoch: the clock of every bot behind this router.
pub fn epoch_millis() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

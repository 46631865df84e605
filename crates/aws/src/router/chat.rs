//! `POST /core`: one turn.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::{
    Extension, Json,
    extract::{Request, State},
};
use sbf_dialog::{Bot, BotError, Call, Moment, Response, ports::Caller, wire};
use serde_json::Value;

use super::{App, Refusal, body::json_bytes, refusal::caller};
use crate::{metrics::TurnFacts, quotas::NoTurnsLeft};

/// When whatever runs this program ends a request, in epoch milliseconds: the Lambda puts the invocation's among the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub u64);

/// What a refusal needs of the time before the deadline, to be written and sent.
const REFUSING: Duration = Duration::from_secs(1);

/// The answer, rendered as JSON here and nowhere else; beside it, for log and metrics, what it says about its turn.
pub(super) async fn core(
    State(app): State<App>,
    request: Request,
) -> Result<(Extension<TurnFacts>, Json<Value>), Refusal> {
    let caller = caller(&request)?;
    let deadline = request.extensions().get().copied();
    let body = json_bytes(request).await?;
    let call = Call::parse(&body).map_err(|error| Refusal::bad(error.to_string()))?;
    let response = counted(&app, turn(app.bot.as_ref().clone(), call, &caller, deadline), &caller).await?;
    Ok((Extension(TurnFacts::of(&response)), Json(wire::render(&response))))
}

/// Carries out a turn that the caller has left today. The table hears of it meanwhile, where it is to: the function is frozen once
/// it has answered, so a table that hangs holds the answer, but for a second at most.
async fn counted(
    app: &App,
    turn: impl Future<Output = Result<Response, Refusal>>,
    caller: &Caller,
) -> Result<Response, Refusal> {
    let Some(quotas) = &app.quotas else { return turn.await };
    quotas.count_turn(&caller.subject).map_err(|NoTurnsLeft| {
        let message = "You have sent as many messages as you can in a day; write again tomorrow.";
        Refusal::used_up(message, quotas.seconds_left_today())
    })?;
    let (response, settled) = tokio::join!(turn, quotas.settle_turns(&caller.subject));
    if let Err(error) = settled {
        tracing::warn!(%error, "turns were not counted");
    }
    response
}

/// One turn, which has its answer or is refused before anything else ends it.
async fn turn(bot: Bot, call: Call, caller: &Caller, deadline: Option<Deadline>) -> Result<Response, Refusal> {
    let timing = deadline.map_or(bot.timing, |deadline| bot.timing.ending_within(left_until(deadline)));
    let bot = Bot { timing, ..bot };
    match tokio::time::timeout(timing.turn, bot.handle(call, caller, moment())).await {
        Ok(outcome) => outcome.map_err(refused),
        Err(_) => {
            tracing::error!("a turn was given up: its time was over");
            Err(Refusal::out_of_time())
        }
    }
}

fn left_until(Deadline(at): Deadline) -> Duration {
    Duration::from_millis(at.saturating_sub(epoch_millis())).saturating_sub(REFUSING)
}

fn refused(error: BotError) -> Refusal {
    match error {
        BotError::NoBrain(_) => Refusal::no_brain(),
        BotError::Invalid(sentence) => Refusal::bad(sentence),
        BotError::Busy => Refusal::busy(),
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

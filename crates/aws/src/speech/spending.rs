//! What a sound costs, and whether it may: each listener has a number of characters a day, and the whole bot an amount of money.

use aws_sdk_polly::types::Engine;

use super::{PollySpeech, Wanted};
use crate::{
    metrics::{Metric, measure_highest},
    quotas::{NotReserved, Use},
};

/// What was reserved for one sound so far: Polly may refuse a request, and the next one for the same sound may cost more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reserved {
    characters: u64,
    microdollars: u64,
}

/// Millionths of a dollar for a character ("Amazon Polly pricing", per million characters in dollars). An engine that came later than
/// this table counts as the dearest.
fn price(engine: &Engine) -> u64 {
    match engine {
        Engine::Standard => 4,
        Engine::Neural => 16,
        Engine::Generative => 30,
        _ => 100,
    }
}

impl PollySpeech {
    /// Reserves what a request costs and is not reserved yet.
    pub(super) async fn reserve(
        &self,
        wanted: &Wanted<'_>,
        listener: &str,
        so_far: Reserved,
    ) -> Result<Reserved, NotReserved> {
        let Some(quotas) = &self.quotas else { return Ok(so_far) };
        let characters = wanted.spoken.billed();
        let all = Reserved { characters, microdollars: characters * price(&wanted.engine) };
        if let Some(more) = all.characters.checked_sub(so_far.characters).filter(|more| *more > 0) {
            quotas.reserve(listener, Use::SpeechCharacters, more).await?;
        }
        if let Some(more) = all.microdollars.checked_sub(so_far.microdollars).filter(|more| *more > 0) {
            let spent = quotas.spend_on_speech(more).await;
            let share = if spent == Err(NotReserved::UsedUp) { 1.0 } else { spent.clone()? };
            measure_highest(Metric::SpeechBudgetUsed, share * 100.0);
            spent?;
        }
        Ok(Reserved {
            characters: all.characters.max(so_far.characters),
            microdollars: all.microdollars.max(so_far.microdollars),
        })
    }
}

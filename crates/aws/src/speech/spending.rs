//! What a sound costs, and whether it may: each listener has a number of characters a day, and the whole bot an amount of money.

use aws_sdk_polly::types::Engine;

use super::{PollySpeech, Wanted};
use crate::{
    metrics::{Metric, measure_highest},
    quotas::{NotReserved, Quotas, Use},
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
        // Without a budget nothing is used up: nothing is written down, and no alarm is told.
        if !quotas.buys_speech() {
            return Err(NotReserved::UsedUp);
        }
        let characters = wanted.spoken.billed();
        let all = Reserved { characters, microdollars: characters * price(&wanted.engine) };
        let characters = all.characters.saturating_sub(so_far.characters);
        let microdollars = all.microdollars.saturating_sub(so_far.microdollars);
        // The listener's part comes first: who has heard enough cannot use up what there is for everybody.
        if characters > 0 {
            quotas.reserve(listener, Use::SpeechCharacters, characters).await?;
        }
        if let Err(why) = spend(quotas, microdollars).await {
            self.give_back(listener, Reserved { characters, microdollars: 0 }).await;
            return Err(why);
        }
        Ok(Reserved {
            characters: all.characters.max(so_far.characters),
            microdollars: all.microdollars.max(so_far.microdollars),
        })
    }

    /// Gives back what was reserved for a sound that there is not.
    pub(super) async fn give_back(&self, listener: &str, Reserved { characters, microdollars }: Reserved) {
        let Some(quotas) = &self.quotas else { return };
        if characters > 0 {
            quotas.give_back(listener, Use::SpeechCharacters, characters).await;
        }
        if microdollars > 0 {
            quotas.give_back_speech(microdollars).await;
        }
    }
}

/// Takes money of the bot's budget, and measures how much of that is spent.
async fn spend(quotas: &Quotas, microdollars: u64) -> Result<(), NotReserved> {
    if microdollars == 0 {
        return Ok(());
    }
    let share = quotas.spend_on_speech(microdollars).await;
    match &share {
        Ok(share) => measure_highest(Metric::SpeechBudgetUsed, share * 100.0),
        Err(NotReserved::UsedUp) => measure_highest(Metric::SpeechBudgetUsed, 100.0),
        Err(NotReserved::Store(_)) => {}
    }
    share.map(|_| ())
}

//! Turns: counted here, and added to the table now and then.

use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use super::{NotReserved, Quotas, number, refused, usage_on};

/// Turns after which a person's count is added to the table.
const TURNS: u64 = 20;
/// Milliseconds after which it is, at the person's next turn.
const MILLISECONDS: u64 = 60_000;
/// How long a turn may have to wait for the table to hear of it.
const PATIENCE: Duration = Duration::from_secs(1);
/// People who are remembered; beyond it those who wrote last are.
const PEOPLE: usize = 10_000;

/// What a turn of a person comes to who has had all turns of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the turns of the day are used up")]
pub struct NoTurnsLeft;

/// The people who wrote to this process, by subject.
#[derive(Debug, Default)]
pub(super) struct Counted(HashMap<String, Count>);

#[derive(Debug, Clone, Copy)]
struct Count {
    day: u64,
    /// As the table said last.
    known: u64,
    /// Turns that the table does not know of yet.
    new: u64,
    /// When the first of those was, in epoch milliseconds.
    since: u64,
    /// When the last one was.
    last: u64,
}

impl Quotas {
    /// Counts a turn, where they have a limit.
    ///
    /// # Errors
    /// Where the person has no turns left today.
    pub fn count_turn(&self, subject: &str) -> Result<(), NoTurnsLeft> {
        if self.0.settings.turns == u64::MAX {
            return Ok(());
        }
        let (day, now) = (self.day(), (self.0.clock)());
        let mut counted = self.counted();
        counted.make_room();
        let fresh = Count { day, known: 0, new: 0, since: now, last: now };
        let count = counted.0.entry(subject.to_owned()).or_insert(fresh);
        if count.day != day {
            *count = fresh;
        }
        count.last = now;
        if count.known + count.new >= self.0.settings.turns {
            return Err(NoTurnsLeft);
        }
        if count.new == 0 {
            count.since = now;
        }
        count.new += 1;
        Ok(())
    }

    /// Adds a person's new turns to the table where it is time to; other processes' turns are known then. It takes a second at most.
    ///
    /// # Errors
    /// Where the table cannot be written, or not in time: the turns stay to be added. A write that arrived all the same counts twice.
    pub async fn settle_turns(&self, subject: &str) -> Result<(), NotReserved> {
        let Some((day, new)) = self.due(subject) else { return Ok(()) };
        let request = self.adding(subject, &usage_on(day), "turns", new);
        let sent = tokio::time::timeout(PATIENCE, request.send()).await;
        let late = || NotReserved::Store(format!("no answer within {} ms", PATIENCE.as_millis()));
        let added = sent.map_err(|_| late()).and_then(|sent| sent.map_err(|error| refused(&error)));
        let mut counted = self.counted();
        let count = counted.0.get_mut(subject).filter(|count| count.day == day);
        match (added, count) {
            (Ok(output), count) => {
                let total = number(output.attributes, "turns");
                if let Some((count, total)) = count.zip(total) {
                    count.known = total;
                }
                Ok(())
            }
            (Err(error), count) => {
                if let Some(count) = count {
                    count.new += new;
                }
                Err(error)
            }
        }
    }

    /// Takes a person's new turns, if they are to be added now, and the day that they were on.
    fn due(&self, subject: &str) -> Option<(u64, u64)> {
        let now = (self.0.clock)();
        let mut counted = self.counted();
        let count = counted.0.get_mut(subject)?;
        let is_due = count.new >= TURNS || (count.new > 0 && now.saturating_sub(count.since) >= MILLISECONDS);
        is_due.then(|| (count.day, std::mem::take(&mut count.new)))
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// Forgets the half who wrote longest ago once there are too many: their last turns are not counted.
    fn make_room(&mut self) {
        if self.0.len() < PEOPLE {
            return;
        }
        let mut times: Vec<u64> = self.0.values().map(|count| count.last).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        self.0.retain(|_, count| count.last > median);
    }
}

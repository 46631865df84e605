//! What one person may use in a day, and what the bot may spend on speech: nobody can run up the owner's bill.
//!
//! A day is a day of UTC. What was used stands in the sessions' table, one item a person and day, and one a day for the money.
//! Sort keys hold a space, which no session id does.
//!
//! Bytes and characters are *reserved* before they are used, by a conditional write that is cheap beside what follows. Turns are only
//! *counted*, in this process, and added to the person's item every twenty turns or sixty seconds: a plain turn has no read and no write
//! of its own for it, and a quota may be passed by that much in each process.

mod turns;

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    primitives::{DateTime, DateTimeFormat},
    types::{AttributeValue, ReturnValue},
};

use self::turns::Counted;
pub use self::turns::NoTurnsLeft;
use crate::{causes, sessions::SESSIONS_TABLE, settings::QuotaSettings};

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;
/// How long an item of a day is kept after its day.
const KEPT_DAYS: u64 = 1;
/// The partition of the money; its sort keys are no person's.
const MONEY: &str = "speech";

/// Counts what is used, in the table of sessions.
#[derive(Debug, Clone)]
pub struct Quotas(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    table: String,
    settings: QuotaSettings,
    /// Epoch milliseconds.
    clock: fn() -> u64,
    turns: Mutex<Counted>,
}

/// What is reserved before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Characters that Polly bills for one person.
    SpeechCharacters,
    /// Bytes of files and of large values of dialogs, of one person.
    UploadBytes,
}

/// Why something was not reserved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReserved {
    /// There is not so much left today.
    #[error("the quota of the day is used up")]
    UsedUp,
    /// The table did not answer.
    #[error("the table of sessions failed: {0}")]
    Store(String),
}

impl Use {
    fn attribute(self) -> &'static str {
        match self {
            Self::SpeechCharacters => "speechCharacters",
            Self::UploadBytes => "uploadBytes",
        }
    }
}

impl Quotas {
    /// Counts in an existing table, shaped as [`SESSIONS_TABLE`], by a clock of epoch milliseconds.
    pub fn new(client: Client, table: impl Into<String>, settings: QuotaSettings, clock: fn() -> u64) -> Self {
        Self(Arc::new(Inner { client, table: table.into(), settings, clock, turns: Mutex::default() }))
    }

    /// Takes `amount` of what a person may use today.
    ///
    /// # Errors
    /// `UsedUp` where there is not so much left, `Store` where the table cannot be written.
    pub async fn reserve(&self, subject: &str, what: Use, amount: u64) -> Result<(), NotReserved> {
        let limit = match what {
            Use::SpeechCharacters => self.0.settings.speech_characters,
            Use::UploadBytes => self.0.settings.upload_bytes,
        };
        let sort_key = usage_on(self.day());
        self.take(subject, &sort_key, what.attribute(), amount, limit).await.map(|_| ())
    }

    /// Gives back what a person has reserved and not used. What was reserved before midnight is lost with its day.
    pub async fn give_back(&self, subject: &str, what: Use, amount: u64) {
        self.put_back(subject, &usage_on(self.day()), what.attribute(), amount).await;
    }

    /// Whether speech may cost anything at all.
    pub fn buys_speech(&self) -> bool {
        self.0.settings.speech_budget > 0
    }

    /// Takes an amount of what speech may cost today; returns the share of the day's budget that is spent with it.
    ///
    /// # Errors
    /// `UsedUp` where there is not so much left, `Store` where the table cannot be written.
    pub async fn spend_on_speech(&self, microdollars: u64) -> Result<f64, NotReserved> {
        let budget = self.0.settings.speech_budget;
        let spent = self.take(MONEY, &spending_on(self.day()), "microdollars", microdollars, budget).await?;
        Ok(spent as f64 / budget as f64)
    }

    /// Gives back what was not spent on speech.
    pub async fn give_back_speech(&self, microdollars: u64) {
        self.put_back(MONEY, &spending_on(self.day()), "microdollars", microdollars).await;
    }

    /// Seconds until what was used up is there again: until midnight UTC.
    pub fn seconds_left_today(&self) -> u64 {
        DAY - self.now() % DAY
    }

    /// Adds to a number that may not pass `limit`; returns the new one.
    async fn take(&self, pk: &str, sk: &str, name: &str, amount: u64, limit: u64) -> Result<u64, NotReserved> {
        if limit == u64::MAX {
            return Ok(amount);
        }
        let Some(highest) = limit.checked_sub(amount) else { return Err(NotReserved::UsedUp) };
        let request = self.adding(pk, sk, name, amount);
        let request = request.condition_expression("attribute_not_exists(#used) OR #used <= :highest");
        let request = request.expression_attribute_values(":highest", AttributeValue::N(highest.to_string()));
        match request.send().await {
            Ok(output) => Ok(number(output.attributes, name).unwrap_or(amount)),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Takes from a number that holds at least so much; where that fails, it stays taken.
    async fn put_back(&self, pk: &str, sk: &str, name: &str, amount: u64) {
        let request = self.adding(pk, sk, name, format!("-{amount}"));
        let request = request.condition_expression("#used >= :least");
        let request = request.expression_attribute_values(":least", AttributeValue::N(amount.to_string()));
        if let Err(NotReserved::Store(error)) = request.send().await.map_err(|error| refused(&error)) {
            tracing::warn!(error, "what was not used stays reserved");
        }
    }

    /// A write that adds to a number of an item, which it makes where there is none, and answers with the new number.
    fn adding(&self, pk: &str, sk: &str, name: &str, amount: impl ToString) -> UpdateItemFluentBuilder {
        let expires_at = (self.now() / DAY + 1 + KEPT_DAYS) * DAY;
        self.0
            .client
            .update_item()
            .table_name(&self.0.table)
            .key(SESSIONS_TABLE.partition_key, AttributeValue::S(pk.to_owned()))
            .key(SESSIONS_TABLE.sort_key, AttributeValue::S(sk.to_owned()))
            .update_expression("SET #expiry = :expiry ADD #used :amount")
            .expression_attribute_names("#expiry", SESSIONS_TABLE.time_to_live)
            .expression_attribute_names("#used", name)
            .expression_attribute_values(":expiry", AttributeValue::N(expires_at.to_string()))
            .expression_attribute_values(":amount", AttributeValue::N(amount.to_string()))
            .return_values(ReturnValue::UpdatedNew)
    }

    /// The day as a number: days since the epoch.
    fn day(&self) -> u64 {
        self.now() / DAY
    }

    /// Epoch seconds.
    fn now(&self) -> u64 {
        (self.0.clock)() / 1000
    }
}

/// The sort key of what a person used on a day.
fn usage_on(day: u64) -> String {
    format!("usage {}", date(day))
}

/// The sort key of what was spent on a day.
fn spending_on(day: u64) -> String {
    format!("spending {}", date(day))
}

/// A day as `2026-11-30`.
fn date(day: u64) -> String {
    let midnight = DateTime::from_secs(i64::try_from(day * DAY).unwrap_or_default());
    let written = midnight.fmt(DateTimeFormat::DateTime).unwrap_or_default();
    written.chars().take(10).collect()
}

type Item = std::collections::HashMap<String, AttributeValue>;

fn number(item: Option<Item>, name: &str) -> Option<u64> {
    item?.get(name)?.as_n().ok()?.parse().ok()
}

fn refused(error: &SdkError<UpdateItemError>) -> NotReserved {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(_)) => NotReserved::UsedUp,
        _ => NotReserved::Store(causes(error)),
    }
}

#![doc = include_str!("../README.md")]

mod answers;
mod event;
mod feedback;
#[cfg(feature = "lambda")]
pub mod lambda;
mod languages;
mod numbers;
mod pizza;
mod reply;
mod store;
mod tables;
mod text;
mod weather;

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use serde_json::Value;
use uuid::Uuid;

pub use tables::{
    AttributeKind, IndexDefinition, KeyAttribute, TableDefinition, Tables, create_tables, table_definitions,
};

use event::Event;
use store::Store;

/// The function name of the weather sample.
pub const WEATHER: &str = "sbf-sample-weather";
/// The function name of the feedback sample.
pub const FEEDBACK: &str = "sbf-sample-feedback";
/// The function name of the pizza sample.
pub const PIZZA: &str = "sbf-sample-pizza";

/// The three sample backends over one DynamoDB.
#[derive(Debug, Clone)]
pub struct Samples {
    store: Store,
}

impl Samples {
    /// Samples that keep feedback, orders and the menu in these tables, which must exist (see [`create_tables`]).
    pub fn new(dynamodb: Client, tables: Tables) -> Self {
        Self { store: Store::new(dynamodb, tables) }
    }

    /// The names that [`Samples::invoke`] answers to.
    pub fn names() -> [&'static str; 3] {
        [WEATHER, FEEDBACK, PIZZA]
    }

    /// Calls a sample with the event that a fulfilment Lambda gets; `None` where no sample has this name.
    ///
    /// The same `turnID` of the same user and session stores once, however often it is called.
    ///
    /// # Errors
    /// Inside the `Option`: the sentence a Lambda would raise, where the event is no JSON object. A table that does not answer is no error:
    /// the user is told so in a sentence.
    pub async fn invoke(&self, name: &str, event: Value) -> Option<Result<Value, String>> {
        self.invoke_at(name, event, Moment::now()).await
    }

    /// As [`Samples::invoke`], at a moment of the caller's choice.
    pub async fn invoke_at(&self, name: &str, event: Value, moment: Moment) -> Option<Result<Value, String>> {
        if !Self::names().contains(&name) {
            return None;
        }
        let Value::Object(fields) = event else {
            return Some(Err("the event must be a JSON object".to_owned()));
        };
        let event = Event::new(fields);
        Some(Ok(match name {
            WEATHER => weather::turn(&event, moment.day()),
            FEEDBACK => feedback::handle(&self.store, &event, moment).await,
            _ => pizza::handle(&self.store, &event, moment).await,
        }))
    }
}

/// Time and chance, which the samples take as an argument.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub now_ms: u64,
    /// Tells two turns apart that carry no `turnID`.
    pub chance: Uuid,
}

impl Moment {
    /// The clock's time and fresh chance.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { now_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX), chance: Uuid::new_v4() }
    }

    fn day(self) -> u64 {
        self.now_ms / 86_400_000
    }
}

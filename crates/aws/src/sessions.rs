//! Sessions in DynamoDB.

mod large;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::put_item::PutItemError,
    types::{
        AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, TimeToLiveSpecification, TimeToLiveStatus,
    },
};
use sbf_dialog::{
    ports::{SaveError, SessionKey, SessionStore, StoreError, Stored},
    session::Session,
};

pub use self::large::LargeValues;
use crate::{causes, tables, unread};

/// A table whose items are found by two strings and expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableDefinition {
    /// The partition key, a string.
    pub partition_key: &'static str,
    /// The sort key, a string.
    pub sort_key: &'static str,
    /// The attribute that holds the epoch second of expiry.
    pub time_to_live: &'static str,
}

/// The sessions' table: `pk` is the caller's subject, `sk` the session id, so that a subject reads none but its own.
/// Further attributes: `version` (N, from 1, grows by one with each save), `body` (S, the session as JSON) and
/// `savedBy` (S, an id of the save that wrote the item).
pub const SESSIONS_TABLE: TableDefinition =
    TableDefinition { partition_key: "pk", sort_key: "sk", time_to_live: "expiresAt" };

/// [`SessionStore`] on a DynamoDB table shaped as [`SESSIONS_TABLE`].
#[derive(Debug, Clone)]
pub struct DynamoSessions {
    client: Client,
    table: String,
    large: Option<LargeValues>,
}

impl DynamoSessions {
    /// A store on an existing table.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), large: None }
    }

    /// The same with a place for large values; without one, there is no room for a state that needs them.
    #[must_use]
    pub fn with_large_values(self, large: Option<LargeValues>) -> Self {
        Self { large, ..self }
    }

    /// The session as its own item holds it.
    async fn item(&self, key: &SessionKey) -> Result<Option<Stored>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let request = request
            .key(SESSIONS_TABLE.partition_key, AttributeValue::S(key.subject.clone()))
            .key(SESSIONS_TABLE.sort_key, AttributeValue::S(key.session_id.clone()));
        let item = request.send().await.map_err(failed)?.item;
        item.map_or(Ok(None), |item| read(&item, now()))
    }

    /// The same with the large values that are kept beside it.
    async fn whole(&self, key: &SessionKey, stored: Option<Stored>) -> Result<Option<Stored>, StoreError> {
        match (stored, &self.large) {
            (Some(stored), Some(large)) => large.fetch(key, stored).await.map(Some),
            (stored, _) => Ok(stored),
        }
    }

    /// Writes the session's item, if the item there has the expected version; returns the one that was there.
    async fn put(
        &self,
        key: &SessionKey,
        session: &Session,
        expected: u64,
        save_id: &str,
    ) -> Result<Option<Item>, SaveError> {
        let body = serde_json::to_string(session).map_err(failed)?;
        let request = self.client.put_item().table_name(&self.table);
        let request = request
            .item(SESSIONS_TABLE.partition_key, AttributeValue::S(key.subject.clone()))
            .item(SESSIONS_TABLE.sort_key, AttributeValue::S(key.session_id.clone()))
            .item(SESSIONS_TABLE.time_to_live, number(session.expires_at))
            .item("version", number(expected + 1))
            .item("body", AttributeValue::S(body))
            .item("savedBy", AttributeValue::S(save_id.to_owned()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let request = if expected == 0 {
            request
                .condition_expression("attribute_not_exists(pk) OR expiresAt <= :now")
                .expression_attribute_values(":now", number(now()))
                .return_values(ReturnValue::AllOld)
        } else {
            request
                .condition_expression("version = :expected")
                .expression_attribute_values(":expected", number(expected))
        };
        match request.send().await {
            Ok(output) => Ok(output.attributes),
            Err(error) => not_saved(error, save_id).map(|()| None),
        }
    }
}

/// Creates the sessions' table with its expiry, unless it is there; `sbf dev` does this, a deployment has its template.
///
/// # Errors
/// Where DynamoDB refuses or does not answer.
pub async fn create_sessions_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let created = tables::create(client, table, SESSIONS_TABLE.partition_key, SESSIONS_TABLE.sort_key).await;
    created.map_err(StoreError)?;
    let_expire(client, table).await
}

/// Sets the expiry unless it is set: whoever made the table may have been stopped right after.
async fn let_expire(client: &Client, table: &str) -> Result<(), StoreError> {
    let described = client.describe_time_to_live().table_name(table).send().await.map_err(failed)?;
    let status = described.time_to_live_description.and_then(|description| description.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let expiry = TimeToLiveSpecification::builder().attribute_name(SESSIONS_TABLE.time_to_live).enabled(true).build();
    let request = client.update_time_to_live().table_name(table);
    request.time_to_live_specification(expiry.map_err(failed)?).send().await.map_err(failed)?;
    Ok(())
}

#[async_trait]
impl SessionStore for DynamoSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<Stored>, StoreError> {
        self.whole(key, self.item(key).await?).await
    }

    async fn load_newer(&self, key: &SessionKey, than: u64, within: Duration) -> Result<Option<Stored>, StoreError> {
        const LONGEST_PAUSE: Duration = Duration::from_millis(500);
        let deadline = Instant::now() + within;
        let mut pause = Duration::from_millis(25);
        loop {
            let stored = self.item(key).await?;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || stored.as_ref().map_or(0, |stored| stored.version) != than {
                return self.whole(key, stored).await;
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn save(&self, key: &SessionKey, session: &Session, expected: u64) -> Result<u64, SaveError> {
        let save_id = uuid::Uuid::new_v4().to_string();
        let (item, values) = session.apart(&save_id);
        let new: Vec<_> = values.iter().filter(|value| value.place.save == save_id).collect();
        match &self.large {
            Some(large) => large.keep(key, &new).await?,
            None if values.is_empty() => {}
            None => return Err(SaveError::NoRoom("there is no bucket for large values".to_owned())),
        }
        let put = self.put(key, &item, expected, &save_id).await;
        if let (Err(SaveError::Conflict), Some(large)) = (&put, &self.large) {
            large.take_back(key, &new).await;
        }
        let replaced = put?;
        if let Some(large) = &self.large {
            large.erase(key, session, &item).await;
            // An expired session of the same name went with this save.
            if let Some(Ok(expired)) = replaced.as_ref().map(body_of) {
                large.erase(key, &expired, &item).await;
            }
        }
        Ok(expected + 1)
    }
}

/// The SDK repeats a save whose answer got lost; the repetition then meets its own item, which is a success and no conflict.
fn not_saved(error: SdkError<PutItemError>, save_id: &str) -> Result<(), SaveError> {
    let Some(PutItemError::ConditionalCheckFailedException(conflict)) = error.as_service_error() else {
        return Err(failed(error).into());
    };
    let saved_by = conflict.item().and_then(|item| item.get("savedBy"));
    if saved_by.and_then(|id| id.as_s().ok()).is_some_and(|id| id == save_id) {
        Ok(())
    } else {
        Err(SaveError::Conflict)
    }
}

type Item = std::collections::HashMap<String, AttributeValue>;

/// DynamoDB deletes expired items up to days late, so expiry is looked at here as well.
fn read(item: &Item, now: u64) -> Result<Option<Stored>, StoreError> {
    let expires_at = number_in(item, SESSIONS_TABLE.time_to_live)?;
    if expires_at <= now {
        return Ok(None);
    }
    Ok(Some(Stored { session: body_of(item)?, version: number_in(item, "version")? }))
}

fn body_of(item: &Item) -> Result<Session, StoreError> {
    let body = item.get("body").and_then(|body| body.as_s().ok()).ok_or_else(|| unreadable("it has no body"))?;
    serde_json::from_str(body).map_err(|error| unreadable(unread(&error)))
}

fn number_in(item: &Item, name: &str) -> Result<u64, StoreError> {
    let written = item.get(name).and_then(|value| value.as_n().ok());
    written.and_then(|value| value.parse().ok()).ok_or_else(|| unreadable(format!("its {name} is not a whole number")))
}

fn unreadable(why: impl std::fmt::Display) -> StoreError {
    StoreError(format!("a stored session cannot be read by this release: {why}"))
}

fn failed(error: impl std::error::Error) -> StoreError {
    StoreError(causes(&error))
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

//! The embedded DynamoDB: dynoxide's database behind an HTTP front of our own.
//!
//! dynoxide brings a server too, but that one answers browsers' cross-origin requests and
//! accepts any credentials: every web page the author opens could read the sessions. This front
//! takes only requests signed with the cloud's own key pair, and runs the database, which
//! blocks, off the async threads.

mod tables;

use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{TimeToLiveSpecification, TimeToLiveStatus};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use dynoxide::{Database, DynoxideError};
use tokio::task::JoinHandle;

pub(crate) use self::tables::Tables;
use crate::clients::KeyPair;
use crate::serve::Stop;
use crate::signature::{Refusal, Verifier};

/// The largest request that DynamoDB takes is a batch of 16 MB.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How often items past their time to live are removed. AWS promises a few days at most, so
/// readers must not count on it.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Opens the database file, or one in memory.
pub(crate) fn open(file: Option<&Path>) -> Result<(Database, Tables), DynoxideError> {
    let database = match file {
        Some(file) => Database::new(&file.to_string_lossy())?,
        None => Database::memory()?,
    };
    let tables = Tables::open(database.clone(), file)?;
    Ok((database, tables))
}

/// Answers the DynamoDB JSON protocol.
pub(crate) fn router(database: Database, tables: Tables, keys: &KeyPair) -> Router {
    let verifier = Verifier::new(keys, "dynamodb", BODY_LIMIT);
    Router::new().route("/", routing::post(answer)).with_state(Front { database, tables, verifier })
}

/// Removes expired items now and then until `stop`.
pub(crate) fn sweep(database: Database, stop: &Stop) -> JoinHandle<()> {
    let stopped = stop.stopped();
    tokio::spawn(async move {
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                () = &mut stopped => return,
                () = tokio::time::sleep(SWEEP_INTERVAL) => {}
            }
            let database = database.clone();
            match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
                Ok(Ok(0)) => {}
                Ok(Ok(count)) => tracing::debug!(count, "expired items removed"),
                Ok(Err(error)) => tracing::warn!(%error, "expired items could not be removed"),
                Err(error) => tracing::warn!(%error, "the removal of expired items ended"),
            }
        }
    })
}

#[derive(Clone)]
struct Front {
    database: Database,
    tables: Tables,
    verifier: Verifier,
}

async fn answer(State(front): State<Front>, request: Request) -> Response {
    let (head, body) = match front.verifier.verified(request).await {
        Ok(verified) => verified,
        Err(refusal) => return reply(Err(refused(refusal))),
    };
    let target = head.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let ran = tokio::task::spawn_blocking(move || run(&front, &operation, &body)).await;
    reply(ran.unwrap_or_else(|_| Err(DynoxideError::InternalServerError("the operation panicked".to_owned()))))
}

fn refused(refusal: Refusal) -> DynoxideError {
    match refusal {
        Refusal::Unsigned => {
            DynoxideError::AccessDeniedException("The request was not signed with the cloud's key pair.".into())
        }
        Refusal::TooLarge => DynoxideError::ValidationException(format!("A request has {BODY_LIMIT} bytes at most.")),
    }
}

fn reply(result: Result<String, DynoxideError>) -> Response {
    let (status, body) = match result {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, error.to_json())
        }
    };
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

/// Runs one operation; each has a method of its name, which takes and gives its JSON.
fn run(Front { database, tables, .. }: &Front, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    macro_rules! operations {
        ($($name:literal => $method:ident),* $(,)?) => {
            match operation {
                "CreateTable" => written(&tables.create(read(body)?)?),
                "DeleteTable" => written(&tables.delete(read(body)?)?),
                $($name => written(&database.$method(read(body)?)?),)*
                _ => Err(DynoxideError::ValidationException(format!("Unsupported operation: {operation}"))),
            }
        };
    }
    operations! {
        "DescribeTable" => describe_table,
        "ListTables" => list_tables,
        "UpdateTable" => update_table,
        "UpdateTimeToLive" => update_time_to_live,
        "DescribeTimeToLive" => describe_time_to_live,
        "PutItem" => put_item,
        "GetItem" => get_item,
        "DeleteItem" => delete_item,
        "UpdateItem" => update_item,
        "Query" => query,
        "Scan" => scan,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "TagResource" => tag_resource,
        "UntagResource" => untag_resource,
        "ListTagsOfResource" => list_tags_of_resource,
    }
}

/// dynoxide marks faults of a request that AWS calls invalid, rather than unreadable, in serde's
/// message: `VALIDATION:1 validation error detected: … at line 1 column 9`.
fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, DynoxideError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = error.to_string();
        let (marker, rest) = message.split_once(':').unwrap_or(("", &message));
        let rest = rest.rsplit_once(" at line ").map_or(rest, |(rest, _)| rest);
        match marker {
            _ if marker.starts_with("VALIDATION") => DynoxideError::ValidationException(rest.to_owned()),
            _ if marker.starts_with("SERIALIZATION") => DynoxideError::SerializationException(rest.to_owned()),
            _ if message.contains("missing field") => DynoxideError::ValidationException(message),
            _ => DynoxideError::SerializationException(message),
        }
    })
}

fn written<T: serde::Serialize>(answer: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Why a table was not made.
#[derive(Debug, thiserror::Error)]
#[error("the table was not made: {0}")]
pub struct TableError(String);

/// Makes a table, unless it exists, and has its items removed after the second of the Unix epoch
/// that the attribute `time_to_live` holds.
///
/// A table that exists with other keys or indexes is left as it is. Ended at any moment and
/// called again, it does the rest.
pub async fn create_table(
    client: &Client,
    table: CreateTableFluentBuilder,
    time_to_live: Option<&str>,
) -> Result<(), TableError> {
    let failed = |error: aws_sdk_dynamodb::Error| TableError(DisplayErrorContext(error).to_string());
    let name = table.get_table_name().clone().unwrap_or_default();
    match table.send().await.map_err(aws_sdk_dynamodb::Error::from) {
        Ok(_) | Err(aws_sdk_dynamodb::Error::ResourceInUseException(_)) => {}
        Err(error) => return Err(failed(error)),
    }
    match time_to_live {
        Some(attribute) => enable_time_to_live(client, &name, attribute).await.map_err(failed),
        None => Ok(()),
    }
}

async fn enable_time_to_live(client: &Client, table: &str, attribute: &str) -> Result<(), aws_sdk_dynamodb::Error> {
    let now = client.describe_time_to_live().table_name(table).send().await?;
    let status = now.time_to_live_description().and_then(|ttl| ttl.time_to_live_status());
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build()?;
    client.update_time_to_live().table_name(table).time_to_live_specification(specification).send().await?;
    Ok(())
}

//! What users think of answers, in DynamoDB.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    primitives::{DateTime, DateTimeFormat},
    types::AttributeValue,
};
use sbf_dialog::ports::{Rating, RatingError, RatingStore};

use crate::{causes, tables};

/// The keys of the ratings' table, both strings: `pk` is the caller's subject and `sk` the turn's id, so that a subject
/// replaces none but its own. Further attributes, all strings: `value` (`up` or `down`), `ratedAt` (RFC 3339) and, where
/// they are known, `sessionID`, `comment` and `brainVersion`; and, where ratings leave again, [`RATINGS_EXPIRY`].
pub const RATINGS_KEYS: [&str; 2] = ["pk", "sk"];

/// The attribute with the epoch second after which DynamoDB deletes a rating, a number.
pub const RATINGS_EXPIRY: &str = "expiresAt";

/// [`RatingStore`] on a DynamoDB table with the keys [`RATINGS_KEYS`].
#[derive(Debug, Clone)]
pub struct DynamoRatings {
    client: Client,
    table: String,
    kept: Option<Duration>,
}

impl DynamoRatings {
    /// A store on an existing table, which keeps ratings for ever.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), kept: None }
    }

    /// The same, whose ratings expire this long after they were given.
    #[must_use]
    pub fn keeping_for(self, kept: Option<Duration>) -> Self {
        Self { kept, ..self }
    }
}

/// Creates the ratings' table, unless it is there; `sbf dev` does this, a deployment has its template.
///
/// # Errors
/// Where DynamoDB refuses or does not answer.
pub async fn create_ratings_table(client: &Client, table: &str) -> Result<(), RatingError> {
    let [partition_key, sort_key] = RATINGS_KEYS;
    tables::create(client, table, partition_key, sort_key).await.map_err(RatingError)
}

#[async_trait]
impl RatingStore for DynamoRatings {
    async fn keep(&self, rating: &Rating) -> Result<(), RatingError> {
        let at = DateTime::from_millis(i64::try_from(rating.at).unwrap_or(i64::MAX)).fmt(DateTimeFormat::DateTime);
        let attributes = [
            (RATINGS_KEYS[0], Some(rating.subject.clone())),
            (RATINGS_KEYS[1], Some(rating.turn_id.clone())),
            ("value", Some(rating.verdict.as_str().to_owned())),
            ("ratedAt", Some(at.map_err(|error| RatingError(error.to_string()))?)),
            ("sessionID", rating.session_id.clone()),
            ("comment", rating.comment.clone()),
            ("brainVersion", rating.brain.clone()),
        ];
        let given = attributes.into_iter().filter_map(|(name, text)| Some((name, AttributeValue::S(text?))));
        let expiry = self.kept.map(|kept| rating.at / 1000 + kept.as_secs());
        let expiry = expiry.map(|second| (RATINGS_EXPIRY, AttributeValue::N(second.to_string())));
        // One whole item: nothing of an earlier rating is left beside the new one.
        let item = given.chain(expiry).map(|(name, value)| (name.to_owned(), value)).collect();
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.map(|_| ()).map_err(|error| RatingError(causes(&error)))
    }
}

//! Keys of other bots, from Secrets Manager.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use tokio::sync::Mutex;

use super::Keys;
use crate::causes;

/// A key that is refused again and again makes the secret be read no more often than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// [`Keys`] in one secret: a JSON object of a key for each host. It is read when the first bot is asked, and again once a key was refused.
#[derive(Debug)]
pub struct SecretKeys {
    client: Client,
    secret: String,
    patience: Duration,
    read: Mutex<Option<Secret>>,
}

/// What the secret held; `Debug` leaves it out.
struct Secret {
    keys: BTreeMap<String, String>,
    at: Instant,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secret").field("at", &self.at).finish_non_exhaustive()
    }
}

impl SecretKeys {
    /// The keys in the secret with this ARN.
    pub fn new(client: Client, secret: String) -> Self {
        Self { client, secret, patience: PATIENCE, read: Mutex::default() }
    }

    /// The same, that reads the secret again this long after the last time; a minute otherwise.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn read(&self) -> Result<Secret, String> {
        let read = self.client.get_secret_value().secret_id(&self.secret).send().await;
        let read =
            read.map_err(|error| format!("the secret with the keys of other bots cannot be read: {}", causes(&error)))?;
        // The error would quote the secret.
        let keys = serde_json::from_str(read.secret_string().unwrap_or_default()).map_err(|_| {
            "the secret with the keys of other bots must be a JSON object that has the key of each by its host"
                .to_owned()
        })?;
        Ok(Secret { keys, at: Instant::now() })
    }
}

#[async_trait]
impl Keys for SecretKeys {
    async fn key(&self, host: &str) -> Result<Option<String>, String> {
        let mut read = self.read.lock().await;
        let secret = match read.take() {
            Some(secret) => secret,
            None => self.read().await?,
        };
        Ok(read.insert(secret).keys.get(host).cloned())
    }

    async fn replaced(&self, host: &str, refused: &str) -> Option<String> {
        let mut read = self.read.lock().await;
        if read.as_ref().is_none_or(|secret| secret.at.elapsed() >= self.patience) {
            // What cannot be read now may be read for the next question.
            *read = self.read().await.ok();
        }
        read.as_ref()?.keys.get(host).filter(|key| *key != refused).cloned()
    }
}

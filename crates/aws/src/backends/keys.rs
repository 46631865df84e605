//! Keys of other bots, from Secrets Manager.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use tokio::sync::Mutex;

use super::Keys;
use crate::causes;

/// [`Keys`] in one secret: a JSON object of a key for each host. It is read when the first bot is asked, and again once a key was refused.
#[derive(Debug)]
pub struct SecretKeys {
    client: Client,
    secret: String,
    read: Mutex<Option<Secret>>,
}

/// What the secret holds; `Debug` leaves it out.
struct Secret(BTreeMap<String, String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}

impl SecretKeys {
    /// The keys in the secret with this ARN.
    pub fn new(client: Client, secret: String) -> Self {
        Self { client, secret, read: Mutex::default() }
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
        Ok(Secret(keys))
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
        Ok(read.insert(secret).0.get(host).cloned())
    }

    async fn forget(&self) {
        self.read.lock().await.take();
    }
}

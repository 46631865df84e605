//! Large values of dialogs, in the bucket of users' files: `sessions/<person>/<session>/<value>-<save>`, each part but the last a hash.

use aws_sdk_s3::{Client, error::ProvideErrorMetadata, primitives::ByteStream};
use sbf_dialog::{
    ports::{SaveError, SessionKey, StoreError, Stored},
    session::{LargeValue, Place, Session},
};
use serde_json::Value;

use crate::{
    causes,
    quotas::{NotReserved, Quotas, Use},
    uploads::{folder, hashed},
};

/// The folder of large values in their bucket.
const FOLDER: &str = "sessions";

/// Keeps values beside sessions. Whoever owns the bucket lets what a lost session left there expire.
#[derive(Debug, Clone)]
pub struct LargeValues {
    client: Client,
    bucket: String,
    quotas: Option<Quotas>,
}

impl LargeValues {
    /// Values in a bucket, of which each new one counts in its person's quota of uploads.
    pub fn new(client: Client, bucket: impl Into<String>, quotas: Option<Quotas>) -> Self {
        Self { client, bucket: bucket.into(), quotas }
    }

    /// A session with its values. One that is lost is left out.
    pub(super) async fn fetch(&self, key: &SessionKey, stored: Stored) -> Result<Stored, StoreError> {
        let Some(beside) = &stored.session.beside else { return Ok(stored) };
        let mut values = Vec::new();
        for place in &beside.values {
            values.extend(self.get(key, place).await?);
        }
        let session = stored.session.whole(values);
        Ok(Stored { session, ..stored })
    }

    /// Writes values that are not there since an earlier save: all of them or none.
    pub(super) async fn keep(&self, key: &SessionKey, new: &[&LargeValue]) -> Result<(), SaveError> {
        if let Some(quotas) = self.quotas.as_ref().filter(|_| !new.is_empty()) {
            quotas.reserve(&key.subject, Use::UploadBytes, bytes(new)).await.map_err(|why| match why {
                NotReserved::UsedUp => SaveError::NoRoom("the person's uploads of the day are used up".to_owned()),
                NotReserved::Store(why) => StoreError(why).into(),
            })?;
        }
        for value in new {
            if let Err(error) = self.put(key, value).await {
                self.take_back(key, new).await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Erases what was written for a save that came to nothing, and gives back what was counted for it: the turn is tried again.
    pub(super) async fn take_back(&self, key: &SessionKey, new: &[&LargeValue]) {
        for value in new {
            self.delete(key, &value.place).await;
        }
        if let Some(quotas) = self.quotas.as_ref().filter(|_| !new.is_empty()) {
            quotas.give_back(&key.subject, Use::UploadBytes, bytes(new)).await;
        }
    }

    /// Erases the values of a session as it was found that the session as it was saved has not.
    pub(super) async fn erase(&self, key: &SessionKey, found: &Session, saved: &Session) {
        let kept: Vec<_> = names(saved).collect();
        for place in places(found).filter(|place| !kept.contains(&name(place))) {
            self.delete(key, place).await;
        }
    }

    async fn get(&self, key: &SessionKey, place: &Place) -> Result<Option<(Place, Value)>, StoreError> {
        let request = self.client.get_object().bucket(&self.bucket).key(object(key, place));
        let output = match request.send().await {
            Ok(output) => output,
            // Without the right to list the bucket, S3 says 403 of what is not there.
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "AccessDenied")) => {
                tracing::warn!(field = place.field, "a large value of a dialog is lost");
                return Ok(None);
            }
            Err(error) => return Err(StoreError(causes(&error))),
        };
        let bytes = output.body.collect().await.map_err(|error| StoreError(causes(&error)))?;
        let value = serde_json::from_slice(&bytes.into_bytes()).ok();
        if value.is_none() {
            // No later turn could read it either.
            tracing::warn!(field = place.field, "a large value of a dialog cannot be read, and counts as lost");
        }
        Ok(value.map(|value| (place.clone(), value)))
    }

    async fn put(&self, key: &SessionKey, value: &LargeValue) -> Result<(), SaveError> {
        let request = self.client.put_object().bucket(&self.bucket).key(object(key, &value.place));
        let request = request.content_type("application/json").body(ByteStream::from(value.json.clone().into_bytes()));
        request.send().await.map(|_| ()).map_err(|error| StoreError(causes(&error)).into())
    }

    /// What is not erased expires.
    async fn delete(&self, key: &SessionKey, place: &Place) {
        let request = self.client.delete_object().bucket(&self.bucket).key(object(key, place));
        if let Err(error) = request.send().await {
            tracing::warn!(error = causes(&error), "a large value of a dialog was not erased");
        }
    }
}

fn places(session: &Session) -> impl Iterator<Item = &Place> {
    session.beside.iter().flat_map(|beside| &beside.values)
}

fn names(session: &Session) -> impl Iterator<Item = (&str, &str)> {
    places(session).map(name)
}

/// What an object is found by in its session's folder.
fn name(place: &Place) -> (&str, &str) {
    (&place.digest, &place.save)
}

fn bytes(values: &[&LargeValue]) -> u64 {
    values.iter().map(|value| value.place.bytes).sum()
}

fn object(key: &SessionKey, Place { digest, save, .. }: &Place) -> String {
    let session = hashed("sbf session folder\0", &key.session_id);
    format!("{FOLDER}/{}/{session}/{digest}-{save}", folder(&key.subject))
}

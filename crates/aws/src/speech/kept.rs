//! Sounds in a bucket, for all processes and for days: what fails here costs only another synthesis.

use std::time::Duration;

use aws_sdk_s3::{Client, error::ProvideErrorMetadata, operation::get_object::GetObjectOutput, primitives::ByteStream};
use sbf_dialog::ports::Audio;

use super::{Key, SOUND_LIMIT};
use crate::causes;

/// The folder of sounds in their bucket.
const FOLDER: &str = "speech";
/// How long a look, or keeping a sound, may take: a synthesis takes hardly longer.
const DEADLINE: Duration = Duration::from_secs(1);

/// A bucket of sounds. Whoever owns it lets them expire.
#[derive(Debug)]
pub(super) struct KeptSounds {
    client: Client,
    bucket: String,
}

impl KeptSounds {
    pub(super) fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    pub(super) async fn get(&self, key: &Key) -> Option<Audio> {
        let found = tokio::time::timeout(DEADLINE, self.read(key)).await;
        found.unwrap_or_else(|_| Err("no answer in time".to_owned())).unwrap_or_else(|why| {
            tracing::warn!(why, "the bucket of sounds cannot be read");
            None
        })
    }

    pub(super) async fn put(&self, key: &Key, audio: &Audio) {
        let kept = tokio::time::timeout(DEADLINE, self.write(key, audio)).await;
        if let Err(why) = kept.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
            tracing::warn!(why, "a sound was not kept");
        }
    }

    async fn read(&self, key: &Key) -> Result<Option<Audio>, String> {
        let request = self.client.get_object().bucket(&self.bucket).key(object(key));
        match request.send().await {
            Ok(output) => sound(output).await,
            // Without the right to list the bucket, S3 says 403 of what is not there.
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "AccessDenied")) => Ok(None),
            Err(error) => Err(causes(&error)),
        }
    }

    async fn write(&self, key: &Key, audio: &Audio) -> Result<(), String> {
        let request = self.client.put_object().bucket(&self.bucket).key(object(key)).content_type(&audio.content_type);
        let sent = request.body(ByteStream::from(audio.bytes.clone())).send().await;
        sent.map(drop).map_err(|error| causes(&error))
    }
}

async fn sound(output: GetObjectOutput) -> Result<Option<Audio>, String> {
    let fits = |length: &i64| usize::try_from(*length).is_ok_and(|length| (1..=SOUND_LIMIT).contains(&length));
    let (Some(_), Some(content_type)) = (output.content_length.filter(fits), output.content_type) else {
        return Ok(None);
    };
    let bytes = output.body.collect().await.map_err(|error| error.to_string())?.to_vec();
    Ok(Some(Audio { bytes, content_type, cache_hit: true }))
}

fn object(key: &Key) -> String {
    format!("{FOLDER}/{key}")
}

//! Uploads by browsers: forms that S3 takes without going through a Lambda.
//!
//! The SDK for Rust signs URLs, which cannot limit a body's size, but no forms (awslabs/aws-sdk-rust issue 863);
//! so the policy is written here, and signed with the SDK's own signer.

mod policy;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    config::{ProvideCredentials, SharedCredentialsProvider},
    presigning::PresigningConfig,
    primitives::{DateTime, DateTimeFormat},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sbf_dialog::ports::{UploadError, UploadForm, UploadRequest, Uploads};
use sha2::{Digest, Sha256};

use self::policy::Policy;
use crate::{
    causes,
    quotas::{NotReserved, Quotas, Use},
    settings::UploadSettings,
};

/// How long a form can be used.
const LIFETIME_SECONDS: u64 = 5 * 60;

/// What may be uploaded, and how its keys end: photos, documents and recordings.
/// Nothing that a browser would run (HTML, SVG) nor archives and programs.
pub const UPLOAD_TYPES: [(&str, &str); 14] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("application/pdf", "pdf"),
    ("text/plain", "txt"),
    ("audio/mpeg", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/aac", "aac"),
    ("audio/ogg", "ogg"),
    ("audio/webm", "weba"),
    ("audio/wav", "wav"),
];

/// What RFC 8187 lets stand unencoded in a header's parameter.
const PARAMETER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Makes upload forms for one bucket.
#[derive(Debug, Clone)]
pub struct S3Uploads {
    client: Client,
    credentials: SharedCredentialsProvider,
    settings: UploadSettings,
    /// How much each person may send in a day; without it, anything.
    quotas: Option<Quotas>,
}

impl S3Uploads {
    /// Forms for the bucket of `settings`, signed with `credentials`: those of `client`'s own configuration, which the SDK does not hand
    /// out again, or others that may write the bucket. A form names their access key.
    pub fn new(client: Client, credentials: SharedCredentialsProvider, settings: UploadSettings) -> Self {
        Self { client, credentials, settings, quotas: None }
    }

    /// The same within quotas, of which a form takes the size of its file.
    #[must_use]
    pub fn within(self, quotas: Option<Quotas>) -> Self {
        Self { quotas, ..self }
    }

    /// Takes the file's size of what the person may send today.
    async fn reserve(&self, subject: &str, bytes: u64) -> Result<(), UploadError> {
        let Some(quotas) = &self.quotas else { return Ok(()) };
        quotas.reserve(subject, Use::UploadBytes, bytes).await.map_err(|why| match why {
            NotReserved::UsedUp => UploadError::UsedUp,
            NotReserved::Store(why) => UploadError::Unsigned(why),
        })
    }

    /// How the key ends, if such a file is taken.
    fn ending(&self, wanted: &UploadRequest) -> Result<&'static str, UploadError> {
        let known = UPLOAD_TYPES.iter().find(|(known, _)| *known == wanted.media_type);
        let Some((_, ending)) = known else {
            let types = UPLOAD_TYPES.map(|(known, _)| known).join(", ");
            return Err(UploadError::Refused(format!("`type` must be one of {types}; found {:?}.", wanted.media_type)));
        };
        let limit = self.settings.limit;
        if wanted.size == 0 || wanted.size > limit {
            let found = wanted.size;
            return Err(UploadError::Refused(format!("`size` must be from 1 to {limit} bytes; found {found}.")));
        }
        Ok(ending)
    }

    /// The bucket's address, as the SDK would call it: its region, partition and any endpoint that is configured.
    async fn url(&self) -> Result<String, UploadError> {
        const KEY: &str = "k";
        let expiry = PresigningConfig::expires_in(Duration::from_secs(LIFETIME_SECONDS)).map_err(unsigned)?;
        let object = self.client.put_object().bucket(&self.settings.bucket).key(KEY).presigned(expiry).await;
        let object = object.map_err(unsigned)?;
        let address = object.uri().split('?').next().unwrap_or_default();
        let bucket =
            address.strip_suffix(KEY).ok_or_else(|| UploadError::Unsigned("the bucket has no address".to_owned()));
        bucket.map(str::to_owned)
    }
}

#[async_trait]
impl Uploads for S3Uploads {
    /// `Unsigned` without credentials or a region.
    async fn form(&self, subject: &str, wanted: &UploadRequest, now: u64, id: &str) -> Result<UploadForm, UploadError> {
        let ending = self.ending(wanted)?;
        let key = format!("uploads/{}/{id}.{ending}", folder(subject));
        let seconds = now / 1000;
        let credentials = self.credentials.provide_credentials().await.map_err(unsigned)?;
        let region =
            self.client.config().region().ok_or_else(|| UploadError::Unsigned("no region is set".to_owned()))?;
        let expires_at = timestamp(seconds + LIFETIME_SECONDS)?;
        let policy = Policy {
            bucket: &self.settings.bucket,
            fields: vec![
                ("key", key.clone()),
                ("Content-Type", wanted.media_type.clone()),
                ("Content-Disposition", disposition(wanted.name.as_deref())),
            ],
            size: wanted.size,
            expires_at: &expires_at,
            signed_at: seconds,
            region: region.as_ref(),
        };
        let fields = policy.signed(&credentials)?;
        let form = UploadForm { url: self.url().await?, fields, key, expires_at };
        // Last: for a form that could not be made nothing is taken.
        self.reserve(subject, wanted.size).await?;
        Ok(form)
    }
}

/// A folder for each subject that does not tell who it is.
pub(crate) fn folder(subject: &str) -> String {
    hashed("sbf upload folder\0", subject)
}

/// A name that does not tell what it stands for, one for each kind of thing.
pub(crate) fn hashed(kind: &str, name: &str) -> String {
    let hash = Sha256::new().chain_update(kind).chain_update(name).finalize();
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whoever opens the object downloads it: nothing that users send is shown as a page (RFC 6266).
fn disposition(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, PARAMETER)),
        None => "attachment".to_owned(),
    }
}

/// RFC 3339, of whole seconds.
fn timestamp(seconds: u64) -> Result<String, UploadError> {
    let seconds = i64::try_from(seconds).map_err(unsigned)?;
    DateTime::from_secs(seconds).fmt(DateTimeFormat::DateTime).map_err(unsigned)
}

fn unsigned(error: impl std::error::Error) -> UploadError {
    UploadError::Unsigned(causes(&error))
}

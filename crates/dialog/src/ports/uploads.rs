//! Files that users send: the bot gives out forms with which they go straight to where files are kept.

use async_trait::async_trait;

/// Where upload forms come from.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// A form for exactly the file that is asked for: its type, its size, a key of the subject's own.
    ///
    /// `now` is in epoch milliseconds; `id` must never have been used before.
    ///
    /// # Errors
    /// `Refused` for a type or a size that is not taken, `UsedUp` where the person has sent enough today, `Unsigned` where no form can be made.
    async fn form(&self, subject: &str, wanted: &UploadRequest, now: u64, id: &str) -> Result<UploadForm, UploadError>;
}

/// A request to `POST /uploads`, checked for its form; which types and sizes are taken is for [`Uploads`] to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRequest {
    /// The media type (`type`) in small letters and without parameters, such as `image/jpeg`.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// The file's name without folders; never blank.
    pub name: Option<String>,
}

/// A form with which one file can be uploaded once or, until it expires, again under the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadForm {
    /// Where to post it, as `multipart/form-data`.
    pub url: String,
    /// Its fields; the file comes after them, as `file`.
    pub fields: Vec<(&'static str, String)>,
    /// The object's key.
    pub key: String,
    /// Until when it is taken (RFC 3339).
    pub expires_at: String,
}

/// Why there is no form.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Such a file is not taken: one sentence for the client.
    #[error("{0}")]
    Refused(String),
    /// The person has sent as much as one may in a day.
    #[error("the uploads of the day are used up")]
    UsedUp,
    /// The form could not be signed.
    #[error("the upload was not signed: {0}")]
    Unsigned(String),
}

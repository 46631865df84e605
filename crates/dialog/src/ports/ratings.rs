//! What users think of answers.

use async_trait::async_trait;

/// Where users' judgements of answers are kept.
#[async_trait]
pub trait RatingStore: Send + Sync {
    /// Keeps a rating; a later one of the same subject for the same turn replaces the first whole, for users change their minds.
    ///
    /// # Errors
    /// Where the store cannot be written.
    async fn keep(&self, rating: &Rating) -> Result<(), RatingError>;
}

/// What a user thinks of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Whose it is: the caller's subject.
    pub subject: String,
    /// The turn, by the client's id.
    pub turn_id: String,
    /// The conversation, where the client named it.
    pub session_id: Option<String>,
    /// The judgement.
    pub verdict: Verdict,
    /// The user's own words.
    pub comment: Option<String>,
    /// When it was given, in epoch milliseconds.
    pub at: u64,
    /// The version of the brain that was live then.
    pub brain: Option<String>,
}

/// Good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The answer helped.
    Up,
    /// It did not.
    Down,
}

impl Verdict {
    /// `up` or `down`, as clients write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// A rating was not kept.
#[derive(Debug, thiserror::Error)]
#[error("the store of ratings failed: {0}")]
pub struct RatingError(pub String);

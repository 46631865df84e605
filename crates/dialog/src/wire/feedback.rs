//! The body of `POST /feedback`.

use serde_json::{Map, Value};

use super::fields::{CallError, broken, check_text, fail, found, id, object, session_id, string};
use crate::ports::{Caller, Rating, Verdict};

/// Characters of a comment at most.
pub const COMMENT_LIMIT: usize = 1000;

/// A request to `POST /feedback`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The turn that is judged.
    pub turn_id: String,
    /// The conversation it belongs to.
    pub session_id: Option<String>,
    /// The judgement (`value`).
    pub verdict: Verdict,
    /// What the user adds, of at most [`COMMENT_LIMIT`] characters; never blank.
    pub comment: Option<String>,
}

impl Feedback {
    /// Reads a request body.
    ///
    /// # Errors
    /// Where it is no JSON object or a field breaks its rule, as one sentence for the client.
    pub fn parse(body: &[u8]) -> Result<Self, CallError> {
        let fields = object(body)?;
        let none = || fail("`turnID` must name the turn that is judged; found none.".to_owned());
        Ok(Self {
            turn_id: id(&fields, "turnID")?.ok_or_else(none)?,
            session_id: session_id(&fields, "sessionID")?,
            verdict: verdict(&fields)?,
            comment: comment(&fields)?,
        })
    }

    /// What is to be kept of it: whose it is comes from the caller alone.
    pub fn rating(self, caller: &Caller, at: u64, brain: Option<String>) -> Rating {
        Rating {
            subject: caller.subject.clone(),
            turn_id: self.turn_id,
            session_id: self.session_id,
            verdict: self.verdict,
            comment: self.comment,
            at,
            brain,
        }
    }
}

fn verdict(fields: &Map<String, Value>) -> Result<Verdict, CallError> {
    const RULE: &str = "must be \"up\" or \"down\"";
    match string(fields, "value")? {
        Some("up") => Ok(Verdict::Up),
        Some("down") => Ok(Verdict::Down),
        Some(other) => Err(broken("value", RULE, &found(other))),
        None => Err(broken("value", RULE, "none")),
    }
}

fn comment(fields: &Map<String, Value>) -> Result<Option<String>, CallError> {
    let Some(comment) = string(fields, "comment")? else { return Ok(None) };
    check_text("comment", comment, COMMENT_LIMIT)?;
    Ok(Some(comment.trim().to_owned()).filter(|comment| !comment.is_empty()))
}

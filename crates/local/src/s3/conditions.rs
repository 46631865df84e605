//! Conditional requests, RFC 9110 section 13 and the S3 user guide, "Conditional requests".

use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use super::index::Stored;

/// The conditions of a GET, a HEAD or a copy's source.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadConditions {
    pub(super) matching: Option<ETagCondition>,
    pub(super) none_matching: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

/// What the conditions say about an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Proceed,
    NotModified,
    Failed,
}

impl ReadConditions {
    /// The order of precedence is that of RFC 9110, section 13.2.2.
    pub(super) fn judge(&self, stored: &Stored) -> Verdict {
        let failed = match (&self.matching, &self.unmodified_since) {
            (Some(condition), _) => !holds(condition, &stored.etag),
            (None, Some(date)) => seconds(stored) > *date,
            (None, None) => false,
        };
        if failed {
            return Verdict::Failed;
        }
        let unchanged = match (&self.none_matching, &self.modified_since) {
            (Some(condition), _) => holds(condition, &stored.etag),
            (None, Some(date)) => seconds(stored) <= *date,
            (None, None) => false,
        };
        if unchanged { Verdict::NotModified } else { Verdict::Proceed }
    }
}

/// The conditions of a put, a completed upload or a delete.
#[derive(Debug, Clone, Default)]
pub(super) struct WriteConditions {
    pub(super) matching: Option<ETagCondition>,
    pub(super) none_matching: Option<ETagCondition>,
}

impl WriteConditions {
    /// S3 knows `If-None-Match` on writes as `*` alone.
    pub(super) fn new(matching: Option<ETagCondition>, none_matching: Option<ETagCondition>) -> S3Result<Self> {
        if none_matching.as_ref().is_some_and(|condition| !condition.is_any()) {
            return Err(s3_error!(NotImplemented, "If-None-Match takes only * on a write"));
        }
        Ok(Self { matching, none_matching })
    }

    /// Whether the write may go on, given the object that the key has now.
    pub(super) fn check(&self, current: Option<&Stored>) -> S3Result<()> {
        if self.none_matching.is_some() && current.is_some() {
            return Err(precondition_failed("If-None-Match"));
        }
        let Some(condition) = &self.matching else { return Ok(()) };
        let Some(current) = current else {
            return Err(s3_error!(NoSuchKey, "If-Match was given, and the key has no object"));
        };
        if holds(condition, &current.etag) { Ok(()) } else { Err(precondition_failed("If-Match")) }
    }
}

pub(super) fn precondition_failed(header: &str) -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold: {header}")
}

fn holds(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(expected) => expected.weak_cmp(&ETag::Strong(etag.to_owned())),
    }
}

/// HTTP dates have whole seconds.
fn seconds(stored: &Stored) -> Timestamp {
    let whole = jiff::Timestamp::from_second(stored.modified.as_second()).unwrap_or(stored.modified);
    Timestamp::from(std::time::SystemTime::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(etag: &str) -> Stored {
        let modified = jiff::Timestamp::from_millisecond(1_700_000_000_900).unwrap();
        Stored { blob: "b".to_owned(), etag: etag.to_owned(), size: 1, modified, sequence: 1, versioned: false }
    }

    fn etag(value: &str) -> Option<ETagCondition> {
        Some(ETagCondition::ETag(ETag::Strong(value.to_owned())))
    }

    #[test]
    fn if_none_match_wins_over_if_modified_since() {
        let future = Timestamp::from(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_800_000_000));
        let conditions =
            ReadConditions { none_matching: etag("other"), modified_since: Some(future), ..ReadConditions::default() };
        assert_eq!(conditions.judge(&stored("now")), Verdict::Proceed);
    }

    #[test]
    fn fractions_of_a_second_do_not_count_as_modified() {
        let date = Timestamp::from(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000));
        let conditions = ReadConditions { modified_since: Some(date), ..ReadConditions::default() };
        assert_eq!(conditions.judge(&stored("now")), Verdict::NotModified);
    }

    #[test]
    fn if_match_on_nothing_is_no_such_key() {
        let conditions = WriteConditions::new(etag("a"), None).unwrap();
        assert_eq!(conditions.check(None).unwrap_err().code(), &s3s::S3ErrorCode::NoSuchKey);
    }
}

//! Which events start training: a pure function over the event.

use aws_lambda_events::event::s3::{S3Event, S3EventRecord};
use percent_encoding::percent_decode_str;
use sbf_brain::artefact::{CONFIGS, KNOWLEDGE};
use serde::Deserialize as _;
use serde_json::Value;

use crate::unread;

/// What S3 sends once when notifications are set up ("Event message structure" in the Amazon S3 user guide).
const TEST_EVENT: &str = "s3:TestEvent";

/// Whether an event starts training.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// One of the two files was written or removed.
    Brain,
    /// Nothing that the brain is made of; why, for the log.
    Other(String),
}

/// Reads what Lambda was invoked with. Order and number of events do not matter: a run trains the files that are there when it runs.
///
/// # Errors
/// Where it is no notification of S3.
pub(super) fn read(event: &Value, bucket: &str) -> Result<News, String> {
    if event["Event"] == TEST_EVENT {
        return Ok(News::Other("a test of the notifications".to_owned()));
    }
    let event = S3Event::deserialize(event).map_err(|error| unread(&error))?;
    if concerns_brain(&event, bucket) {
        return Ok(News::Brain);
    }
    let keys: Vec<&str> = event.records.iter().filter_map(|record| record.s3.object.key.as_deref()).collect();
    tracing::debug!(?keys, "no key of a brain");
    Ok(News::Other(format!("other keys: {}", keys.len())))
}

/// Whether a record names exactly one of the two files of this bucket.
fn concerns_brain(event: &S3Event, bucket: &str) -> bool {
    event.records.iter().any(|record| {
        let is_ours = record.s3.bucket.name.as_deref() == Some(bucket);
        is_ours && key(record).is_some_and(|key| key == KNOWLEDGE || key == CONFIGS)
    })
}

/// Keys come URL-encoded in form encoding: a space is a plus sign ("Event message structure" in the Amazon S3 user guide).
fn key(record: &S3EventRecord) -> Option<String> {
    let written = record.s3.object.key.as_deref()?.replace('+', " ");
    Some(percent_decode_str(&written).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A notification as S3 sends it, one record for each bucket and key.
    fn event(objects: &[(&str, &str)]) -> S3Event {
        let record = |(bucket, key): &(&str, &str)| {
            serde_json::json!({
                "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
                "eventTime": "2026-01-02T03:04:05.678Z", "eventName": "ObjectCreated:Put",
                "userIdentity": { "principalId": "AWS:EXAMPLE" },
                "requestParameters": { "sourceIPAddress": "192.0.2.1" },
                "responseElements": { "x-amz-request-id": "EXAMPLE" },
                "s3": {
                    "s3SchemaVersion": "1.0", "configurationId": "train",
                    "bucket": { "name": bucket, "arn": format!("arn:aws:s3:::{bucket}") },
                    "object": { "key": key, "size": 1024, "eTag": "0123456789abcdef", "sequencer": "00" }
                }
            })
        };
        let records: Vec<_> = objects.iter().map(record).collect();
        serde_json::from_value(serde_json::json!({ "Records": records })).unwrap()
    }

    #[test]
    fn the_two_files_start_training() {
        for key in ["knowledge.json", "configs.json", "knowledge%2Ejson"] {
            assert!(concerns_brain(&event(&[("brains", key)]), "brains"), "{key}");
        }
    }

    #[test]
    fn any_other_key_is_ignored() {
        let others = [
            "old/knowledge.json",
            "knowledge.json.bak",
            "Knowledge.json",
            "knowledge+.json",
            "my%20knowledge.json",
            "brain-amcClassificationsImpl.pgk",
            "problems.json",
            "%FF",
            "",
        ];
        for key in others {
            assert!(!concerns_brain(&event(&[("brains", key)]), "brains"), "{key}");
        }
    }

    #[test]
    fn one_record_of_many_is_enough() {
        let event = event(&[("brains", "notes.txt"), ("other", "knowledge.json"), ("brains", "configs.json")]);
        assert!(concerns_brain(&event, "brains"));
    }

    #[test]
    fn what_s3_does_not_send_is_refused() {
        let refused = |event: Value| read(&event, "brains").unwrap_err();
        assert!(refused(serde_json::json!({})).contains("Records"));
        assert!(refused(serde_json::json!({ "Records": [{ "Sns": {} }] })).contains("missing field"));
        refused(serde_json::json!("knowledge.json"));
        let test = serde_json::json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "brains" });
        assert!(matches!(read(&test, "brains"), Ok(News::Other(_))));
    }

    #[test]
    fn another_bucket_is_ignored() {
        assert!(!concerns_brain(&event(&[("other", "knowledge.json")]), "brains"));
        assert!(!concerns_brain(&event(&[]), "brains"));
    }
}

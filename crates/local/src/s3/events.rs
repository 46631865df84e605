//! What happened to objects, as AWS tells it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clients::REGION;

/// An object was stored: put, copied or completed from parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// The bucket's name.
    pub bucket: String,
    /// The key, as it is (not URL-encoded).
    pub key: String,
    /// The ETag without quotes.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// Grows with each object stored; of two events of one key the greater is the later.
    /// Hexadecimal digits, all of one length.
    pub sequencer: String,
    /// When it was stored.
    pub at: Timestamp,
    /// `Put`, `Copy` or `CompleteMultipartUpload`.
    pub how: String,
}

/// The event as a Lambda function gets it: one record of event version 2.1.
///
/// Shape: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>
pub fn notification(event: &ObjectCreated) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": format!("{:.3}", event.at),
        "eventName": format!("ObjectCreated:{}", event.how),
        "userIdentity": {"principalId": "local"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": event.sequencer, "x-amz-id-2": event.sequencer},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "local",
            "bucket": {
                "name": event.bucket,
                "ownerIdentity": {"principalId": "local"},
                "arn": format!("arn:aws:s3:::{}", event.bucket),
            },
            "object": {
                "key": url_encoded(&event.key),
                "size": event.size,
                "eTag": event.etag,
                "sequencer": event.sequencer,
            },
        },
    }]})
}

/// A key as AWS writes it in notifications and listings: form encoding, with `/` as it is.
pub(super) fn url_encoded(key: &str) -> String {
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' | b'/' => {
                encoded.push(char::from(byte))
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

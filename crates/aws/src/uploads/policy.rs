//! POST policies: what S3 checks of an upload form, signed with Signature Version 4.
//!
//! Sources: "Creating a POST policy" (sigv4-HTTPPOSTConstructPolicy) and "Calculating a signature" (sigv4-post-example)
//! in the Amazon S3 API reference.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_s3::config::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{UploadError, timestamp};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a form must be like to be taken.
pub(super) struct Policy<'p> {
    pub(super) bucket: &'p str,
    /// Fields and the only values that they may have, none with a `$`, which would begin a variable.
    pub(super) fields: Vec<(&'static str, String)>,
    /// Bytes of the file, no more and no fewer.
    pub(super) size: u64,
    /// RFC 3339.
    pub(super) expires_at: &'p str,
    /// Epoch seconds.
    pub(super) signed_at: u64,
    pub(super) region: &'p str,
}

impl Policy<'_> {
    /// All fields of the form but the file, which comes last.
    pub(super) fn signed(self, credentials: &Credentials) -> Result<Vec<(&'static str, String)>, UploadError> {
        // 2015-12-29T00:00:00Z is 20151229T000000Z in AWS's own form.
        let date = timestamp(self.signed_at)?.replace(['-', ':'], "");
        let day = date.split('T').next().unwrap_or_default();
        let scope = format!("{}/{day}/{}/s3/aws4_request", credentials.access_key_id(), self.region);
        let mut fields = self.fields;
        fields.push(("x-amz-algorithm", ALGORITHM.to_owned()));
        fields.push(("x-amz-credential", scope));
        fields.push(("x-amz-date", date));
        // A Lambda's credentials are temporary and mean nothing without it.
        fields.extend(credentials.session_token().map(|token| ("x-amz-security-token", token.to_owned())));
        let mut conditions =
            vec![json!({ "bucket": self.bucket }), json!(["content-length-range", self.size, self.size])];
        conditions.extend(fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])));
        let policy = encoded(&json!({ "expiration": self.expires_at, "conditions": conditions }));
        let signature = signature(&policy, credentials.secret_access_key(), self.signed_at, self.region);
        fields.push(("policy", policy));
        fields.push(("x-amz-signature", signature));
        Ok(fields)
    }
}

fn encoded(policy: &Value) -> String {
    BASE64_STANDARD.encode(policy.to_string())
}

fn signature(policy: &str, secret: &str, signed_at: u64, region: &str) -> String {
    let signed_at = UNIX_EPOCH + Duration::from_secs(signed_at);
    calculate_signature(generate_signing_key(secret, signed_at, region, "s3"), policy.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2015-12-29T00:00:00Z, the time of AWS's example.
    const EXAMPLE_TIME: u64 = 1_451_347_200;

    #[test]
    fn the_signature_is_that_of_the_example_in_the_api_reference() {
        let policy = concat!(
            "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6",
            "ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFj",
            "bCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tl",
            "dC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5",
            "cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZl",
            "ci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoN",
            "CiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVx",
            "dWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAx",
            "NTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9",
        );
        let signature = signature(policy, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", EXAMPLE_TIME, "us-east-1");
        assert_eq!(signature, "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
    }

    #[test]
    fn every_field_is_a_condition_and_temporary_credentials_bring_their_token() {
        let policy = Policy {
            bucket: "files",
            fields: vec![("key", "uploads/a/b.png".to_owned()), ("Content-Type", "image/png".to_owned())],
            size: 12,
            expires_at: "2015-12-29T00:05:00Z",
            signed_at: EXAMPLE_TIME,
            region: "sa-east-1",
        };
        let credentials = Credentials::new("AKID", "secret", Some("token".to_owned()), None, "test");
        let fields = policy.signed(&credentials).unwrap();
        let (written, signed): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(name, _)| !["policy", "x-amz-signature"].contains(name));
        let document = BASE64_STANDARD.decode(&signed[0].1).unwrap();
        let expected = json!({
            "expiration": "2015-12-29T00:05:00Z",
            "conditions": [
                { "bucket": "files" },
                ["content-length-range", 12, 12],
                ["eq", "$key", "uploads/a/b.png"],
                ["eq", "$Content-Type", "image/png"],
                ["eq", "$x-amz-algorithm", "AWS4-HMAC-SHA256"],
                ["eq", "$x-amz-credential", "AKID/20151229/sa-east-1/s3/aws4_request"],
                ["eq", "$x-amz-date", "20151229T000000Z"],
                ["eq", "$x-amz-security-token", "token"],
            ]
        });
        assert_eq!(serde_json::from_slice::<Value>(&document).unwrap(), expected);
        let conditions = expected["conditions"].as_array().unwrap();
        for (name, value) in written {
            assert!(conditions.contains(&json!(["eq", format!("${name}"), value])), "{name}");
        }
    }
}

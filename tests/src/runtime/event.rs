//! Events as API Gateway and S3 send them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A request to the HTTP API (payload format 2.0) whose token names this subject; `None` came without a token.
///
/// Shape: "Working with AWS Lambda proxy integrations for HTTP APIs" in the API Gateway Developer Guide.
pub fn http_request(method: &str, path: &str, subject: Option<&str>, body: Option<&Value>) -> Value {
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example.org", "x-forwarded-proto": "https"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "api.example.org", "domainPrefix": "api",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"
            },
            "requestId": "gateway", "routeKey": format!("{method} {path}"), "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_u64
        },
        "isBase64Encoded": false
    });
    if let Some(subject) = subject {
        let claims = json!({"sub": subject, "email": format!("{subject}@example.org"), "exp": "4000000000"});
        event["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
    }
    if let Some(body) = body {
        event["body"] = json!(body.to_string());
    }
    event
}

/// A chat turn of `ana`.
pub fn turn(body: &Value) -> Value {
    http_request("POST", "/core", Some("ana"), Some(body))
}

/// A request with the token that somebody signed in for, and the claims that API Gateway found in it.
pub fn signed_in(path: &str, token: &str, claims: &BTreeMap<String, String>, body: &Value) -> Value {
    let mut event = http_request("POST", path, None, Some(body));
    event["headers"]["authorization"] = json!(format!("Bearer {token}"));
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
    event
}

/// Status and JSON of what a function answered to [`http_request`].
pub fn http_answer(answer: &Value) -> (u64, Value) {
    let status = answer["statusCode"].as_u64().unwrap_or_else(|| panic!("no answer to HTTP: {answer}"));
    let body = answer["body"].as_str().unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_else(|_| json!(body)))
}

/// S3's notification of objects created in one bucket, one record a key, which are URL-encoded already.
pub fn objects_created(bucket: &str, keys: &[&str]) -> Value {
    let record = |(number, key): (usize, &&str)| {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
            "eventTime": "2026-01-02T03:04:05.678Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:EXAMPLE"},
            "requestParameters": {"sourceIPAddress": "192.0.2.1"},
            "responseElements": {"x-amz-request-id": "EXAMPLE", "x-amz-id-2": "EXAMPLE"},
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "train",
                "bucket": {
                    "name": bucket, "ownerIdentity": {"principalId": "EXAMPLE"}, "arn": format!("arn:aws:s3:::{bucket}")
                },
                "object": {"key": key, "size": 1024, "eTag": "0123456789abcdef", "sequencer": format!("{number:016X}")}
            }
        })
    };
    json!({"Records": keys.iter().enumerate().map(record).collect::<Vec<_>>()})
}

/// What S3 sends when notifications are set up.
pub fn test_event(bucket: &str) -> Value {
    json!({
        "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-01-02T03:04:05.678Z", "Bucket": bucket,
        "RequestId": "EXAMPLE", "HostId": "EXAMPLE"
    })
}

//! Who gets in: requests that were signed with the cloud's key pair, exactly as they were signed.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use reqwest::Response;
use sbf_local::Cloud;

use crate::cloud;

/// A request to one of the fronts, as a test signs and then changes it.
#[derive(Clone)]
struct Sent {
    url: String,
    headers: Vec<(String, String)>,
    body: &'static str,
}

impl Sent {
    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one more header of a name that may be there already.
    fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    fn replaced(mut self, name: &str, from: &str, to: &str) -> Self {
        let (_, value) = self.headers.iter_mut().find(|(known, _)| known == name).unwrap();
        assert!(value.contains(from), "{value}");
        *value = value.replace(from, to);
        self
    }

    fn signed(self, credentials: &Credentials, service: &str, at: SystemTime) -> Self {
        let body = SignableBody::Bytes(self.body.as_bytes());
        self.signed_over(body, credentials, "us-east-1", service, at)
    }

    fn signed_over(
        mut self,
        body: SignableBody<'_>,
        credentials: &Credentials,
        region: &str,
        service: &str,
        at: SystemTime,
    ) -> Self {
        let identity = credentials.clone().into();
        let params = SigningParams::builder().identity(&identity).region(region).name(service).time(at);
        let params = params.settings(SigningSettings::default()).build().unwrap().into();
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new("POST", &self.url, headers, body);
        let (instructions, _) = sign(request.unwrap(), &params).unwrap().into_parts();
        self.headers.extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        self
    }

    async fn send(self) -> Response {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        let request = http.post(self.url).body(self.body);
        self.headers
            .into_iter()
            .fold(request, |request, (name, value)| request.header(name, value))
            .send()
            .await
            .unwrap()
    }
}

fn variable(cloud: &Cloud, name: &str) -> String {
    cloud.environment().into_iter().find(|(known, _)| known == name).unwrap().1
}

fn own(cloud: &Cloud) -> Credentials {
    let [key, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|name| variable(cloud, name));
    Credentials::new(key, secret, None, None, "test")
}

/// One request to each front that verifies for itself, with the service's name in a signature.
fn fronts(cloud: &Cloud) -> [(&'static str, Sent); 3] {
    let sent = |variable_name: &str, path: &str, body| Sent {
        url: variable(cloud, variable_name) + path,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body,
    };
    let functions =
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aweather/invocations";
    [
        ("dynamodb", sent("AWS_ENDPOINT_URL_DYNAMODB", "/", "{}").with("x-amz-target", "DynamoDB_20120810.ListTables")),
        ("lambda", sent("AWS_ENDPOINT_URL_LAMBDA", functions, "{}").with("x-amz-invocation-type", "DryRun")),
        ("polly", sent("AWS_ENDPOINT_URL_POLLY", "/v1/speech", "{}")),
    ]
}

/// Whether a front took the request for its own, whatever it answered then.
async fn is_taken(sent: Sent) -> bool {
    let answer = sent.send().await;
    let kind = answer.headers().get("x-amzn-errortype").map_or("", |kind| kind.to_str().unwrap()).to_owned();
    let body = answer.text().await.unwrap();
    !kind.contains("UnrecognizedClientException") && !body.contains("AccessDeniedException")
}

#[tokio::test]
async fn the_access_key_without_its_secret_opens_nothing() {
    let cloud = cloud().await;
    let now = SystemTime::now();
    let guessed = Credentials::new(variable(&cloud, "AWS_ACCESS_KEY_ID"), "guessed", None, None, "test");
    for (service, sent) in fronts(&cloud) {
        assert!(is_taken(sent.clone().signed(&own(&cloud), service, now)).await, "{service}: the right signature");
        assert!(!is_taken(sent.clone()).await, "{service}: no signature");
        assert!(!is_taken(sent.signed(&guessed, service, now)).await, "{service}: another secret");
    }
    let scope = variable(&cloud, "AWS_ACCESS_KEY_ID") + "/20260101/us-east-1/s3/aws4_request";
    let forged = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={}", "0".repeat(64));
    let bucket = Sent { url: variable(&cloud, "AWS_ENDPOINT_URL_S3") + "/brain?delete", headers: vec![], body: "" };
    let refused = bucket.with("authorization", &forged).with("x-amz-date", "20260101T000000Z").send().await;
    assert_eq!(refused.status(), 403);
}

#[tokio::test]
async fn a_signature_is_of_one_request_at_one_time() {
    let cloud = cloud().await;
    let (own, now) = (own(&cloud), SystemTime::now());
    for (service, sent) in fronts(&cloud) {
        let right = sent.clone().signed(&own, service, now);
        let unsigned = sent.clone().with("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        let minutes = |count: u64| Duration::from_secs(count * 60);
        let cases = [
            ("another body", Sent { body: r#"{"Limit":1}"#, ..right.clone() }),
            ("another query", Sent { url: right.url.clone() + "?a=b", ..right.clone() }),
            ("a header of AWS that was not signed", right.clone().with("x-amz-client-context", "e30=")),
            ("another content type", right.clone().with("content-type", "text/plain")),
            ("another host", right.clone().with("host", "example.org")),
            ("no time", right.clone().without("x-amz-date")),
            ("another time", right.clone().with("x-amz-date", "20260101T000000Z")),
            ("an old signature", sent.clone().signed(&own, service, now - minutes(6))),
            ("a signature of tomorrow", sent.clone().signed(&own, service, now + minutes(60 * 24))),
            ("another service", sent.clone().signed(&own, "s3", now)),
            (
                "another region",
                sent.clone().signed_over(SignableBody::Bytes(sent.body.as_bytes()), &own, "eu-west-1", service, now),
            ),
            ("an unsigned body", unsigned.signed_over(SignableBody::UnsignedPayload, &own, "us-east-1", service, now)),
            ("a second time", right.clone().and("x-amz-date", "20260101T000000Z")),
            ("a second operation", right.clone().and("x-amz-target", "DynamoDB_20120810.Scan")),
            ("a second host", right.clone().and("host", "example.org")),
            ("half a signature", right.clone().replaced("authorization", "Signature=", "Signature=0")),
            ("the host not signed", right.clone().replaced("authorization", "host;", "")),
        ];
        for (name, changed) in cases {
            assert!(!is_taken(changed).await, "{service}: {name}");
        }
        assert!(is_taken(right).await, "{service}: the request itself was right");
    }
    let (service, scan) = fronts(&cloud).into_iter().next().unwrap();
    let another = scan.signed(&own, service, now).with("x-amz-target", "DynamoDB_20120810.Scan");
    assert!(!is_taken(another).await, "another operation");
}

#[tokio::test]
async fn the_key_pair_of_forms_opens_nothing_else() {
    let cloud = cloud().await;
    let forms = cloud.form_credentials().provide_credentials().await.unwrap();
    assert_ne!(forms.access_key_id(), variable(&cloud, "AWS_ACCESS_KEY_ID"));
    for (service, sent) in fronts(&cloud) {
        assert!(!is_taken(sent.signed(&forms, service, SystemTime::now())).await, "{service}");
    }
    let config = cloud.s3().config().to_builder().credentials_provider(cloud.form_credentials()).build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    let read = s3.list_objects_v2().bucket("brain").send().await.unwrap_err();
    assert_eq!(read.code(), Some("AccessDenied"));
    let written = s3.put_object().bucket("brain").key("knowledge.json").send().await.unwrap_err();
    assert_eq!(written.code(), Some("AccessDenied"));
    let made = s3.create_bucket().bucket("another").send().await.unwrap_err();
    assert_eq!(made.code(), Some("AccessDenied"));
}

//! Signature Version 4: who made a request, and that nothing of it was changed.
//!
//! s3s verifies it for S3; the other fronts do it here, with the signer that the SDK's clients use. Source: "Create a
//! signed AWS API request" in the AWS Identity and Access Management user guide.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use subtle::ConstantTimeEq as _;

use crate::clients::{self, KeyPair, REGION};

const ALGORITHM: &str = "AWS4-HMAC-SHA256 ";

/// When a request was signed; the signature covers it.
const DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// How far the signature's time may be from now, as AWS has it.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// Takes the requests to one service that were signed with one key pair.
#[derive(Clone)]
pub(crate) struct Verifier {
    credentials: Credentials,
    /// As a signature's scope names it: `dynamodb`, `lambda`, `polly`.
    service: &'static str,
    /// Bytes of a body.
    limit: usize,
}

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its signature is missing, of another key, too old or wrong.
    Unsigned,
    /// Its body is larger than the service takes, or did not arrive.
    TooLarge,
}

impl Verifier {
    pub(crate) fn new(keys: &KeyPair, service: &'static str, limit: usize) -> Self {
        Self { credentials: clients::credentials(keys), service, limit }
    }

    /// The head and the body of a request that was signed; nothing is read of the body of one that names another key.
    pub(crate) async fn verified(&self, request: Request) -> Result<(Parts, Bytes), Refusal> {
        let (head, body) = request.into_parts();
        let claim = self.claim(&head.headers).ok_or(Refusal::Unsigned)?;
        let body = self.read(body).await?;
        let expected = self.signature(&head, &claim, &body).ok_or(Refusal::Unsigned)?;
        match expected.as_bytes().ct_eq(claim.signature.as_bytes()).into() {
            true => Ok((head, body)),
            false => Err(Refusal::Unsigned),
        }
    }

    async fn read(&self, body: Body) -> Result<Bytes, Refusal> {
        axum::body::to_bytes(body, self.limit).await.map_err(|_| Refusal::TooLarge)
    }

    /// What the headers say of the signature, if it is of this pair, for this service, of now and over all that matters.
    fn claim(&self, headers: &HeaderMap) -> Option<Claim> {
        let claim = Claim::read(headers)?;
        let age = SystemTime::now().duration_since(claim.at).unwrap_or_else(|early| early.duration());
        let date = headers.get(DATE)?.to_str().ok()?;
        let key = self.credentials.access_key_id();
        let scope = format!("{key}/{}/{REGION}/{}/aws4_request", date.split('T').next()?, self.service);
        let is_known = scope.as_bytes().ct_eq(claim.scope.as_bytes()).into();
        (is_known && age <= WINDOW && claim.covers(headers)).then_some(claim)
    }

    /// The right signature; `None` of what cannot be signed.
    fn signature(&self, head: &Parts, claim: &Claim, body: &[u8]) -> Option<String> {
        let identity = self.credentials.clone().into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(self.service)
            .time(claim.at)
            .settings(every_header())
            .build()
            .ok()?;
        let headers: Vec<(&str, &str)> = head
            .headers
            .iter()
            .filter(|(name, _)| claim.signs(name))
            .map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect::<Option<_>>()?;
        let uri = head.uri.path_and_query()?.as_str();
        let request = SignableRequest::new(head.method.as_str(), uri, headers.into_iter(), SignableBody::Bytes(body));
        Some(sign(request.ok()?, &params.into()).ok()?.into_parts().1)
    }
}

/// The client has chosen what it signs; nothing of it is left out again.
fn every_header() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    settings
}

/// What a request says of its own signature.
struct Claim {
    /// Access key, day, region, service and `aws4_request`, with slashes between.
    scope: String,
    signed_headers: Vec<String>,
    /// In hexadecimal.
    signature: String,
    at: SystemTime,
}

impl Claim {
    fn read(headers: &HeaderMap) -> Option<Self> {
        let fields = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix(ALGORITHM)?;
        let field = |name: &str| fields.split(',').find_map(|field| field.trim().strip_prefix(name));
        Some(Self {
            scope: field("Credential=")?.to_owned(),
            signed_headers: field("SignedHeaders=")?.split(';').map(str::to_owned).collect(),
            signature: field("Signature=")?.to_owned(),
            at: time(headers.get(DATE)?.to_str().ok()?)?,
        })
    }

    fn signs(&self, name: &HeaderName) -> bool {
        self.signed_headers.iter().any(|signed| signed == name.as_str())
    }

    /// Whether everything that a service of AWS acts on is signed and stands there once: the host, the time and all of AWS's own headers.
    /// Of several the signer reads one.
    fn covers(&self, headers: &HeaderMap) -> bool {
        let matters = |name: &HeaderName| *name == HOST || name.as_str().starts_with("x-amz-");
        let once = |name: &HeaderName| headers.get_all(name).iter().count() == 1;
        headers.contains_key(HOST)
            && headers.keys().filter(|name| matters(name)).all(|name| self.signs(name) && once(name))
    }
}

/// AWS's own form of a time in UTC, `20151229T000000Z`.
fn time(date: &str) -> Option<SystemTime> {
    let date = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    Some(TimeZone::UTC.to_timestamp(date).ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds from 1970 to the time of AWS's own examples.
    const EXAMPLE_TIME: u64 = 1_440_938_160;

    #[test]
    fn the_signature_is_that_of_the_example_in_the_user_guide() {
        let keys = KeyPair {
            access_key: "AKIDEXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        };
        let request = Request::get("/?Param2=value2&Param1=value1")
            .header(HOST, "example.amazonaws.com")
            .header(DATE, "20150830T123600Z")
            .header(
                AUTHORIZATION,
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, \
                 Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            );
        let (head, ()) = request.body(()).unwrap().into_parts();
        let claim = Claim::read(&head.headers).unwrap();
        assert_eq!(claim.at, SystemTime::UNIX_EPOCH + Duration::from_secs(EXAMPLE_TIME));
        let signature = Verifier::new(&keys, "service", 0).signature(&head, &claim, b"").unwrap();
        assert_eq!(signature, claim.signature);
    }
}

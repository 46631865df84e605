//! What an OpenID Connect issuer tells about itself, and asking it for JSON.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::http::Request;
use serde::Deserialize;
use serde_json::Value;

use crate::{body::content, unread};

/// How long one request may take: a turn waits for it.
const DEADLINE: Duration = Duration::from_secs(2);

/// Bytes of an answer at most; key sets of large issuers have some kilobytes.
const ANSWER_LIMIT: usize = 256 << 10;

/// Who issues the tokens. The address is a setting and never comes with a request.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// The issuer identifier, as in the tokens' `iss`.
    pub url: String,
    /// The client that it is asked with; redirects are not followed.
    pub http: SharedHttpConnector,
}

/// What is needed of an issuer's discovery document (OpenID Connect Discovery 1.0, section 3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Discovery {
    /// As the issuer calls itself.
    pub issuer: String,
    /// Where its public keys are.
    pub jwks_uri: String,
    /// Where it tells profiles, where it does.
    pub userinfo_endpoint: Option<String>,
}

/// The issuer did not answer, or not with what it should.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OidcError(String);

impl Issuer {
    /// The issuer's discovery document.
    ///
    /// # Errors
    /// Where it is not to be had, or is another issuer's (section 4.3).
    pub async fn discover(&self) -> Result<Discovery, OidcError> {
        let address = format!("{}/.well-known/openid-configuration", self.url.trim_end_matches('/'));
        let found = self.get(&address, None).await?;
        let found: Discovery = serde_json::from_value(found).map_err(|error| fault(&address, unread(&error)))?;
        if found.issuer.trim_end_matches('/') != self.url.trim_end_matches('/') {
            return Err(fault(&address, "the issuer there calls itself otherwise"));
        }
        Ok(found)
    }

    /// JSON from an address that the issuer named, with a bearer token where one is needed.
    ///
    /// # Errors
    /// Where the address is no safer than a token may be sent to, nobody answers in time, or the answer is not 200 with JSON.
    pub async fn get(&self, address: &str, bearer: Option<&str>) -> Result<Value, OidcError> {
        // A plain issuer is one on this machine, for development.
        if self.url.starts_with("https:") && !address.starts_with("https:") {
            return Err(fault(address, "the issuer is asked by https, and so must be what it names"));
        }
        let asked = tokio::time::timeout(DEADLINE, self.ask(address, bearer));
        asked.await.map_err(|_| fault(address, "no answer in time"))?
    }

    async fn ask(&self, address: &str, bearer: Option<&str>) -> Result<Value, OidcError> {
        let mut request = Request::get(address).map_err(|error| fault(address, error))?;
        request.headers_mut().insert("accept", "application/json");
        if let Some(token) = bearer {
            let sent = request.headers_mut().try_insert("authorization", format!("Bearer {token}"));
            // The error would quote the token.
            sent.map_err(|_| fault(address, "the token cannot be sent in a header"))?;
        }
        let response = self.http.call(request).await.map_err(|error| fault(address, crate::causes(&error)))?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(fault(address, format!("the answer has status {status}")));
        }
        let body = content(response.into_body(), ANSWER_LIMIT).await.map_err(|why| fault(address, why))?;
        serde_json::from_slice(&body).map_err(|error| fault(address, unread(&error)))
    }
}

fn fault(address: &str, why: impl std::fmt::Display) -> OidcError {
    OidcError(format!("{address}: {why}"))
}

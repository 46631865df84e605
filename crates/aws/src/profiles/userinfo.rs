//! Any other issuer: its userinfo endpoint (OpenID Connect Core 1.0, section 5.3).

use async_trait::async_trait;
use sbf_dialog::ports::{AccessToken, Profile, Profiles};
use tokio::sync::OnceCell;

use crate::{
    identity::profile_from_claims,
    oidc::{Issuer, OidcError},
};

/// Profiles from the userinfo endpoint that the issuer's discovery document names.
pub struct UserinfoProfiles {
    issuer: Issuer,
    /// Read once; a failure is not kept.
    endpoint: OnceCell<Option<String>>,
}

impl UserinfoProfiles {
    /// Of this issuer.
    pub fn new(issuer: Issuer) -> Self {
        Self { issuer, endpoint: OnceCell::new() }
    }

    async fn ask(&self, subject: &str, token: &AccessToken) -> Result<Option<Profile>, OidcError> {
        let endpoint = self.endpoint.get_or_try_init(|| async { Ok(self.issuer.discover().await?.userinfo_endpoint) });
        let Some(endpoint) = endpoint.await? else { return Ok(None) };
        let told = self.issuer.get(endpoint, Some(&token.text)).await?;
        let claim = |name: &str| told.get(name)?.as_str();
        // Section 5.3.2: a response about somebody else must not be used.
        if claim("sub") != Some(subject) {
            tracing::error!("the userinfo endpoint told another user's profile");
            return Ok(None);
        }
        Ok(Some(profile_from_claims(claim)))
    }
}

#[async_trait]
impl Profiles for UserinfoProfiles {
    async fn profile(&self, subject: &str, token: &AccessToken) -> Option<Profile> {
        match self.ask(subject, token).await {
            Ok(profile) => profile,
            Err(error) => {
                tracing::warn!(%error, "the issuer told no profile");
                None
            }
        }
    }
}

//! Cognito's user pools: `GetUser` with the caller's own access token.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::Client;
use sbf_dialog::ports::{AccessToken, Profile, Profiles};

use crate::identity::profile_from_claims;

/// Profiles of a Cognito user pool. A token must have the scope `aws.cognito.signin.user.admin`; the function needs no right for it.
pub struct CognitoProfiles {
    client: Client,
}

impl CognitoProfiles {
    /// Over a client of the pool's Region.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Profiles for CognitoProfiles {
    async fn profile(&self, subject: &str, token: &AccessToken) -> Option<Profile> {
        let user = match self.client.get_user().access_token(&token.text).send().await {
            Ok(user) => user,
            Err(error) => {
                tracing::warn!(error = crate::causes(&error), "Cognito told no profile");
                return None;
            }
        };
        let attributes = user.user_attributes();
        let attribute = |name: &str| attributes.iter().find(|attribute| attribute.name() == name)?.value();
        // The gateway verified this very token, so that only a fault of ours could bring somebody else's profile.
        if attribute("sub") != Some(subject) {
            tracing::error!("Cognito told another user's profile");
            return None;
        }
        Some(profile_from_claims(attribute))
    }
}

//! Roles, by the Security Token Service.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{SdkConfig, sts::AssumeRoleProvider};
use aws_sdk_lambda::config::SharedCredentialsProvider;

use super::Roles;

/// How the sessions are called in the other account's logs, and in its conditions on `sts:RoleSessionName`.
const SESSION: &str = "sbf-core";

/// The shortest time that a session may have: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
const LENGTH: Duration = Duration::from_secs(15 * 60);

/// [`Roles`] that are taken by `AssumeRole`; the SDK does so anew before a session ends.
#[derive(Debug)]
pub struct StsRoles(pub SdkConfig);

#[async_trait]
impl Roles for StsRoles {
    async fn credentials(&self, role: &str) -> SharedCredentialsProvider {
        let taken = AssumeRoleProvider::builder(role).configure(&self.0).session_name(SESSION).session_length(LENGTH);
        SharedCredentialsProvider::new(taken.build().await)
    }
}

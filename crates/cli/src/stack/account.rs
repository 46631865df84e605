//! The account that a command works in: its Region, who signed in, and what is said where one of them is missing.

use std::{borrow::Cow, env, error::Error, iter::successors};

use aws_config::{
    BehaviorVersion, Region, SdkConfig,
    profile::{self, ProfileFileCredentialsProvider},
    provider_config::ProviderConfig,
};
use aws_credential_types::provider::{SharedCredentialsProvider, error::CredentialsError};
use aws_runtime::env_config::{file::EnvConfigFiles, section::EnvConfigSections};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::os_shim_internal::{Env, Fs};

use crate::Misuse;

/// The profile that counts where none is named; it need not be written anywhere.
const DEFAULT_PROFILE: &str = "default";

/// Which account and Region a command works in.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Account {
    /// The stack's Region; without it, the one of AWS_REGION or of the profile.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// A profile of the AWS configuration; without it, keys in the environment, then the profile of AWS_PROFILE or the default one.
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
}

impl Account {
    /// Credentials and Region, as the AWS command line finds them. Nobody is asked for credentials yet.
    ///
    /// # Errors
    /// [`Misuse`] where there is no such profile, or no Region.
    pub(crate) async fn sdk(&self) -> anyhow::Result<SdkConfig> {
        let profiles = profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), self.named()).await;
        // What cannot be read is said by the SDK, once it needs the files.
        if let Some(missing) = profiles.ok().as_ref().and_then(missing_profile) {
            return Err(Misuse(missing).into());
        }
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        let sdk = loader.load().await;
        if sdk.region().is_none() {
            let place = self.profile.as_deref().unwrap_or("your profile");
            let rule = format!("no Region is set: give --region, or set AWS_REGION, or `region` in {place}");
            return Err(Misuse(rule).into());
        }
        Ok(self.with_credentials_of_profile(sdk))
    }

    /// A profile that is named counts more than keys in the environment, as with the AWS command line; the SDK sees it the other way round.
    fn with_credentials_of_profile(&self, sdk: SdkConfig) -> SdkConfig {
        let Some(profile) = &self.profile else { return sdk };
        let config = ProviderConfig::without_region().with_region(sdk.region().cloned());
        let credentials = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build();
        sdk.into_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build()
    }

    /// Which profile a failure is about, where one was chosen.
    pub(crate) fn chosen(&self) -> String {
        let profile = self.profile.clone().or_else(|| env::var("AWS_PROFILE").ok());
        profile.map(|profile| format!(" with the profile {profile}")).unwrap_or_default()
    }

    fn named(&self) -> Option<Cow<'static, str>> {
        self.profile.clone().map(Into::into)
    }
}

/// What is wrong with the profile that was chosen, if it is not there.
fn missing_profile(profiles: &EnvConfigSections) -> Option<String> {
    let chosen = profiles.selected_profile();
    if chosen == DEFAULT_PROFILE || profiles.get_profile(chosen).is_some() {
        return None;
    }
    let mut there: Vec<&str> = profiles.profiles().collect();
    there.sort_unstable();
    let there = if there.is_empty() { "no profile at all".to_owned() } else { there.join(", ") };
    Some(format!("there is no profile {chosen} in the AWS configuration, which has {there}"))
}

/// What to do for credentials that work.
const REMEDY: &str = "`aws login` or `aws sso login` signs in, --profile names a profile";

/// With these codes AWS refuses credentials that are over or never were any ("Common errors" in the references of its APIs).
const REFUSED: [&str; 6] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "UnrecognizedClientException",
];

/// What AWS said, or why it could not be asked.
pub(crate) fn said<E>(error: SdkError<E, HttpResponse>) -> anyhow::Error
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) if REFUSED.contains(&code) => {
            anyhow::anyhow!("{} ({code}); {REMEDY}", message.trim_end_matches('.'))
        }
        (code, Some(message)) => anyhow::anyhow!("{message} ({})", code.unwrap_or("no code")),
        (Some(code), None) => anyhow::anyhow!("{code}"),
        (None, None) => match not_signed_in(&error) {
            Some(why) => anyhow::anyhow!(why),
            None => anyhow::Error::new(error),
        },
    }
}

/// What keeps a request from being signed, in a sentence; the SDK's own words are the names of its parts.
fn not_signed_in(error: &(dyn Error + 'static)) -> Option<String> {
    let mut causes = successors(Some(error), |error| (**error).source());
    let credentials = causes.by_ref().find_map(|cause| cause.downcast_ref::<CredentialsError>())?;
    if matches!(credentials, CredentialsError::CredentialsNotLoaded(_)) {
        return Some(format!("not signed in to AWS, no credentials were found: {REMEDY}"));
    }
    let mut why: Vec<String> = causes.map(|cause| cause.to_string()).collect();
    // Each provider says once more that something occurred.
    why.retain(|cause| !cause.starts_with("an error occurred while loading"));
    let why = why.join(": ");
    Some(format!("not signed in to AWS: {}; {REMEDY}", why.trim_end_matches([' ', ':', '.'])))
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;
    use crate::stack::outputs::DescribeStacksError;

    fn refusal(code: &str, message: &str) -> String {
        let metadata = ErrorMetadata::builder().code(code).message(message).build();
        let response = HttpResponse::new(StatusCode::try_from(400).unwrap(), "".into());
        said(SdkError::service_error(DescribeStacksError::Refused(metadata), response)).to_string()
    }

    #[test]
    fn whose_credentials_are_over_is_told_how_to_sign_in() {
        let over = refusal("ExpiredToken", "The security token included in the request is expired");
        assert!(
            over.starts_with("The security token included in the request is expired (ExpiredToken); `aws login`"),
            "{over}"
        );
        assert_eq!(
            refusal("ValidationError", "Stack with id x does not exist"),
            "Stack with id x does not exist (ValidationError)"
        );
    }
}

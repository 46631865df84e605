//! A deployed stack: where its parts are, and the account that it is in.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::error::ProvideErrorMetadata;

/// Which account and Region a command works in.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Account {
    /// The stack's Region; without it, the one of the profile or of AWS_REGION.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// A profile of the AWS configuration; without it, the default one or that of AWS_PROFILE.
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
}

/// A stack by its outputs.
#[derive(Debug)]
pub(crate) struct Stack {
    /// Its name, as it was given.
    pub name: String,
    /// The account's credentials and Region.
    pub sdk: SdkConfig,
    outputs: BTreeMap<String, String>,
}

impl Account {
    /// Credentials and Region, as the AWS command line finds them.
    pub(crate) async fn sdk(&self) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        loader.load().await
    }
}

impl Stack {
    /// Reads a stack's outputs.
    ///
    /// # Errors
    /// Where there is no such stack, or the account cannot be asked.
    pub(crate) async fn find(name: &str, account: &Account) -> anyhow::Result<Self> {
        let sdk = account.sdk().await;
        let client = aws_sdk_cloudformation::Client::new(&sdk);
        let described = client.describe_stacks().stack_name(name).send().await;
        let described = described.map_err(said).with_context(|| format!("the stack {name} cannot be read"))?;
        let stack = described.stacks.unwrap_or_default().into_iter().next();
        let stack = stack.with_context(|| format!("there is no stack {name}"))?;
        let outputs = stack.outputs.unwrap_or_default().into_iter();
        let outputs = outputs.filter_map(|output| Some((output.output_key?, output.output_value?))).collect();
        Ok(Self { name: name.to_owned(), sdk, outputs })
    }

    /// An output that every stack of SBF has.
    ///
    /// # Errors
    /// Where it is not there: the stack is another one, or of an older template.
    pub(crate) fn output(&self, name: &str) -> anyhow::Result<&str> {
        let missing = || format!("the stack {} has no output {name}: is it a stack of SBF's template.yaml?", self.name);
        self.optional(name).with_context(missing)
    }

    /// An output that depends on the stack's parameters.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.outputs.get(name).map(String::as_str)
    }
}

/// What AWS said, or the whole chain of causes where it said nothing.
pub(crate) fn said<E>(error: aws_sdk_cloudformation::error::SdkError<E>) -> anyhow::Error
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match (error.code(), error.message()) {
        (code, Some(message)) => anyhow::anyhow!("{message} ({})", code.unwrap_or("no code")),
        (Some(code), None) => anyhow::anyhow!("{code}"),
        (None, None) => anyhow::Error::new(error),
    }
}

/// Runs a command that waits for AWS.
///
/// # Errors
/// The command's own, and where no runtime is to be had.
pub(crate) fn wait<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}

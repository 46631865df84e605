//! A deployed stack: where its parts are, and the account that it is in.

mod account;
mod outputs;

use anyhow::Context as _;
use aws_config::SdkConfig;

use crate::bucket::Bucket;

pub(crate) use self::account::{Account, said};
use self::outputs::{Outputs, outputs};

/// A stack by its outputs.
#[derive(Debug)]
pub(crate) struct Stack {
    /// Its name, as it was given.
    pub name: String,
    /// The account's credentials and Region.
    pub sdk: SdkConfig,
    outputs: Outputs,
}

impl Stack {
    /// Reads a stack's outputs.
    ///
    /// # Errors
    /// Where there is no such stack, or the account cannot be asked.
    pub(crate) async fn find(name: &str, account: &Account) -> anyhow::Result<Self> {
        let sdk = account.sdk().await?;
        let outputs = outputs(&sdk, name).await.map_err(said);
        let outputs = outputs.with_context(|| format!("the stack {name} cannot be read{}", account.chosen()))?;
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

    /// Who works in this account; a name for others to read, and nothing depends on it.
    pub(crate) async fn caller(&self) -> Option<String> {
        aws_sdk_sts::Client::new(&self.sdk).get_caller_identity().send().await.ok()?.arn
    }

    /// A bucket that an output names.
    ///
    /// # Errors
    /// As [`Stack::output`].
    pub(crate) fn bucket(&self, output: &str) -> anyhow::Result<Bucket> {
        Ok(Bucket { client: aws_sdk_s3::Client::new(&self.sdk), name: self.output(output)?.to_owned() })
    }

    /// An output that depends on the stack's parameters.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.outputs.get(name).map(String::as_str)
    }
}

/// Runs a command that waits for AWS.
///
/// # Errors
/// The command's own, and where no runtime is to be had.
pub(crate) fn wait<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}

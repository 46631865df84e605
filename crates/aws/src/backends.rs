//! Backends: functions, in the roles that they need, and another bot.

mod bots;
mod functions;
#[cfg(feature = "deployed")]
mod keys;
#[cfg(feature = "deployed")]
mod roles;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_lambda::{Client, config::SharedCredentialsProvider};
use sbf_dialog::ports::{BackendAnswer, BackendCall, Fulfilment, Target};
use serde_json::Value;

pub use self::bots::Bots;
use self::functions::Functions;
#[cfg(feature = "deployed")]
pub use self::{keys::SecretKeys, roles::StsRoles};
use crate::{
    metrics::{Metric, count},
    settings::BackendSettings,
};

/// Whoever gives credentials in a role.
#[async_trait]
pub trait Roles: fmt::Debug + Send + Sync {
    /// Credentials in the role with this ARN; that it may not be taken shows when they are used.
    async fn credentials(&self, role: &str) -> SharedCredentialsProvider;
}

/// Where the keys of other bots are.
#[async_trait]
pub trait Keys: fmt::Debug + Send + Sync {
    /// The key of the bots on a host (`desk.example.org`, with the port where one is written); `None` where there is none.
    ///
    /// # Errors
    /// Where the keys cannot be read; in words for the log, without a key.
    async fn key(&self, host: &str) -> Result<Option<String>, String>;

    /// A key was refused: the one that has taken its place, where there is one.
    async fn replaced(&self, host: &str, refused: &str) -> Option<String>;
}

/// How long another bot may take: shorter than a function, for after a miss the caller may still have to be asked for by name.
const BOT_DEADLINE: Duration = Duration::from_secs(15);

/// [`Fulfilment`] by calling functions and other bots and waiting for what they return.
#[derive(Debug)]
pub struct Backends {
    functions: Functions,
    bots: Option<Bots>,
    deadline: Duration,
}

impl Backends {
    /// Functions reached through `client`, in its Region unless an ARN names another. No role is taken, and another bot is played by
    /// the function of its name, as in `sbf dev`, where what a brain names is on this machine or nowhere.
    pub fn new(client: Client, settings: BackendSettings) -> Self {
        let deadline = settings.deadline;
        Self { functions: Functions::new(client, settings.functions, settings.roles), bots: None, deadline }
    }

    /// The same, that takes roles where a brain wants it, and the operator allows it.
    #[must_use]
    pub fn taking(self, roles: Arc<dyn Roles>) -> Self {
        Self { functions: self.functions.taking(roles), ..self }
    }

    /// The same, that asks other bots where they are.
    #[must_use]
    pub fn asking(self, bots: Bots) -> Self {
        Self { bots: Some(bots), ..self }
    }

    async fn reach(&self, call: &BackendCall) -> Result<Value, String> {
        match (&call.target, &self.bots) {
            (Target::Function { arn, role }, _) => {
                let written = if arn.is_empty() { &call.name } else { arn };
                self.functions.invoke(written, role.as_deref(), &call.event).await
            }
            (Target::Bot { url }, Some(bots)) => bots.ask(&call.name, url, &call.event).await,
            (Target::Bot { .. }, None) => self.functions.invoke(&call.name, None, &call.event).await,
        }
    }
}

#[async_trait]
impl Fulfilment for Backends {
    async fn call(&self, call: &BackendCall, within: Duration) -> BackendAnswer {
        let most = match call.target {
            Target::Function { .. } => self.deadline,
            Target::Bot { .. } => self.deadline.min(BOT_DEADLINE),
        };
        let deadline = most.min(within);
        match tokio::time::timeout(deadline, self.reach(call)).await {
            Ok(Ok(value)) => BackendAnswer::Answered(value),
            Ok(Err(why)) => BackendAnswer::Failed(why),
            Err(_) => {
                count(Metric::BackendTimeouts);
                BackendAnswer::Failed(format!("no answer within {} ms", deadline.as_millis()))
            }
        }
    }
}

#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "serve")]
pub mod backends;
#[cfg(feature = "serve")]
mod body;
#[cfg(feature = "serve")]
pub mod brains;
#[cfg(feature = "serve")]
pub mod identity;
pub mod meaning;
pub mod metrics;
#[cfg(feature = "serve")]
pub mod oidc;
#[cfg(feature = "serve")]
pub mod profiles;
#[cfg(feature = "serve")]
pub mod quotas;
#[cfg(feature = "serve")]
pub mod ratings;
#[cfg(feature = "serve")]
pub mod router;
#[cfg(feature = "serve")]
pub mod sessions;
pub mod settings;
#[cfg(feature = "serve")]
pub mod speech;
#[cfg(feature = "serve")]
mod tables;
#[cfg(feature = "train")]
pub mod training;
#[cfg(feature = "serve")]
pub mod uploads;

/// An error with its causes, in one line for the log: the SDK's errors say by themselves only that something failed.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Why JSON was not read, for the log: without a word of it, which serde's own message may quote. What is missing is a name of ours.
fn unread(error: &serde_json::Error) -> String {
    let said = error.to_string();
    match said.starts_with("missing field") || !error.is_data() {
        true => said,
        false => format!("a value of another kind than expected, at line {} column {}", error.line(), error.column()),
    }
}

/// Why a task did not end as it should, for the log: what it panicked with may quote anything.
fn stopped(error: &tokio::task::JoinError) -> &'static str {
    if error.is_panic() { "it panicked" } else { "it was cancelled" }
}

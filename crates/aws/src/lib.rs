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
pub mod metrics;
#[cfg(feature = "serve")]
pub mod oidc;
#[cfg(feature = "serve")]
pub mod profiles;
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

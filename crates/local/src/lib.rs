#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "authoriser")]
mod authoriser;
mod clients;
mod cloud;
mod dynamodb;
mod identity;
mod lambda;
mod polly;
mod s3;
mod samples;
mod serve;
mod signature;
mod speech;
mod state;
mod sync;
mod watch;

#[cfg(feature = "authoriser")]
pub use authoriser::{Authoriser, KeySource, Rejected};
pub use cloud::{Cloud, CloudError, CloudOptions};
pub use dynamodb::{TableError, create_table};
pub use identity::{DEVELOPMENT_IDENTITY, DevelopmentIdentity};
pub use lambda::{Functions, LocalFunction};
pub use s3::{ObjectCreated, notification};
pub use state::StateError;
pub use sync::{MAX_FILE_BYTES, SyncAction, SyncError, Synced, sync_to_bucket};
pub use watch::{BrainFolder, Changed, WATCHED_FILES, WatchError};

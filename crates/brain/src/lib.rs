#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Held by clippy.toml beside Cargo.toml.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod artefact;
pub mod brain;
pub mod check;
pub mod config;
#[cfg(feature = "train")]
pub mod explain;
pub mod expression;
#[cfg(feature = "train")]
pub mod findings;
pub mod intent;
pub mod language;
pub mod pattern;
pub mod payload;
pub mod problem;
pub mod pronunciation;
#[cfg(feature = "train")]
pub mod report;
#[cfg(feature = "train")]
pub mod train;

mod anchors;
mod entity;
mod fold;
mod json;
mod knowledge;
mod reader;
mod secret;
mod sentences;
mod utterance;

pub use artefact::{DecodeError, decode, encode};
pub use brain::{Brain, Candidate, Entity, Stock, Understanding};
pub use check::{CheckedKnowledge, read};
#[cfg(feature = "train")]
pub use explain::Explained;
#[cfg(feature = "train")]
pub use findings::Finding;
pub use problem::{Problem, Severity};
#[cfg(feature = "train")]
pub use report::{Outcome, run_tests};
#[cfg(feature = "train")]
pub use train::{Progress, TrainError, Trained, train};

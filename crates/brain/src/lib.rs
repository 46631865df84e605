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
pub mod memory;
pub mod pattern;
pub mod payload;
pub mod problem;
pub mod pronunciation;
#[cfg(feature = "train")]
pub mod report;
#[cfg(feature = "train")]
pub mod train;

mod anchors;
mod content;
mod entity;
mod files;
mod fold;
mod json;
mod knowledge;
mod meaning;
#[cfg(feature = "train")]
mod outcome;
mod path;
mod reader;
mod secret;
mod sentences;
mod stock;
#[cfg(feature = "train")]
mod texts;
#[cfg(feature = "train")]
mod trained;
mod utterance;

pub use artefact::{DecodeError, decode, encode};
pub use brain::{Brain, Candidate, MeaningUse, Understanding};
pub use check::{CheckedKnowledge, read};
pub use entity::Entity;
#[cfg(feature = "train")]
pub use explain::Explained;
#[cfg(feature = "train")]
pub use findings::Finding;
pub use meaning::Meaning;
#[cfg(feature = "train")]
pub use outcome::{Outcome, run_tests};
pub use problem::{Problem, Severity};
pub use sbf_meaning::{ReadAt, WeightsError};
pub use stock::Stock;
#[cfg(feature = "train")]
pub use train::{Progress, TrainError, train, train_with_meaning};
#[cfg(feature = "train")]
pub use trained::Trained;

#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod artefact;
pub mod brain;
pub mod check;
pub mod config;
pub mod expression;
pub mod intent;
pub mod language;
pub mod pattern;
pub mod payload;
pub mod problem;
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
mod sentences;
mod utterance;

pub use artefact::{DecodeError, decode, encode};
pub use brain::{Brain, Candidate, Entity, Stock, Understanding};
pub use check::{CheckedKnowledge, read};
pub use problem::{Problem, Severity};
#[cfg(feature = "train")]
pub use report::{Outcome, run_tests};
#[cfg(feature = "train")]
pub use train::{Progress, TrainError, Trained, train};

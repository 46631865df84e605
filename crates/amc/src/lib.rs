#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Held by clippy.toml beside Cargo.toml.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

#[cfg(feature = "train")]
pub mod benchmark;
mod clauses;
mod codec;
#[cfg(feature = "train")]
mod corpus;
mod dense;
mod distance;
#[cfg(feature = "train")]
pub mod evaluate;
pub mod explain;
mod features;
mod formats;
mod gate;
mod hash;
#[cfg(feature = "train")]
mod held_out;
mod language;
mod model;
#[cfg(feature = "train")]
mod names;
mod neighbours;
mod number;
#[cfg(feature = "train")]
mod options;
mod product;
mod rows;
#[cfg(feature = "train")]
mod svm;
mod terms;
pub mod text;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "tune")]
pub mod tuning;
mod vocabulary;

pub use clauses::Clause;
pub use codec::DecodeError;
pub use dense::{Dense, Encode};
pub use explain::Explanation;
pub use formats::Formats;
pub use gate::Confidence;
pub use model::{Classification, FORMATS, Model, Ranked};
pub use neighbours::{Neighbour, Neighbours};
#[cfg(feature = "train")]
pub use options::{CheckedOptions, Options, OptionsError};
#[cfg(feature = "train")]
pub use train::{Prediction, Progress, Sample, TrainError, TrainReport, Trained, train, train_with_vectors};

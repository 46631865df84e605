#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Held by clippy.toml beside Cargo.toml.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

mod characters;
mod double_array;
mod embeddings;
mod encoder;
mod huffman;
mod matrix;
mod network;
mod number;
mod read_at;
mod tokeniser;
mod vector;
mod weights;

pub use encoder::{Encoder, MAX_PIECES};
pub use read_at::ReadAt;
pub use vector::{SIZE, Vector};
pub use weights::{SHIPPED_WEIGHTS, WeightsError, WeightsId, verify};

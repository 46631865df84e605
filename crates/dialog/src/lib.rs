#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Held by clippy.toml beside Cargo.toml.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod bot;
pub mod content;
mod digest;
mod federation;
mod fulfilment;
pub mod input;
mod json;
mod kept;
pub mod machine;
pub mod memory;
mod parameters;
mod payload;
pub mod ports;
pub mod relayed;
pub mod reply;
pub mod response;
mod scope;
pub mod session;
pub mod talk;
pub mod wire;
mod wording;

pub use bot::{Bot, BotError, Timing};
pub use input::{Call, Moment};
pub use response::Response;
pub use wire::CallError;

#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Held by clippy.toml beside Cargo.toml.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod bot;
mod fulfilment;
pub mod machine;
pub mod memory;
mod parameters;
pub mod ports;
pub mod reply;
mod scope;
pub mod session;
pub mod talk;
pub mod wire;

pub use bot::{Bot, BotError, Timing};
pub use machine::Moment;
pub use wire::{Call, CallError};

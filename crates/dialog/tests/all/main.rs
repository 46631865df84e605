//! Conversations with whole bots whose ports are in memory.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod architecture;
mod backends;
mod cancelling;
mod content;
mod federation;
mod filling;
mod kept;
mod memory;
mod names;
mod other_requests;
mod parameters;
mod profiles;
mod random;
mod repeats;
mod requests;
mod support;
mod talks;

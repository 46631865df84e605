//! One chat turn.

pub mod ports;
pub mod session;

//! All whole-bot tests, in one binary: one link step.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;

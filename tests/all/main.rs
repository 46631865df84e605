//! All whole-bot tests, in one binary: one link step.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod architecture;
mod command_line;
mod confidence;
mod cost;
mod crashes;
mod dependencies;
mod dev;
mod everyday;
mod http;
mod imports;
mod languages;
mod observed;
mod once;
mod operating;
mod places;
mod ratings;
mod reference;
mod runtime;
mod spoken;
mod stores;
mod talks;
mod template;
mod uploads;
mod users;

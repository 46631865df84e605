//! `knowledge.json` in, trained brain out.

pub mod brain;
pub mod config;
pub mod expression;
pub mod intent;
pub mod pattern;
pub mod payload;
pub mod problem;

pub use brain::{Brain, Candidate, Entity, Stock, Understanding};
pub use problem::{Problem, Severity};

//! The JSON of `POST /core`, with the reference's names and the additions to them, and of the requests beside it.
//!
//! Field names occur here and, for what backends and other bots say, in `fulfilment.rs`, `federation.rs` and `relayed.rs`; everywhere else the project's own terms are used.

mod feedback;
mod fields;
mod request;
mod response;
mod upload;

pub use feedback::{COMMENT_LIMIT, Feedback};
pub use fields::{CallError, object};
pub use request::TEXT_LIMIT;
pub use response::render;

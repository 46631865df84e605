//! The samples on the embedded DynamoDB, through the real client.

#![allow(clippy::unwrap_used)]

mod idempotence;
mod menus;
mod support;
mod total;
mod transcripts;

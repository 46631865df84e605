//! The samples on the embedded DynamoDB, through the real client.

#![allow(clippy::unwrap_used)]

mod expiry;
mod idempotence;
mod menus;
mod support;
mod total;
mod transcripts;

//! The adapters through their real SDK clients, and the routes through a real bot.
#![allow(clippy::unwrap_used)]

mod backends;
mod bot;
mod bots;
mod brains;
mod quotas;
mod roles;
mod router;
mod script;
mod sessions;
mod speech;
mod training;
mod userinfo;

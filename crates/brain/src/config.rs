//! configs.json, as written.

use std::collections::BTreeMap;

use serde_json::Value;

/// configs.json: the keys that this project reads, typed; every key as written in `written`.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Milliseconds between revalidations of the brain.
    pub cache_ttl_ms: u64,
    /// `localFunctions`: function name → URL (`sbf dev` only).
    pub local_functions: BTreeMap<String, String>,
    /// `theme`, handed to clients.
    pub theme: Option<Value>,
    /// Hours a session lives after its last turn (`ctxTTLLimit`, 48).
    pub session_hours: u32,
}

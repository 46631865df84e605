//! The payload template: lenient JSON with `$n` placeholders.

use serde_json::{Map, Value};

/// A parsed payload template.
#[derive(Debug, Clone)]
pub struct PayloadTemplate {
    _shape: Map<String, Value>,
}

impl PayloadTemplate {
    /// Parses a template: unquoted keys, single quotes and trailing commas are fine; `$n` may stand bare or inside a string.
    ///
    /// # Errors
    /// Where it is not an object even so.
    pub fn parse(_written: &str) -> Result<Self, String> {
        unimplemented!()
    }

    /// The event: every `$n` whose `value` is known is replaced inside its string (nothing can break out of it); a bare `$n` becomes a number
    /// or boolean where the value reads as one; a placeholder without a value becomes null where it stands alone, and empty inside a longer string.
    pub fn fill(&self, _value: &dyn Fn(u32) -> Option<String>) -> Map<String, Value> {
        unimplemented!()
    }
}

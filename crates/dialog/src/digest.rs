//! Ids made from what is known.

use sha2::{Digest, Sha256};

/// 32 hexadecimal digits of a hash of the parts.
pub(crate) fn digest(parts: &[&str]) -> String {
    Sha256::digest(parts.join("\u{0}")).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

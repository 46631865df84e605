//! What the classifier promises to who uses it; one program, for each links the whole crate.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod allocations;
mod classifier;
mod clauses;
mod explain;
#[cfg(feature = "tune")]
mod gate;
mod vectors;
mod words;

// What the example `tune` compares; its files find each other from the root.
#[cfg(feature = "tune")]
#[path = "../../examples/tune/comparison.rs"]
mod comparison;
#[cfg(feature = "tune")]
#[path = "../../examples/tune/gaussian.rs"]
mod gaussian;
#[cfg(feature = "tune")]
#[path = "../../examples/tune/regression.rs"]
mod regression;
#[cfg(feature = "tune")]
use comparison::{Inputs, size};

use std::{env, io::Write as _, path::PathBuf};

/// A file or folder of the public corpora; `None`, said on standard error, where it is not there. Where `SBF_STRICT` is set the test fails instead.
fn shared_data(path: &str) -> Option<PathBuf> {
    let root = env::var_os("SBF_SHARED_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    assert!(
        env::var_os("SBF_STRICT").is_none(),
        "SBF_STRICT forbids to skip a test, but {} is not there",
        path.display()
    );
    let _ = writeln!(std::io::stderr(), "skipped: {} is not there", path.display());
    None
}

//! The whole-bot builder and what its tests share.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    io::{Write as _, stderr},
    path::{Path, PathBuf},
    sync::Mutex,
};

pub mod backend;
pub mod bot;
pub mod brains;
pub mod deployment;
pub mod moto;
pub mod pool;
pub mod process;
pub mod runtime;

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The sample bots' folders in `brain/`: one for each complete language.
pub fn sample_bots() -> impl Iterator<Item = &'static str> {
    sbf_languages::ALL.into_iter().filter_map(|language| language.sample)
}

/// A folder of the shared material that lies beside the repository on development machines; says that a test is skipped where it is not there.
pub fn shared_data(folder: &str) -> Option<PathBuf> {
    let base = std::env::var_os("SBF_SHARED_DATA").map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    let path = base.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    skipped(&format!("there is no {}", path.display()));
    None
}

/// Says once why tests are skipped; where `SBF_STRICT` is set, as in `make test` under CI, the test fails instead.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("SBF_STRICT").is_none(), "SBF_STRICT forbids to skip a test, but {why}");
    say_once(&format!("skipped: {why}"));
}

/// Says something about this run, once. It writes to standard error itself, for what a test that passes prints is never seen.
pub fn say_once(what: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap().insert(what.to_owned()) {
        let _ = writeln!(stderr(), "{what}");
    }
}

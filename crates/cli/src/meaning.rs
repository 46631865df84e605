//! The sentence encoder: a release has its weights inside, a build for developers reads them from the checkout.

use std::sync::OnceLock;

use sbf_brain::Meaning;

/// The encoder, opened once for the whole program.
///
/// # Errors
/// Where the checkout's weights cannot be read.
pub fn open() -> anyhow::Result<Meaning> {
    static OPEN: OnceLock<Meaning> = OnceLock::new();
    if let Some(open) = OPEN.get() {
        return Ok(open.clone());
    }
    let opened = read()?;
    Ok(OPEN.get_or_init(|| opened).clone())
}

#[cfg(not(debug_assertions))]
fn read() -> anyhow::Result<Meaning> {
    static WEIGHTS: &[u8] = include_bytes!("../../meaning/weights/meaning.weights");
    Ok(Meaning::open(WEIGHTS)?)
}

#[cfg(debug_assertions)]
fn read() -> anyhow::Result<Meaning> {
    use anyhow::Context as _;

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../meaning/weights/meaning.weights");
    sbf_aws::meaning::open(path.as_ref()).with_context(|| path.to_owned())
}

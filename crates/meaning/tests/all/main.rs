//! The encoder on the weights file that comes with the project.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod any_text;
mod damage;
mod oracle;
mod reads;

use std::sync::{Arc, LazyLock};

use sbf_meaning::Encoder;

static FILE: LazyLock<Arc<[u8]>> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/weights/meaning.weights");
    std::fs::read(path).unwrap().into()
});

static ENCODER: LazyLock<Encoder> = LazyLock::new(|| Encoder::open(Arc::clone(&*FILE)).unwrap());

//! Opening the weights, and messages of 5, 14, 50 and 128 pieces: `cargo bench -p sbf-meaning`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::{fs::File, hint::black_box, io, os::unix::fs::FileExt};

use criterion::{Criterion, criterion_group, criterion_main};
use sbf_meaning::{Encoder, ReadAt};

const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/weights/meaning.weights");

struct Weights(File);

impl ReadAt for Weights {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

fn open() -> Encoder {
    Encoder::open(Weights(File::open(WEIGHTS).unwrap())).unwrap()
}

fn run(criterion: &mut Criterion) {
    criterion.bench_function("open", |b| b.iter(|| black_box(open())));
    let encoder = open();
    let prose =
        "Can you please tell me how much money is left on my savings account today, and when I may take some of it? ";
    for pieces in [5, 14, 50, 128] {
        let words = prose.repeat(8);
        let text =
            (1..=words.len()).map(|end| &words[..end]).rfind(|text| encoder.pieces(text).len() == pieces).unwrap();
        let mut group = criterion.benchmark_group(format!("{pieces} pieces"));
        group.bench_function("encode", |b| b.iter(|| black_box(encoder.encode(text))));
        group.bench_function("pieces", |b| b.iter(|| black_box(encoder.pieces(text))));
        group.finish();
    }
    let long = prose.repeat(10_000);
    criterion.bench_function("1 MB", |b| b.iter(|| black_box(encoder.encode(&long))));
}

criterion_group!(benches, run);
criterion_main!(benches);

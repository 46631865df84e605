//! Encodes texts for the oracle's comparison, `make oracle`: `encode WEIGHTS` reads a JSON string a line and writes a line of ids and numbers each.

#![allow(clippy::print_stdout, reason = "it is a program for developers")]

use std::{
    error::Error,
    fs::File,
    io::{self, BufRead, Write},
    os::unix::fs::FileExt,
};

use sbf_meaning::{Encoder, ReadAt};
use serde_json::json;

struct Weights(File);

impl ReadAt for Weights {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("encode WEIGHTS")?;
    let encoder = Encoder::open(Weights(File::open(path)?))?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let vector = encoder.encode(&text)?;
        writeln!(output, "{}", json!({"pieces": encoder.pieces(&text), "vector": &vector.as_slice()[..]}))?;
    }
    Ok(())
}

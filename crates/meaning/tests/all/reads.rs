//! What is read of the file, and when: counts that do not depend on what else the machine does.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use sbf_meaning::{Encoder, MAX_PIECES, ReadAt};

use crate::FILE;

#[derive(Default)]
struct Counted {
    reads: AtomicUsize,
    bytes: AtomicUsize,
}

impl ReadAt for Counted {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(buffer.len(), Ordering::Relaxed);
        FILE.read_exact_at(buffer, offset)
    }
}

impl Counted {
    /// Reads and bytes since it was asked last.
    fn take(&self) -> (usize, usize) {
        (self.reads.swap(0, Ordering::Relaxed), self.bytes.swap(0, Ordering::Relaxed))
    }
}

#[test]
fn opening_reads_a_fifth_of_the_file_and_a_message_its_own_pieces() {
    let counted = Arc::new(Counted::default());
    let encoder = Encoder::open(Arc::clone(&counted)).unwrap();
    let (reads, bytes) = counted.take();
    assert!(reads < 100 && bytes < 6_500_000, "{reads} reads of {bytes} bytes");
    assert!(FILE.len() < 35_000_000);

    encoder.encode("how much money do I have on my savings account").unwrap();
    let (reads, bytes) = counted.take();
    assert!(reads == 28 && bytes < 7_000, "{reads} reads of {bytes} bytes");
}

#[test]
fn the_longest_message_reads_no_more_than_its_first_pieces() {
    let counted = Arc::new(Counted::default());
    let encoder = Encoder::open(Arc::clone(&counted)).unwrap();
    counted.take();
    for text in
        ["words and more words ".repeat(50_000), "字".repeat(100_000), " ".repeat(1_000_000), "\u{fdfa}".repeat(50_000)]
    {
        encoder.encode(&text).unwrap();
        let (reads, bytes) = counted.take();
        assert!(reads <= 2 * MAX_PIECES && bytes < 90_000, "{reads} reads of {bytes} bytes");
    }
}

#[test]
fn memory_of_the_longest_message_is_bounded() {
    let allocated = |text: &str| {
        crate::ENCODER.encode(text).unwrap();
        let found = allocation_counter::measure(|| drop(crate::ENCODER.encode(text).unwrap()));
        (found.count_total, found.bytes_max)
    };
    let (short, long) = (allocated("how much money do I have on my savings account"), allocated(&"字".repeat(100_000)));
    assert!(short.0 < 100 && long.0 < 120, "{short:?}, {long:?}");
    assert!(short.1 < 250_000 && long.1 < 2_000_000, "{short:?}, {long:?}");
}

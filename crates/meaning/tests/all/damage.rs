//! Files that are something else or damaged: an error or other numbers, never a panic.

use std::{
    io,
    sync::{Arc, LazyLock},
};

use proptest::prelude::*;
use sbf_meaning::{Encoder, ReadAt, SHIPPED_WEIGHTS, WeightsError, verify};

use crate::{ENCODER, FILE};

/// The file with one byte changed, and cut off somewhere.
struct Damaged {
    place: usize,
    change: u8,
    length: usize,
}

impl Default for Damaged {
    fn default() -> Self {
        Self { place: 0, change: 0, length: FILE.len() }
    }
}

impl ReadAt for Damaged {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        FILE[..self.length].read_exact_at(buffer, offset)?;
        if let Some(byte) = self.place.checked_sub(offset as usize).and_then(|at| buffer.get_mut(at)) {
            *byte ^= self.change;
        }
        Ok(())
    }
}

fn fault(damage: Damaged) -> String {
    Encoder::open(damage).err().map_or_else(String::new, |error| error.to_string())
}

#[test]
fn the_file_is_the_one_that_the_crate_knows() {
    assert_eq!(verify(&*FILE).unwrap().to_string(), SHIPPED_WEIGHTS);
    assert_eq!(ENCODER.id().to_string(), SHIPPED_WEIGHTS);
}

#[test]
fn a_changed_bit_is_found_when_the_file_is_verified() {
    for place in [8, 48, 200, 3_000_000, FILE.len() - 1] {
        assert!(verify(&Damaged { place, change: 1, ..Damaged::default() }).is_err(), "{place}");
    }
    assert!(matches!(verify(&Damaged { length: FILE.len() - 1, ..Damaged::default() }), Err(WeightsError::Read(_))));
}

#[test]
fn errors_say_what_is_wrong() {
    assert_eq!(fault(Damaged { change: 1, ..Damaged::default() }), "this is no file of the sentence encoder's weights");
    let version = fault(Damaged { place: 40, change: 2, ..Damaged::default() });
    assert_eq!(version, "the weights of the sentence encoder have format 3, and this program reads format 1");
    let sections = fault(Damaged { place: 44, change: 1, ..Damaged::default() });
    assert_eq!(sections, "the weights of the sentence encoder are damaged: it has another number of sections");
    let short = fault(Damaged { length: 1_000_000, ..Damaged::default() });
    assert_eq!(short, "the weights of the sentence encoder cannot be read");
    assert!(Encoder::open(Vec::new()).is_err());
}

/// Where the parts begin whose damage could lead decoding astray, and the beginnings of others.
static PLACES: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let section = |at: usize| u64::from_le_bytes(*FILE[48 + 16 * at..].first_chunk().unwrap()) as usize;
    (0..8).map(section).chain([0]).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_is_no_panic(part in 0..9_usize, near in 0..3_000_usize, far in 0..30_000_000_usize, change in 1..=255_u8, is_near: bool) {
        let place = PLACES[part] + if is_near { near } else { far };
        if let Ok(encoder) = Encoder::open(Damaged { place, change, ..Damaged::default() }) {
            let _ = encoder.encode("ﬁrst of all, how much money do I have? 字 ab\u{301}");
        }
    }
}

#[test]
fn rows_of_other_bytes_are_an_error_or_other_numbers() {
    // The row of the piece `<s>`, which every text has.
    let at = |place: usize| u32::from_le_bytes(*FILE[place..].first_chunk().unwrap()) as usize;
    let (index, rows) = (PLACES[6], PLACES[7]);
    let (start, end) = (rows + at(index + 4), rows + at(index + 8));
    let outcomes = (start..end).map(|place| {
        let encoder = Encoder::open(Damaged { place, change: 0x5a, ..Damaged::default() }).unwrap();
        encoder.encode("").is_err()
    });
    assert!(outcomes.filter(|failed| *failed).count() > 10);
    let file: Arc<[u8]> = Arc::clone(&*FILE);
    assert!(Encoder::open(file).is_ok());
}

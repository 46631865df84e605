use super::*;
use crate::{Options, Sample, train};

fn bytes() -> Vec<u8> {
    let samples = [("good morning", "greet"), ("hello there", "greet"), ("goodbye now", "bye"), ("see you", "bye")];
    let samples = samples.map(|(utterance, intent)| Sample { utterance, intent });
    train(&samples, &Options::default().check().unwrap(), &mut |_| ()).unwrap().model.encode()
}

/// The same content under another number, as a release that knows that format would have written it.
fn renumbered(bytes: &[u8], format: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let body = MAGIC.len() + 12;
    let checksum = hash::bytes(u64::from(format), &bytes[body..]);
    bytes[MAGIC.len()..body].copy_from_slice(&[&format.to_le_bytes()[..], &checksum.to_le_bytes()].concat());
    bytes
}

#[test]
fn every_format_of_the_range_is_read_and_no_other() {
    let Formats { newest, written, .. } = FORMATS;
    let bytes = bytes();
    assert_eq!(renumbered(&bytes, written), bytes);
    let next = renumbered(&bytes, newest + 1);
    let prepared = Formats { newest: newest + 1, ..FORMATS };
    let read = Model::decode_as(next.clone().into(), prepared, Checksum::Compared).unwrap();
    assert_eq!(read.classify("hello there").ranked[0].intent, "greet");
    assert!(Model::decode_as(bytes.clone().into(), prepared, Checksum::Compared).is_ok(), "the one that is written");
    let refused = Model::decode_as(next.into(), FORMATS, Checksum::Compared).unwrap_err();
    assert_eq!(refused, DecodeError::Format { found: newest + 1, reads: FORMATS });
    let later = Formats { oldest: written + 1, newest: written + 2, written: written + 2 };
    let told = Model::decode_as(bytes.into(), later, Checksum::Compared).unwrap_err().to_string();
    assert_eq!(told, "the model has format 3, this program reads formats 4 to 5");
}

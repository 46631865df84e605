//! The vectors' part of a model as bytes: magic, format version, checksum of all that follows, and the numbers.

use super::{Dense, DenseGate, Rows};
use crate::codec::Writer;
use crate::{
    codec::{DecodeError, Reader},
    formats::Formats,
    hash,
};

const MAGIC: &[u8; 8] = b"SBF-VEC\n";
/// Layouts that are read, and the one that is written.
pub(crate) const FORMATS: Formats = Formats { oldest: 1, newest: 1, written: 1 };

impl Dense {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut to = Writer::default();
        to.text(&self.source);
        to.f32(self.weight);
        to.f32(self.temperature);
        self.gate.write(&mut to);
        self.hyperplanes.write(&mut to);
        self.biases.iter().for_each(|bias| to.f32(*bias));
        self.examples.write(&mut to);
        self.example_classes.iter().for_each(|class| to.small(*class));
        let format = FORMATS.written;
        let head = [&MAGIC[..], &format.to_le_bytes(), &hash::bytes(u64::from(format), &to.0).to_le_bytes()];
        [&head.concat(), to.0.as_slice()].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        if from.take(MAGIC.len()).map_err(|_| DecodeError::NotAModel)? != MAGIC {
            return Err(DecodeError::NotAModel);
        }
        let format = from.u32()?;
        if !FORMATS.reads(format) {
            return Err(DecodeError::Format { found: format, reads: FORMATS });
        }
        let written = from.u64()?;
        if written != hash::bytes(u64::from(format), bytes.get(from.position()..).unwrap_or_default()) {
            return Err(DecodeError::Damaged);
        }
        let dense = Self::read(&mut from)?;
        if from.position() == bytes.len() { Ok(dense) } else { Err(DecodeError::Malformed) }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let source = from.text()?.to_owned();
        let (weight, temperature) = (from.f32()?, from.f32()?);
        let gate = DenseGate::read(from)?;
        let hyperplanes = Rows::read(from)?;
        let biases = (0..hyperplanes.len()).map(|_| from.f32()).collect::<Result<Vec<_>, _>>()?;
        let examples = Rows::read(from)?;
        let example_classes = (0..examples.len()).map(|_| from.small()).collect::<Result<Vec<_>, _>>()?;
        let is_sound = weight >= 0.0 && !biases.is_empty() && examples.numbers() == hyperplanes.numbers();
        let dense = Self { source, weight, temperature, hyperplanes, biases, examples, example_classes, gate };
        if is_sound { Ok(dense) } else { Err(DecodeError::Malformed) }
    }
}

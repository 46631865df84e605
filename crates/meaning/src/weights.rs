//! The weights file: its header, its sections, its checksum. README.md describes the format; `scripts/weights.py` writes it.

use std::{fmt, io};

use bytemuck::Pod;
use sha2::{Digest, Sha256};

use crate::read_at::ReadAt;

const MAGIC: [u8; 8] = *b"sbfmean\n";
const VERSION: u32 = 1;
const SECTIONS: usize = 8;
/// Magic and checksum, which the checksum does not cover.
const UNSEALED: usize = 40;
const HEADER: usize = UNSEALED + 8 + 16 * SECTIONS;
/// No section is held in memory that is larger; a damaged length must not ask for the memory of a machine.
const MOST_RESIDENT: u64 = 16 << 20;

/// The id of the weights that come with the project, `weights/meaning.weights`.
pub const SHIPPED_WEIGHTS: &str = "b2bc1b5bfa85de01ae68e1e53e3643c4dfb6f1a9f0f7dde7f42114c4328b180b";

/// Why a weights file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// It could not be read, or is shorter than it says.
    #[error("the weights of the sentence encoder cannot be read")]
    Read(#[from] io::Error),
    /// It is something else.
    #[error("this is no file of the sentence encoder's weights")]
    Foreign,
    /// Another version of this program wrote it.
    #[error("the weights of the sentence encoder have format {0}, and this program reads format {VERSION}")]
    Version(u32),
    /// Its bytes contradict each other or its checksum.
    #[error("the weights of the sentence encoder are damaged: {0}")]
    Damaged(&'static str),
}

/// Which weights they are: the SHA-256 of the file's bytes from the 41st on, shown in hexadecimal.
///
/// Vectors of equal weights may be compared with each other, those of different ones may not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct WeightsId(pub [u8; 32]);

impl fmt::Display for WeightsId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Reads all of a weights file and compares it with its checksum: once, when it is installed. Opening it does not.
///
/// # Errors
///
/// Where the file is something else, ends early, or has a changed bit.
pub fn verify(reader: &dyn ReadAt) -> Result<WeightsId, WeightsError> {
    let header = Header::read(reader)?;
    let mut hash = Sha256::new();
    let (mut buffer, mut place) = (vec![0; 1 << 16], UNSEALED as u64);
    while place < header.end() {
        let size = buffer.len().min(usize::try_from(header.end() - place).unwrap_or(usize::MAX));
        reader.read_exact_at(&mut buffer[..size], place)?;
        hash.update(&buffer[..size]);
        place += size as u64;
    }
    let found: [u8; 32] = hash.finalize().into();
    if found == header.id.0 { Ok(header.id) } else { Err(WeightsError::Damaged("its checksum is another")) }
}

/// Parts of the file in their order.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    CharacterTrie,
    Replacements,
    PieceTrie,
    Scores,
    Dense,
    CodeLengths,
    RowIndex,
    Rows,
}

/// The beginning of the file: which weights they are, and where each part lies.
pub(crate) struct Header {
    pub(crate) id: WeightsId,
    sections: [Section; SECTIONS],
}

/// A part of the file, in bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Section {
    pub(crate) start: u64,
    pub(crate) length: u64,
}

impl Header {
    pub(crate) fn read(reader: &dyn ReadAt) -> Result<Self, WeightsError> {
        let mut bytes = [0; HEADER];
        reader.read_exact_at(&mut bytes[..UNSEALED + 8], 0)?;
        if bytes[..8] != MAGIC {
            return Err(WeightsError::Foreign);
        }
        let version = u32_at(&bytes, UNSEALED);
        if version != VERSION {
            return Err(WeightsError::Version(version));
        }
        if u32_at(&bytes, UNSEALED + 4) != SECTIONS as u32 {
            return Err(WeightsError::Damaged("it has another number of sections"));
        }
        reader.read_exact_at(&mut bytes[UNSEALED + 8..], UNSEALED as u64 + 8)?;
        let mut header = Self { id: WeightsId([0; 32]), sections: [Section::default(); SECTIONS] };
        header.id.0.copy_from_slice(&bytes[8..UNSEALED]);
        for (section, bytes) in header.sections.iter_mut().zip(bytes[UNSEALED + 8..].chunks_exact(16)) {
            *section = Section { start: u64_at(bytes, 0), length: u64_at(bytes, 8) };
            section.start.checked_add(section.length).ok_or(WeightsError::Damaged("a section has no end"))?;
        }
        Ok(header)
    }

    pub(crate) fn section(&self, part: Part) -> Section {
        self.sections[part as usize]
    }

    /// Where the last section ends, and the file with it.
    fn end(&self) -> u64 {
        self.sections.iter().map(|section| section.start + section.length).max().unwrap_or_default()
    }

    /// All values of a section, little-endian in the file as in the memory of every processor that this runs on.
    pub(crate) fn resident<T: Pod>(&self, reader: &dyn ReadAt, part: Part) -> Result<Vec<T>, WeightsError> {
        let mut section = SectionReader::new(reader, self.section(part));
        section.take((self.section(part).length / size_of::<T>() as u64) as usize)
    }
}

/// Takes values from a section one after the other.
pub(crate) struct SectionReader<'a> {
    reader: &'a dyn ReadAt,
    rest: Section,
}

impl<'a> SectionReader<'a> {
    pub(crate) fn new(reader: &'a dyn ReadAt, section: Section) -> Self {
        Self { reader, rest: section }
    }

    pub(crate) fn take<T: Pod>(&mut self, count: usize) -> Result<Vec<T>, WeightsError> {
        let length = (count as u64).saturating_mul(size_of::<T>() as u64);
        if length > self.rest.length || length > MOST_RESIDENT {
            return Err(WeightsError::Damaged("a section has another length"));
        }
        let mut values = vec![T::zeroed(); count];
        self.reader.read_exact_at(bytemuck::cast_slice_mut(&mut values), self.rest.start)?;
        self.rest = Section { start: self.rest.start + length, length: self.rest.length - length };
        Ok(values)
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), WeightsError> {
        if self.rest.length == 0 { Ok(()) } else { Err(WeightsError::Damaged("a section has another length")) }
    }
}

fn u32_at(bytes: &[u8], place: usize) -> u32 {
    bytes[place..].first_chunk().map_or(0, |four| u32::from_le_bytes(*four))
}

fn u64_at(bytes: &[u8], place: usize) -> u64 {
    bytes[place..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight))
}

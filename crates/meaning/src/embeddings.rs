//! The pieces' numbers, each row of which is read from the file when a message holds the piece.

use crate::{
    huffman::{Code, LEVELS, LONGEST},
    read_at::ReadAt,
    vector::SIZE,
    weights::{Header, Part, Section, SectionReader, WeightsError},
};

/// Pieces are dealt out to as many blocks, each with its own code and range of values.
pub(crate) const BLOCKS: usize = 17;
/// Bytes of the longest row.
const LONGEST_ROW: usize = SIZE * LONGEST / 8;
/// What decoding may look at behind a row.
const MARGIN: usize = 8;

/// 512 numbers for every piece, in 64 levels.
pub(crate) struct Embeddings {
    blocks: Vec<Block>,
    /// Where each row begins among the rows, and where the last one ends.
    index: Section,
    rows: Section,
}

struct Block {
    code: Code,
    /// The number that each level stands for.
    values: [f32; LEVELS],
}

impl Embeddings {
    /// `dense` stands where the blocks' lowest values and their steps are.
    pub(crate) fn read(
        reader: &dyn ReadAt,
        header: &Header,
        dense: &mut SectionReader<'_>,
    ) -> Result<Self, WeightsError> {
        let lengths: Vec<u8> = header.resident(reader, Part::CodeLengths)?;
        let (lowest, steps) = (dense.take::<f32>(BLOCKS)?, dense.take::<f32>(BLOCKS)?);
        if lengths.len() != BLOCKS * LEVELS {
            return Err(WeightsError::Damaged("it has another number of codes"));
        }
        let blocks = lengths.chunks_exact(LEVELS).zip(lowest.iter().zip(&steps)).map(|(lengths, (lowest, step))| {
            let values = std::array::from_fn(|level| lowest + step * level as f32);
            Ok(Block { code: Code::new(lengths)?, values })
        });
        let blocks = blocks.collect::<Result<_, WeightsError>>()?;
        Ok(Self { blocks, index: header.section(Part::RowIndex), rows: header.section(Part::Rows) })
    }

    /// Two reads: where the row lies, and the row.
    pub(crate) fn row(&self, reader: &dyn ReadAt, piece: u32, row: &mut [f32]) -> Result<(), WeightsError> {
        let place = 4 * u64::from(piece);
        if place + 8 > self.index.length {
            return Err(WeightsError::Damaged("a piece has no row"));
        }
        let mut bounds = [0; 8];
        reader.read_exact_at(&mut bounds, self.index.start + place)?;
        let [start, end] = bytemuck::cast::<_, [u32; 2]>(bounds).map(u64::from);
        let length = end.checked_sub(start).map_or(usize::MAX, |length| length as usize);
        if length > LONGEST_ROW || end > self.rows.length {
            return Err(WeightsError::Damaged("a row lies elsewhere"));
        }
        let mut bytes = [0; LONGEST_ROW + MARGIN];
        reader.read_exact_at(&mut bytes[..length], self.rows.start + start)?;
        let mut levels = [0; SIZE];
        let block = &self.blocks[piece as usize % BLOCKS];
        if block.code.decode(&bytes, &mut levels) != Some(length) {
            return Err(WeightsError::Damaged("a row has another length"));
        }
        row.iter_mut().zip(levels).for_each(|(number, level)| *number = block.values[usize::from(level) % LEVELS]);
        Ok(())
    }
}

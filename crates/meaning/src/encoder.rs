use crate::{
    characters::Characters,
    double_array::DoubleArray,
    embeddings::Embeddings,
    network::Network,
    read_at::ReadAt,
    tokeniser::Tokeniser,
    vector::{SIZE, Vector},
    weights::{Header, Part, SectionReader, WeightsError, WeightsId},
};

/// How many pieces of a text are encoded, with the two around it: about eighty English words.
pub const MAX_PIECES: usize = 128;

/// The sentence encoder on an open weights file; any number of threads may use it at once.
///
/// # Example
///
/// ```
/// use sbf_meaning::Encoder;
///
/// let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/weights/meaning.weights"))?;
/// let encoder = Encoder::open(file)?;
/// let question = encoder.encode("How is the weather today?")?;
/// assert!(question.cosine(&encoder.encode("Wie ist das Wetter heute?")?) > 0.8);
/// assert!(question.cosine(&encoder.encode("I want my money back.")?) < 0.3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Encoder {
    reader: Box<dyn ReadAt>,
    id: WeightsId,
    tokeniser: Tokeniser,
    embeddings: Embeddings,
    network: Network,
}

impl Encoder {
    /// Reads what every text needs, about 6 MB, and leaves the pieces' numbers where they are.
    ///
    /// It does not compare the file with its checksum: `verify` does that, once, when the file is installed.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, is something else, has another format, or contradicts itself.
    pub fn open(reader: impl ReadAt + 'static) -> Result<Self, WeightsError> {
        let header = Header::read(&reader)?;
        let units = |part| header.resident(&reader, part).map(DoubleArray::new);
        let characters = Characters::new(units(Part::CharacterTrie)?, header.resident(&reader, Part::Replacements)?);
        let scores = header.resident(&reader, Part::Scores)?;
        let tokeniser = Tokeniser::new(characters, units(Part::PieceTrie)?, scores);
        let mut dense = SectionReader::new(&reader, header.section(Part::Dense));
        let embeddings = Embeddings::read(&reader, &header, &mut dense)?;
        let network = Network::read(&mut dense)?;
        dense.finish()?;
        Ok(Self { reader: Box::new(reader), id: header.id, tokeniser, embeddings, network })
    }

    /// Which weights they are; what is made of vectors records it.
    #[must_use]
    pub fn id(&self) -> WeightsId {
        self.id
    }

    /// Ids of the text's pieces, `MAX_PIECES` at most: those of beginning and end around the others.
    #[must_use]
    pub fn pieces(&self, text: &str) -> Vec<u32> {
        self.tokeniser.pieces(text, MAX_PIECES)
    }

    /// What a text means, as 512 numbers: the same on every processor. What is behind its first 128 pieces is left out.
    ///
    /// # Errors
    ///
    /// Where the file can no longer be read, or the numbers of a piece are damaged.
    pub fn encode(&self, text: &str) -> Result<Vector, WeightsError> {
        let pieces = self.pieces(text);
        let mut numbers = vec![0.0; pieces.len() * SIZE];
        for (&piece, row) in pieces.iter().zip(numbers.chunks_exact_mut(SIZE)) {
            self.embeddings.row(&*self.reader, piece, row)?;
        }
        Ok(self.network.encode(&numbers))
    }
}

//! The trained bot as one file, `brain-amcClassificationsImpl.pgk`.
//!
//! A ZIP whose entries are stored (not compressed) and aligned: `manifest.json`, both files exactly as written, the classifier, and where it was
//! trained with vectors, what it knows of them. The archive's
//! comment is the SHA-256 of all bytes before it, so that no change of any bit goes unseen; the manifest has one for each entry. Equal bots have
//! equal bytes.

use std::io::{Cursor, Write};

use sbf_amc::{Formats, Model};
use serde::{Deserialize, Serialize};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{brain::Brain, check, files::sha256, problem::Problem};

pub use crate::{
    brain::Measured,
    files::{
        ABOUT, CONFIGS, CONFUSION_MATRIX, CONFUSION_PICTURE, Files, KNOWLEDGE, MAX_BYTES, MAX_UTTERANCES, PACKED,
        PROBLEMS, READABLE, REPORT, WORD_DISTRIBUTION, too_large,
    },
};

/// Layouts of the artefact that are read, and the one that is written. Whoever changes one of the three adds to `artefact/releases.rs`.
pub const FORMATS: Formats = Formats { oldest: 1, newest: 1, written: 1 };
const MANIFEST: &str = "manifest.json";
const MODEL: &str = "model.bin";
/// What the classifier knows of vectors; an artefact without it goes by words alone, and so does a program that does not know it.
const VECTORS: &str = "vectors.bin";
/// A cache line: weights that are read in place stay aligned.
const ALIGNMENT: u16 = 64;
const SEAL: &str = "sha256:";
const SEAL_LENGTH: usize = SEAL.len() + 64;

/// Why bytes are no trained bot.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// They are something else altogether.
    #[error("these bytes are no trained bot: {0}")]
    NotAnArtefact(String),
    /// Written by another release.
    #[error("the trained bot has format {found}, this program reads {reads}: train it again with this release")]
    Format {
        /// The format found.
        found: u32,
        /// What is read.
        reads: Formats,
    },
    /// Cut short or changed since they were written.
    #[error("the trained bot is damaged: {0}")]
    Damaged(String),
    /// This release finds errors in the files that an earlier one trained.
    #[error("the trained bot's files have {} problems by this program's rules: train it again", .0.len())]
    Problems(Vec<Problem>),
    /// The classifier cannot be read.
    #[error(transparent)]
    Model(#[from] sbf_amc::DecodeError),
}

/// Read before anything else is believed.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    version: String,
    name: String,
    /// Detected or configured when the bot was trained; answering must not guess again.
    language: Option<String>,
    intents: usize,
    /// Not in artefacts of the first releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    measured: Option<Measured>,
    checksums: Vec<Checksum>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Checksum {
    entry: String,
    sha256: String,
}

/// What an artefact says about itself at its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The bot's version: 16 hexadecimal digits.
    pub version: String,
    /// The bot's name.
    pub name: String,
    /// Number of intents.
    pub intents: usize,
    knowledge: Option<String>,
    config: Option<String>,
}

impl Summary {
    /// Whether the artefact was made from exactly these files.
    ///
    /// Other than the version this is the same for every trainer: processors differ in the last digits of a sum.
    pub fn is_of(&self, files: &Files) -> bool {
        let (knowledge, config) = (Some(sha256(&files.knowledge)), files.config.as_deref().map(sha256));
        (knowledge, config) == (self.knowledge.clone(), self.config.clone())
    }
}

/// Bytes at the beginning of an artefact that surely hold its summary.
pub const SUMMARY_BYTES: usize = 16 << 10;

/// Reads what an artefact says about itself from its first [`SUMMARY_BYTES`] or more, for looking at many of them. Nothing is verified.
///
/// # Errors
/// Where the bytes are no beginning of an artefact.
pub fn summary(beginning: &[u8]) -> Result<Summary, DecodeError> {
    let no_artefact = |why: &dyn std::fmt::Display| DecodeError::NotAnArtefact(why.to_string());
    let mut beginning = Cursor::new(beginning);
    let first = zip::read::read_zipfile_from_stream(&mut beginning).map_err(|error| no_artefact(&error))?;
    let first = first
        .filter(|entry| entry.name().is_ok_and(|name| name == MANIFEST))
        .ok_or_else(|| no_artefact(&"it has no manifest"))?;
    let manifest: Manifest = serde_json::from_reader(first).map_err(|error| no_artefact(&error))?;
    let checksum = |entry: &str| {
        let found = manifest.checksums.iter().find(|checksum| checksum.entry == entry);
        found.map(|checksum| checksum.sha256.clone())
    };
    let (knowledge, config) = (checksum(KNOWLEDGE), checksum(CONFIGS));
    Ok(Summary { version: manifest.version, name: manifest.name, intents: manifest.intents, knowledge, config })
}

/// The files that an artefact was made from. Its classifier is left alone, so that this reads artefacts of other releases too.
///
/// # Errors
/// Where the bytes are something else or damaged.
pub fn files(bytes: &[u8]) -> Result<Files, DecodeError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| DecodeError::NotAnArtefact(error.to_string()))?;
    check_seal(bytes)?;
    sources(&mut archive, bytes)
}

/// The artefact's bytes.
pub fn encode(brain: &Brain) -> Vec<u8> {
    encode_as(brain, FORMATS.written)
}

/// As a release that writes `format` writes it. Where layouts differ, they differ here and in [`decode_as`].
fn encode_as(brain: &Brain, format: u32) -> Vec<u8> {
    let (model, vectors) = (brain.model.encode(), brain.model.encode_vectors());
    let classifier = Classifier { model: &model, vectors: vectors.as_deref() };
    let manifest = Manifest {
        format,
        version: brain.version.clone(),
        name: brain.content.name.clone(),
        language: brain.content.language.clone(),
        intents: brain.content.intents.len(),
        measured: brain.measured,
        checksums: checksums(&brain.sources, classifier),
    };
    let manifest = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    let entries = std::iter::once((MANIFEST, manifest.as_slice())).chain(entries(&brain.sources, classifier));
    // Writing to memory fails on nothing but archives beyond ZIP's limits; bytes without a seal are read by nobody.
    let mut bytes = pack(entries).unwrap_or_default();
    let sealed = bytes.len().saturating_sub(SEAL_LENGTH);
    let seal = seal(&bytes[..sealed]);
    bytes.truncate(sealed);
    bytes.extend(seal.into_bytes());
    bytes
}

/// Reads an artefact; what is returned is a whole bot.
///
/// # Errors
/// Where the bytes are something else, of another format, damaged, or do not fit together.
pub fn decode(bytes: &[u8]) -> Result<Brain, DecodeError> {
    decode_as(bytes, FORMATS)
}

/// As a program of these formats reads it.
fn decode_as(bytes: &[u8], formats: Formats) -> Result<Brain, DecodeError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| DecodeError::NotAnArtefact(error.to_string()))?;
    let manifest = entry(&mut archive, MANIFEST, bytes)?;
    let FormatOnly { format } =
        serde_json::from_slice(manifest).map_err(|error| DecodeError::NotAnArtefact(error.to_string()))?;
    if !formats.reads(format) {
        return Err(DecodeError::Format { found: format, reads: formats });
    }
    check_seal(bytes)?;
    let manifest: Manifest =
        serde_json::from_slice(manifest).map_err(|error| DecodeError::Damaged(error.to_string()))?;
    let sources = sources(&mut archive, bytes)?;
    // The seal is over every byte, theirs too; so no entry is summed up once more. Those that a later release adds are none of ours.
    let listed = |entry: &str| manifest.checksums.iter().any(|checksum| checksum.entry == entry);
    if !listed(KNOWLEDGE) || !listed(MODEL) || listed(CONFIGS) != sources.config.is_some() {
        return Err(DecodeError::Damaged("its entries are not those that it lists".to_owned()));
    }
    let model = entry(&mut archive, MODEL, bytes)?;
    let content = check::reread(&sources, manifest.language.clone()).map_err(DecodeError::Problems)?;
    let mut model = Model::decode_whole(model)?;
    if listed(VECTORS) {
        model = with_vectors(model, entry(&mut archive, VECTORS, bytes)?)?;
    }
    if let Some(stranger) = model.intents().find(|intent| !content.by_id.contains_key(*intent)) {
        return Err(DecodeError::Damaged(format!("the classifier knows an intent that the bot has not: {stranger}")));
    }
    let version = version(&manifest.checksums);
    Ok(Brain { content, model, sources, version, measured: manifest.measured, meaning: None })
}

/// A new bot from its parts; its version follows from their content.
#[cfg(feature = "train")]
pub(crate) fn assemble(content: crate::content::Content, model: Model, sources: Files) -> Brain {
    let (bytes, vectors) = (model.encode(), model.encode_vectors());
    let version = version(&checksums(&sources, Classifier { model: &bytes, vectors: vectors.as_deref() }));
    Brain { content, model, sources, version, measured: None, meaning: None }
}

fn version(checksums: &[Checksum]) -> String {
    let text: String = checksums.iter().map(|checksum| format!("{} {}\n", checksum.entry, checksum.sha256)).collect();
    sha256(text.as_bytes())[..16].to_owned()
}

/// The classifier as bytes.
#[derive(Clone, Copy)]
struct Classifier<'b> {
    model: &'b [u8],
    vectors: Option<&'b [u8]>,
}

/// The classifier with what it knows of vectors, unless that is of a layout that this program does not know.
fn with_vectors(model: Model, vectors: &[u8]) -> Result<Model, DecodeError> {
    match model.read_vectors(vectors) {
        Ok(dense) => Ok(model.with_vectors(dense)),
        Err(sbf_amc::DecodeError::Format { found, reads }) => {
            tracing::warn!(found, %reads, "the trained bot's vectors have another format: it goes by words alone");
            Ok(model)
        }
        Err(error) => Err(error.into()),
    }
}

fn entries<'b>(sources: &'b Files, classifier: Classifier<'b>) -> impl Iterator<Item = (&'static str, &'b [u8])> {
    let config = sources.config.as_deref().map(|config| (CONFIGS, config));
    let vectors = classifier.vectors.map(|vectors| (VECTORS, vectors));
    let knowledge = std::iter::once((KNOWLEDGE, sources.knowledge.as_slice()));
    knowledge.chain(config).chain([(MODEL, classifier.model)]).chain(vectors)
}

fn checksums(sources: &Files, classifier: Classifier<'_>) -> Vec<Checksum> {
    let checksum = |(entry, bytes): (&str, &[u8])| Checksum { entry: entry.to_owned(), sha256: sha256(bytes) };
    entries(sources, classifier).map(checksum).collect()
}

fn pack<'b>(entries: impl Iterator<Item = (&'static str, &'b [u8])>) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
        .with_alignment(ALIGNMENT);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.set_comment(" ".repeat(SEAL_LENGTH))?;
    for (name, bytes) in entries {
        writer.start_file(name, options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

fn sources(archive: &mut ZipArchive<Cursor<&[u8]>>, bytes: &[u8]) -> Result<Files, DecodeError> {
    let has_config = archive.index_for_name(CONFIGS).is_some();
    let config = if has_config { Some(entry(archive, CONFIGS, bytes)?.to_vec()) } else { None };
    Ok(Files { knowledge: entry(archive, KNOWLEDGE, bytes)?.to_vec(), config })
}

/// One entry, whole, where it lies in the archive. The seal has shown that it is as it was written.
fn entry<'b>(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, bytes: &'b [u8]) -> Result<&'b [u8], DecodeError> {
    let damaged = |error: &dyn std::fmt::Display| DecodeError::Damaged(format!("{name}: {error}"));
    let file = archive.by_name(name).map_err(|error| damaged(&error))?;
    let place = file.data_start().and_then(|start| {
        let (start, size) = (usize::try_from(start).ok()?, usize::try_from(file.size()).ok()?);
        bytes.get(start..start.checked_add(size)?)
    });
    place.filter(|_| file.compression() == CompressionMethod::Stored).ok_or_else(|| damaged(&"not stored as it is"))
}

fn check_seal(bytes: &[u8]) -> Result<(), DecodeError> {
    let (sealed, found) = bytes.split_at(bytes.len().saturating_sub(SEAL_LENGTH));
    if seal(sealed).as_bytes() == found {
        Ok(())
    } else {
        Err(DecodeError::Damaged("its seal does not match".to_owned()))
    }
}

fn seal(bytes: &[u8]) -> String {
    format!("{SEAL}{}", sha256(bytes))
}

#[cfg(test)]
#[path = "artefact/releases.rs"]
mod releases;
#[cfg(all(test, feature = "train"))]
mod tests;
#[cfg(all(test, feature = "train"))]
pub(crate) use tests::with_vectors_changed;

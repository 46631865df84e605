//! The trained bot as one file, `brain-amcClassificationsImpl.pgk`.
//!
//! A ZIP whose entries are stored (not compressed) and aligned: `manifest.json`, both files exactly as written, and the classifier. The archive's
//! comment is the SHA-256 of all bytes before it, so that no change of any bit goes unseen; the manifest has one for each entry. Equal bots have
//! equal bytes.

use std::io::{Cursor, Read, Write};

use sbf_amc::Model;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    brain::{Brain, Sources},
    check,
    problem::Problem,
};

/// What a bot's author writes, for training to read.
pub const KNOWLEDGE: &str = "knowledge.json";
/// The bot's settings.
pub const CONFIGS: &str = "configs.json";
/// The trained bot: the one artefact that answering needs.
pub const PACKED: &str = "brain-amcClassificationsImpl.pgk";
/// What was trained, for people.
pub const READABLE: &str = "brain-amcClassificationsImpl.json";
/// Every held-out and every test utterance with what was understood.
pub const CONFUSION_MATRIX: &str = "confusion-matrix.json";
/// The counts of that as a picture.
pub const CONFUSION_PICTURE: &str = "confusion-matrix.svg";
/// The words of all training texts.
pub const WORD_DISTRIBUTION: &str = "word-distribution.csv";
/// All problems of the last check.
pub const PROBLEMS: &str = "problems.json";
/// Under this key of its metadata in a bucket stands which files it is about: their [`Files::digest`].
pub const ABOUT: &str = "files-sha256";
/// Counts and rates of the last training.
pub const REPORT: &str = "training-report.json";

/// The format that is written; the one before it is read too, once there is one.
const FORMAT: u32 = 1;
const OLDEST_FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const MODEL: &str = "model.bin";
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
    #[error("the trained bot has format {found}, this program reads format {FORMAT}: train it again")]
    Format {
        /// The format found.
        found: u32,
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

/// How a bot did on training texts that were held out, when it was trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// How many there were.
    pub texts: usize,
    /// Share whose best intent was the right one, 0..=1, to four digits.
    pub accuracy: f64,
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

/// Both files of a bot, exactly as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// `knowledge.json`.
    pub knowledge: Vec<u8>,
    /// `configs.json`, where there is one.
    pub config: Option<Vec<u8>>,
}

impl Files {
    /// Names these two contents, for whoever has them too: 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        let config = self.config.as_deref().map(|config| format!("{CONFIGS} {}\n", sha256(config)));
        sha256(format!("{KNOWLEDGE} {}\n{}", sha256(&self.knowledge), config.unwrap_or_default()).as_bytes())
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
    let has_config = archive.index_for_name(CONFIGS).is_some();
    let config = if has_config { Some(entry(&mut archive, CONFIGS, bytes.len())?) } else { None };
    Ok(Files { knowledge: entry(&mut archive, KNOWLEDGE, bytes.len())?, config })
}

/// The artefact's bytes.
pub fn encode(brain: &Brain) -> Vec<u8> {
    let model = brain.model.encode();
    let manifest = Manifest {
        format: FORMAT,
        version: brain.version.clone(),
        name: brain.content.name.clone(),
        language: brain.content.language.clone(),
        intents: brain.content.intents.len(),
        measured: brain.measured,
        checksums: checksums(&brain.sources, &model),
    };
    let manifest = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    let entries = std::iter::once((MANIFEST, manifest.as_slice())).chain(entries(&brain.sources, &model));
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
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| DecodeError::NotAnArtefact(error.to_string()))?;
    let manifest = entry(&mut archive, MANIFEST, bytes.len())?;
    let FormatOnly { format } =
        serde_json::from_slice(&manifest).map_err(|error| DecodeError::NotAnArtefact(error.to_string()))?;
    if !(OLDEST_FORMAT..=FORMAT).contains(&format) {
        return Err(DecodeError::Format { found: format });
    }
    check_seal(bytes)?;
    let manifest: Manifest =
        serde_json::from_slice(&manifest).map_err(|error| DecodeError::Damaged(error.to_string()))?;
    let has_config = manifest.checksums.iter().any(|checksum| checksum.entry == CONFIGS);
    let config = if has_config { Some(entry(&mut archive, CONFIGS, bytes.len())?) } else { None };
    let sources = Sources { knowledge: entry(&mut archive, KNOWLEDGE, bytes.len())?, config };
    let model = entry(&mut archive, MODEL, bytes.len())?;
    if manifest.checksums != checksums(&sources, &model) {
        return Err(DecodeError::Damaged("an entry's checksum does not match".to_owned()));
    }
    let content = check::reread(&sources, manifest.language.clone()).map_err(DecodeError::Problems)?;
    let model = Model::decode(model)?;
    if let Some(stranger) = model.intents().find(|intent| !content.by_id.contains_key(*intent)) {
        return Err(DecodeError::Damaged(format!("the classifier knows an intent that the bot has not: {stranger}")));
    }
    let version = version(&manifest.checksums);
    Ok(Brain { content, model, sources, version, measured: manifest.measured })
}

/// A new bot from its parts; its version follows from their content.
#[cfg(feature = "train")]
pub(crate) fn assemble(content: crate::brain::Content, model: Model, sources: Sources) -> Brain {
    let version = version(&checksums(&sources, &model.encode()));
    Brain { content, model, sources, version, measured: None }
}

fn version(checksums: &[Checksum]) -> String {
    let text: String = checksums.iter().map(|checksum| format!("{} {}\n", checksum.entry, checksum.sha256)).collect();
    sha256(text.as_bytes())[..16].to_owned()
}

fn entries<'b>(sources: &'b Sources, model: &'b [u8]) -> impl Iterator<Item = (&'static str, &'b [u8])> {
    let config = sources.config.as_deref().map(|config| (CONFIGS, config));
    std::iter::once((KNOWLEDGE, sources.knowledge.as_slice())).chain(config).chain([(MODEL, model)])
}

fn checksums(sources: &Sources, model: &[u8]) -> Vec<Checksum> {
    entries(sources, model).map(|(entry, bytes)| Checksum { entry: entry.to_owned(), sha256: sha256(bytes) }).collect()
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

/// One entry, whole; the archive checks its CRC on the way.
fn entry(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, most: usize) -> Result<Vec<u8>, DecodeError> {
    let damaged = |error: &dyn std::fmt::Display| DecodeError::Damaged(format!("{name}: {error}"));
    let file = archive.by_name(name).map_err(|error| damaged(&error))?;
    if file.compression() != CompressionMethod::Stored || file.size() > most as u64 {
        return Err(damaged(&"not stored as it is"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(file.size()).unwrap_or(0));
    file.take(most as u64).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
    Ok(bytes)
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

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(all(test, feature = "train"))]
mod tests;

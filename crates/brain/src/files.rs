//! The files of a bot: the two that its author writes, and the names of those that training makes of them.

use sha2::{Digest, Sha256};

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

/// Bytes that a file of an author may have.
pub const MAX_BYTES: u64 = 20_000_000;

/// Utterances that the author of a bot may write.
pub const MAX_UTTERANCES: usize = 200_000;

/// What is wrong with a file of so many bytes; `None` where it is not too large.
pub fn too_large(bytes: u64) -> Option<String> {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let say = || {
        let (most, found) = (megabytes(MAX_BYTES), megabytes(bytes));
        format!(
            "a file may have {most} MB, and this one has {found:.1} MB; take out what the bot does not need, or make two bots of it"
        )
    };
    (bytes > MAX_BYTES).then(say)
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

/// The SHA-256 of some bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

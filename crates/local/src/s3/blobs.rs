//! The files with the objects' contents: s3s-fs on one folder, each file written once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s_fs::FileSystem;

/// The one bucket that s3s-fs knows; its keys are the names of blobs.
pub(super) const BUCKET: &str = "blobs";

/// The files; a clone is the same folder.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    pub(super) files: Arc<FileSystem>,
    folder: Arc<PathBuf>,
    durable: bool,
}

impl Blobs {
    pub(super) fn open(folder: &Path, durable: bool) -> io::Result<Self> {
        fs::create_dir_all(folder.join(BUCKET))?;
        let files = FileSystem::new(folder).map_err(|error| io::Error::other(format!("{error:?}")))?;
        Ok(Self { files: Arc::new(files), folder: Arc::new(folder.to_owned()), durable })
    }

    /// A name that no blob had or will have, removed again unless it is kept.
    pub(super) fn reserve(&self) -> Reserved {
        Reserved { name: uuid::Uuid::new_v4().simple().to_string(), blobs: self.clone(), kept: false }
    }

    /// Removes a blob; a reader that has it open reads on.
    pub(super) fn remove(&self, name: &str) {
        let side =
            [".metadata.json", ".internal.json"].map(|end| self.folder.join(format!("{}{end}", side_stem(name))));
        for path in [self.path(name)].iter().chain(&side) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "an old object's file was not removed; the next start tries again");
                }
                _ => {}
            }
        }
    }

    /// Waits until the contents are on the disk, and gives their size in bytes.
    pub(super) fn settle(&self, name: &str) -> io::Result<u64> {
        let file = File::open(self.path(name))?;
        if self.durable {
            file.sync_all()?;
        }
        Ok(file.metadata()?.len())
    }

    /// Removes every file that belongs to no blob of `live` (name → size) and gives those blobs
    /// of `live` that are there in full.
    pub(super) fn tidy(&self, live: &BTreeMap<String, u64>) -> io::Result<BTreeSet<String>> {
        let mut present = BTreeSet::new();
        for entry in fs::read_dir(self.folder.join(BUCKET))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if live.get(&name).is_some_and(|size| entry.metadata().is_ok_and(|found| found.len() == *size)) {
                present.insert(name);
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        let stems: BTreeSet<String> = present.iter().map(|name| side_stem(name)).collect();
        for entry in fs::read_dir(self.folder.as_path())? {
            let entry = entry?;
            let (name, found) = (entry.file_name().to_string_lossy().into_owned(), entry.metadata()?);
            let stem = name.strip_suffix(".metadata.json").or_else(|| name.strip_suffix(".internal.json"));
            // Only contents are waited for: a power cut may leave an empty file beside them, and a disk a damaged one.
            let wanted = stem.is_some_and(|stem| stems.contains(stem)) && is_json(&entry.path());
            if found.is_file() && !wanted {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(present)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(BUCKET).join(name)
    }
}

fn is_json(file: &Path) -> bool {
    fs::read(file).is_ok_and(|content| serde_json::from_slice::<serde::de::IgnoredAny>(&content).is_ok())
}

/// How s3s-fs names the files beside a blob, without their endings.
fn side_stem(name: &str) -> String {
    format!(".bucket-{}.object-{}", URL_SAFE_NO_PAD.encode(BUCKET), URL_SAFE_NO_PAD.encode(name))
}

/// A blob that is being written.
#[derive(Debug)]
pub(super) struct Reserved {
    name: String,
    blobs: Blobs,
    kept: bool,
}

impl Reserved {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The blob is an object's contents now.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.kept {
            self.blobs.remove(&self.name);
        }
    }
}

//! A brain as it lies on the disk.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use sbf_brain::artefact::{MAX_BYTES, too_large};

use crate::Misuse;

/// The two files of a brain, as written.
#[derive(Debug)]
pub(crate) struct BrainFiles {
    /// The folder they lie in.
    pub folder: PathBuf,
    /// knowledge.json, or the file that was named in its place.
    pub knowledge: Vec<u8>,
    /// configs.json beside it, where there is one.
    pub config: Option<Vec<u8>>,
}

impl BrainFiles {
    /// Reads a brain folder, or a knowledge file by its own name with the configs.json beside it.
    ///
    /// # Errors
    /// [`Misuse`] where there is no such file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let knowledge = if path.is_dir() { path.join("knowledge.json") } else { path.to_owned() };
        let folder = match knowledge.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Self { knowledge: read_written(&knowledge)?, config: read_if_there(&folder.join("configs.json"))?, folder })
    }
}

/// The bytes of a file that an author wrote, or `None` where there is no such file.
///
/// # Errors
/// [`Misuse`] where it is there and cannot be read.
pub(crate) fn read_if_there(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => Ok(Some(read_written(path)?)),
    }
}

/// The bytes of a file that an author wrote. A pipe or a device is not even opened, for it may never end.
///
/// # Errors
/// [`Misuse`] where it cannot be read, is no regular file, or is larger than an author's file may be.
pub(crate) fn read_written(path: &Path) -> Result<Vec<u8>, Misuse> {
    let misuse = |why: &dyn std::fmt::Display| Misuse(format!("{}: {why}", path.display()));
    let found = fs::metadata(path).map_err(|error| misuse(&error))?;
    if !found.is_file() {
        return Err(misuse(&"only a regular file is read, and this is none; name a file"));
    }
    let mut bytes = Vec::new();
    if found.len() <= MAX_BYTES {
        // A file may grow while it is read.
        let file = File::open(path).map_err(|error| misuse(&error))?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| misuse(&error))?;
    }
    match too_large(found.len().max(bytes.len() as u64)) {
        Some(why) => Err(misuse(&why)),
        None => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_larger_than_an_authors_may_be_is_refused_without_reading_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("knowledge.json");
        File::create(&file).unwrap().set_len(3_000_000_000_000).unwrap();
        let message = read_written(&file).unwrap_err().to_string();
        assert!(message.contains("a file may have 20 MB, and this one has 3000000.0 MB; take out"), "{message}");
        File::create(&file).unwrap().set_len(MAX_BYTES).unwrap();
        assert_eq!(read_written(&file).unwrap().len() as u64, MAX_BYTES);
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_read_and_links_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, link, file) = (folder.path().join("pipe"), folder.path().join("link"), folder.path().join("file"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for none in [&pipe, folder.path(), Path::new("/dev/zero")] {
            let message = read_if_there(none).unwrap_err().to_string();
            assert!(message.ends_with("only a regular file is read, and this is none; name a file"), "{message}");
        }
        fs::write(&file, "{}").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read_if_there(&link).unwrap().unwrap(), b"{}");
        assert!(read_if_there(&folder.path().join("none")).unwrap().is_none());
    }
}

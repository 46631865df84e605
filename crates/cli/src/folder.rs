//! A brain as it lies on the disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

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
        Ok(Self {
            knowledge: fs::read(&knowledge).map_err(|error| Misuse(format!("{}: {error}", knowledge.display())))?,
            config: read_if_there(&folder.join("configs.json"))?,
            folder,
        })
    }
}

/// A file's bytes, or `None` where there is no such file.
///
/// # Errors
/// [`Misuse`] where it is there and cannot be read.
pub(crate) fn read_if_there(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Misuse(format!("{}: {error}", path.display())).into()),
    }
}

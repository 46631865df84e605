//! The folder in which a cloud keeps what it stores: one user at a time, one layout version.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The layout written by this program; raised when an older program could not read it.
const VERSION: &str = "1";

/// Why a state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process (or another cloud of this one) holds the folder.
    #[error("the state folder {0} is in use by another running program")]
    InUse(PathBuf),
    /// The folder was written by a program with another layout.
    #[error("the state folder {folder} has layout version {found}, this program reads {VERSION}")]
    Version {
        /// The folder.
        folder: PathBuf,
        /// The version that its `version` file names.
        found: String,
    },
    /// The folder cannot be made, read or written.
    #[error("the state folder {folder} cannot be used: {source}")]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A state folder held for this process: the lock ends with this value, or with the process,
/// however it ends.
#[derive(Debug)]
pub(crate) struct State {
    folder: PathBuf,
    /// A folder of our own making is removed at the end.
    temporary: Option<tempfile::TempDir>,
    _lock: Option<File>,
}

impl State {
    /// Opens `folder`, making it where it does not exist.
    pub(crate) fn open(folder: &Path) -> Result<Self, StateError> {
        let failed = |source| StateError::Io { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = lock(folder)?;
        check_version(folder)?;
        Ok(Self { folder: folder.to_owned(), temporary: None, _lock: Some(lock) })
    }

    /// A folder of its own under the system's temporary folder.
    pub(crate) fn temporary() -> Result<Self, StateError> {
        let made = tempfile::Builder::new().prefix("sbf-").tempdir();
        let temporary = made.map_err(|source| StateError::Io { folder: std::env::temp_dir(), source })?;
        Ok(Self { folder: temporary.path().to_owned(), temporary: Some(temporary), _lock: None })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether what is stored must survive this process.
    pub(crate) fn durable(&self) -> bool {
        self.temporary.is_none()
    }
}

fn lock(folder: &Path) -> Result<File, StateError> {
    let failed = |source| StateError::Io { folder: folder.to_owned(), source };
    let path = folder.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateError::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn check_version(folder: &Path) -> Result<(), StateError> {
    let failed = |source| StateError::Io { folder: folder.to_owned(), source };
    let path = folder.join("version");
    let found = match fs::read_to_string(&path) {
        Ok(found) => found.trim().to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
    };
    match found.as_str() {
        VERSION => Ok(()),
        // Empty: a new folder, or the process was ended between making and filling the file.
        "" => fs::write(&path, format!("{VERSION}\n")).map_err(failed),
        _ => Err(StateError::Version { folder: folder.to_owned(), found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_user_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = State::open(folder.path()).unwrap();
        assert!(matches!(State::open(folder.path()), Err(StateError::InUse(_))));
        drop(first);
        assert!(State::open(folder.path()).is_ok());
    }

    #[test]
    fn another_layout_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("version"), "99\n").unwrap();
        let error = State::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("layout version 99"), "{error}");
    }

    #[test]
    fn a_temporary_folder_is_removed() {
        let state = State::temporary().unwrap();
        let folder = state.folder().to_owned();
        assert!(folder.is_dir());
        drop(state);
        assert!(!folder.exists());
    }
}

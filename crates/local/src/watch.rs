//! A bot's folder, watched: which of its files have other contents than before.
//!
//! Editors save in many ways: writing in place, writing a new file and renaming it over the old
//! one, moving the old one away first. So an event of the file system only says *when* to look;
//! what changed is found by comparing contents. A look now and then, without any event, serves
//! file systems that tell nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{Notify, mpsc};

use crate::sync::MAX_FILE_BYTES;

/// The files that start training; `*.talk` scripts are watched too.
pub const WATCHED_FILES: [&str; 2] = ["knowledge.json", "configs.json"];

/// Quiet time after which a save counts as complete.
const QUIET: Duration = Duration::from_millis(60);

/// The longest wait for quiet.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often to look without an event: with a watcher, and without one.
const SLOW_LOOK: Duration = Duration::from_secs(2);
const FAST_LOOK: Duration = Duration::from_millis(250);

/// Files with other contents than before: written, made or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Names of files directly in the folder.
    pub files: BTreeSet<String>,
}

/// The folder cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("the folder {folder} cannot be watched: {source}")]
pub struct WatchError {
    folder: PathBuf,
    source: io::Error,
}

/// A folder under watch, until this is dropped.
#[derive(Debug)]
pub struct BrainFolder {
    changes: mpsc::Receiver<Changed>,
}

impl BrainFolder {
    /// Begins to watch; the folder need not exist yet. What it holds now is where changes count
    /// from. Call it inside a Tokio runtime.
    pub fn open(folder: &Path) -> Result<Self, WatchError> {
        let wake = Arc::new(Notify::new());
        let absolute = absolute(folder)?;
        let watcher = watcher(absolute.clone(), Arc::clone(&wake));
        Ok(Self::start(absolute, watcher, wake))
    }

    /// The next change; `None` when watching ended.
    pub async fn changed(&mut self) -> Option<Changed> {
        self.changes.recv().await
    }

    fn start(folder: PathBuf, watcher: Option<RecommendedWatcher>, wake: Arc<Notify>) -> Self {
        let (sender, changes) = mpsc::channel(16);
        let mut watch = Watch { folder, watcher, armed: BTreeMap::new(), seen: BTreeMap::new() };
        watch.arm();
        watch.look(true);
        tokio::spawn(watch.run(wake, sender));
        Self { changes }
    }
}

struct Watch {
    folder: PathBuf,
    watcher: Option<RecommendedWatcher>,
    /// Watched folders, with what tells a folder from another one made later under its name.
    armed: BTreeMap<PathBuf, Option<SystemTime>>,
    seen: BTreeMap<String, Seen>,
}

/// A file as it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    modified: Option<SystemTime>,
    length: u64,
    digest: u64,
}

impl Watch {
    async fn run(mut self, wake: Arc<Notify>, sender: mpsc::Sender<Changed>) {
        let pause = if self.watcher.is_some() { SLOW_LOOK } else { FAST_LOOK };
        loop {
            let told = tokio::select! {
                () = sender.closed() => return,
                () = wake.notified() => true,
                () = tokio::time::sleep(pause) => false,
            };
            if told {
                quiet(&wake).await;
            }
            let looked = tokio::task::spawn_blocking(move || {
                self.arm();
                let files = self.look(told);
                (self, files)
            });
            let Ok((watch, files)) = looked.await else { return };
            self = watch;
            if !files.is_empty() && sender.send(Changed { files }).await.is_err() {
                return;
            }
        }
    }

    /// Names of files whose contents are not those seen before. Unless told that something
    /// happened, files of the same date and length are taken for unchanged.
    fn look(&mut self, told: bool) -> BTreeSet<String> {
        let now = match list(&self.folder) {
            Ok(names) => names.into_iter().filter_map(|name| self.see(name, told)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                tracing::warn!(%error, folder = %self.folder.display(), "the watched folder cannot be read");
                return BTreeSet::new();
            }
        };
        let before = std::mem::replace(&mut self.seen, now);
        let names = before.keys().chain(self.seen.keys());
        let digest = |seen: &BTreeMap<String, Seen>, name: &String| seen.get(name).map(|seen| seen.digest);
        names.filter(|name| digest(&before, name) != digest(&self.seen, name)).cloned().collect()
    }

    fn see(&self, name: String, told: bool) -> Option<(String, Seen)> {
        let path = self.folder.join(&name);
        // Follows links; a folder or a device of this name is no file.
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let (modified, length) = (metadata.modified().ok(), metadata.len());
        let before = self.seen.get(&name).filter(|seen| !told && seen.modified == modified && seen.length == length);
        let seen = match before {
            Some(seen) => *seen,
            // What is too large to be read is known by its date and length alone.
            None if length > MAX_FILE_BYTES => {
                Seen { modified, length, digest: digest(format!("{modified:?} {length}").as_bytes()) }
            }
            None => Seen { modified, length, digest: digest(&fs::read(&path).ok()?) },
        };
        Some((name, seen))
    }

    /// Has the watcher watch the folder, its parent (the folder may be replaced or made later)
    /// and the folders of files that are links.
    fn arm(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        let wanted = places(&self.folder);
        self.armed.retain(|place, born| {
            let same = wanted.get(place) == Some(born);
            if !same {
                // The folder may be gone, and the watch with it.
                let _ = watcher.unwatch(place);
            }
            same
        });
        for (place, born) in wanted {
            if !self.armed.contains_key(&place) && watcher.watch(&place, RecursiveMode::NonRecursive).is_ok() {
                self.armed.insert(place, born);
            }
        }
    }
}

fn watcher(folder: PathBuf, wake: Arc<Notify>) -> Option<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        // An error may mean that events were lost.
        if event.as_ref().map_or(true, |event| concerns(event, &folder)) {
            wake.notify_one();
        }
    };
    match notify::recommended_watcher(tell) {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::warn!(%error, "no file events on this machine: looking for changes regularly instead");
            None
        }
    }
}

/// Reading (our own looks among it) and files of other names beside the folder do not concern us.
fn concerns(event: &notify::Event, folder: &Path) -> bool {
    let reading = matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
    let beside = |path: &PathBuf| path.parent() == folder.parent() && path != folder;
    !reading && (event.paths.is_empty() || !event.paths.iter().all(beside))
}

/// Waits until nothing has happened for a moment.
async fn quiet(wake: &Notify) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < deadline {
        if tokio::time::timeout(QUIET, wake.notified()).await.is_err() {
            return;
        }
    }
}

/// The folders to watch, with their birth times.
fn places(folder: &Path) -> BTreeMap<PathBuf, Option<SystemTime>> {
    let existing = folder.ancestors().find(|place| place.is_dir());
    let linked = list(folder).unwrap_or_default().into_iter().filter_map(|name| {
        let path = folder.join(name);
        let target = path.is_symlink().then(|| fs::canonicalize(path).ok()).flatten()?;
        target.parent().map(Path::to_owned)
    });
    let parent = folder.parent().filter(|parent| parent.is_dir());
    let places = existing.into_iter().chain(parent).map(Path::to_owned).chain(linked);
    places.map(|place| (place.clone(), fs::metadata(&place).and_then(|found| found.created()).ok())).collect()
}

fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string().ok().filter(|name| is_watched(name)));
    }
    Ok(names)
}

fn is_watched(name: &str) -> bool {
    // Hidden files are editors' own: `.#hotel.talk` is a lock, `._hotel.talk` a shadow.
    WATCHED_FILES.contains(&name) || (name.ends_with(".talk") && !name.starts_with('.'))
}

fn digest(contents: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    hasher.finish()
}

fn absolute(folder: &Path) -> Result<PathBuf, WatchError> {
    std::path::absolute(folder).map_err(|source| WatchError { folder: folder.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn changes_are_found_without_a_watcher() {
        let folder = tempfile::tempdir().unwrap();
        let mut watched = BrainFolder::start(folder.path().to_owned(), None, Arc::new(Notify::new()));
        fs::write(folder.path().join("configs.json"), "{}").unwrap();
        let changed = tokio::time::timeout(Duration::from_secs(5), watched.changed()).await.unwrap().unwrap();
        assert_eq!(changed.files, BTreeSet::from(["configs.json".to_owned()]));
    }

    #[test]
    fn only_a_bots_files_are_watched() {
        for (name, expected) in [
            ("knowledge.json", true),
            ("configs.json", true),
            ("pizza.talk", true),
            ("brain-amcClassificationsImpl.pgk", false),
            ("knowledge.json.swp", false),
            (".#pizza.talk", false),
        ] {
            assert_eq!(is_watched(name), expected, "{name}");
        }
    }
}

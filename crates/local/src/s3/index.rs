//! Which file is the current object of which key: one SQLite table, changed by transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use s3s::{S3Result, s3_error};
use tokio::sync::broadcast;

use super::conditions::WriteConditions;
use super::events::ObjectCreated;
use super::versions;

/// Events that a slow listener may lag behind; what it misses is still pending.
const EVENT_BACKLOG: usize = 1024;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS objects (
        -- AUTOINCREMENT: a number is never used again, not even that of a deleted object.
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        blob TEXT NOT NULL,
        etag TEXT NOT NULL,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        how TEXT NOT NULL,
        pending INTEGER NOT NULL,
        UNIQUE (bucket, key)
    );
    CREATE INDEX IF NOT EXISTS pending ON objects (sequence) WHERE pending;";

const COLUMNS: &str = "blob, etag, size, modified, sequence,
    EXISTS (SELECT 1 FROM versioned WHERE versioned.bucket = objects.bucket)";

/// The index could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[error("the index of objects: {0}")]
pub(crate) struct IndexError(#[from] pub(super) rusqlite::Error);

impl From<IndexError> for s3s::S3Error {
    fn from(error: IndexError) -> Self {
        s3s::S3Error::internal_error(error)
    }
}

/// The current object of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// The name of the file with its contents.
    pub(super) blob: String,
    /// Without quotes.
    pub(super) etag: String,
    pub(super) size: u64,
    pub(super) modified: Timestamp,
    /// See [`ObjectCreated::sequencer`].
    pub(super) sequence: i64,
    /// Whether its bucket keeps versions.
    pub(super) versioned: bool,
}

impl Stored {
    /// As a versioned bucket names it; `None` in others.
    pub(super) fn version(&self) -> Option<String> {
        self.versioned.then(|| versions::id(self.sequence))
    }
}

/// An object whose contents are written and that now asks to become current.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) blob: &'a str,
    pub(super) etag: &'a str,
    pub(super) size: u64,
    /// The event's name, as in [`ObjectCreated::how`].
    pub(super) how: &'a str,
}

/// The index; a clone is the same index. Its functions block, for a disk's commit at most.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    connection: Arc<Mutex<Connection>>,
    events: broadcast::Sender<ObjectCreated>,
}

impl Index {
    pub(super) fn open(file: &Path, durable: bool) -> Result<Self, IndexError> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", if durable { "FULL" } else { "OFF" })?;
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(versions::SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), events: broadcast::channel(EVENT_BACKLOG).0 })
    }

    /// Objects stored from now on.
    pub(crate) fn events(&self) -> broadcast::Receiver<ObjectCreated> {
        self.events.subscribe()
    }

    /// Objects whose event was not acknowledged, oldest first.
    pub(crate) fn pending(&self) -> Result<Vec<ObjectCreated>, IndexError> {
        let connection = self.lock();
        let query = format!("SELECT {COLUMNS}, bucket, key, how FROM objects WHERE pending ORDER BY sequence");
        let mut statement = connection.prepare_cached(&query)?;
        let events = statement.query_map([], |row| Ok(event(&stored(row)?, row.get(6)?, row.get(7)?, row.get(8)?)))?;
        Ok(events.collect::<Result<_, _>>()?)
    }

    /// The event was handled, and is not pending any more.
    pub(crate) fn acknowledge(&self, event: &ObjectCreated) -> Result<(), IndexError> {
        let sequence = i64::from_str_radix(&event.sequencer, 16).unwrap_or_default();
        self.lock().execute("UPDATE objects SET pending = 0 WHERE sequence = ?", params![sequence])?;
        Ok(())
    }

    pub(super) fn create_bucket(&self, name: &str) -> Result<bool, IndexError> {
        let made = self
            .lock()
            .execute("INSERT OR IGNORE INTO buckets VALUES (?, ?)", params![name, Timestamp::now().as_millisecond()])?;
        Ok(made > 0)
    }

    /// Buckets with the moment they were made, by name.
    pub(super) fn buckets(&self) -> Result<Vec<(String, Timestamp)>, IndexError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached("SELECT name, created FROM buckets ORDER BY name")?;
        let buckets = statement.query_map([], |row| Ok((row.get(0)?, moment(row.get(1)?))))?;
        Ok(buckets.collect::<Result<_, _>>()?)
    }

    pub(super) fn has_bucket(&self, name: &str) -> Result<bool, IndexError> {
        Ok(has_bucket(&self.lock(), name)?)
    }

    pub(super) fn delete_bucket(&self, name: &str) -> S3Result<()> {
        let connection = self.lock();
        if !has_bucket(&connection, name).map_err(IndexError)? {
            return Err(s3_error!(NoSuchBucket));
        }
        let query = "DELETE FROM buckets WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1)
            AND NOT EXISTS (SELECT 1 FROM versions WHERE bucket = ?1)";
        match connection.execute(query, params![name]).map_err(IndexError)? {
            0 => Err(s3_error!(BucketNotEmpty)),
            _ => Ok(versions::forget(&connection, name).map_err(IndexError)?),
        }
    }

    /// The current object; `NoSuchBucket` or `NoSuchKey` where there is none.
    pub(super) fn find(&self, bucket: &str, key: &str) -> S3Result<Stored> {
        let connection = self.lock();
        match current(&connection, bucket, key).map_err(IndexError)? {
            Some(stored) => Ok(stored),
            None if has_bucket(&connection, bucket).map_err(IndexError)? => Err(s3_error!(NoSuchKey)),
            None => Err(s3_error!(NoSuchBucket)),
        }
    }

    /// Makes the draft the current object if the conditions hold. Gives it, and the files that
    /// nothing refers to any more.
    pub(super) fn publish(&self, draft: &Draft<'_>, conditions: &WriteConditions) -> S3Result<(Stored, Vec<String>)> {
        let mut connection = self.lock();
        let transaction = connection.transaction().map_err(IndexError)?;
        if !has_bucket(&transaction, draft.bucket).map_err(IndexError)? {
            return Err(s3_error!(NoSuchBucket));
        }
        let before = current(&transaction, draft.bucket, draft.key).map_err(IndexError)?;
        conditions.check(before.as_ref())?;
        let (now, unused) = replace(transaction, draft, before).map_err(IndexError)?;
        // Sent while the index is still locked, so that events come in the order of the sequence.
        // An error means that nobody listens.
        let _ = self.events.send(event(&now, draft.bucket.to_owned(), draft.key.to_owned(), draft.how.to_owned()));
        Ok((now, unused))
    }

    /// Removes the object if the conditions hold; in a versioned bucket a delete marker takes its
    /// place. Gives the marker's version, and the files that nothing refers to any more.
    pub(super) fn remove(
        &self,
        bucket: &str,
        key: &str,
        conditions: &WriteConditions,
    ) -> S3Result<(Option<String>, Vec<String>)> {
        let mut connection = self.lock();
        let transaction = connection.transaction().map_err(IndexError)?;
        if !has_bucket(&transaction, bucket).map_err(IndexError)? {
            return Err(s3_error!(NoSuchBucket));
        }
        let before = current(&transaction, bucket, key).map_err(IndexError)?;
        conditions.check(before.as_ref())?;
        let removed = delete(transaction, bucket, key, before);
        Ok(removed.map_err(IndexError)?)
    }

    /// Calls `visit` with each object whose key begins with `prefix` and comes after `after`, in
    /// the order of the keys' UTF-8 bytes, until it says false.
    pub(super) fn walk(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
        mut visit: impl FnMut(String, Stored) -> bool,
    ) -> S3Result<()> {
        let connection = self.lock();
        if !has_bucket(&connection, bucket).map_err(IndexError)? {
            return Err(s3_error!(NoSuchBucket));
        }
        let query =
            format!("SELECT {COLUMNS}, key FROM objects WHERE bucket = ? AND key >= ? AND key > ? ORDER BY key");
        let mut statement = connection.prepare_cached(&query).map_err(IndexError)?;
        let mut rows = statement.query(params![bucket, prefix, after]).map_err(IndexError)?;
        while let Some(row) = rows.next().map_err(IndexError)? {
            let key: String = row.get(6).map_err(IndexError)?;
            if !key.starts_with(prefix) || !visit(key, stored(row).map_err(IndexError)?) {
                break;
            }
        }
        Ok(())
    }

    /// The files in use and their sizes.
    pub(super) fn blobs(&self) -> Result<BTreeMap<String, u64>, IndexError> {
        let connection = self.lock();
        let query = "SELECT blob, size FROM objects UNION ALL SELECT blob, size FROM versions WHERE blob <> ''";
        let mut statement = connection.prepare(query)?;
        let blobs = statement.query_map([], |row| Ok((row.get(0)?, bytes(row.get(1)?))))?;
        Ok(blobs.collect::<Result<_, _>>()?)
    }

    /// Drops objects whose contents are not among `present`.
    pub(super) fn forget_lost(&self, present: &BTreeSet<String>) -> Result<(), IndexError> {
        let lost = self.blobs()?.into_keys().filter(|blob| !present.contains(blob));
        for blob in lost {
            tracing::warn!(blob, "an object's contents were lost (a power cut?): the object is dropped");
            for table in ["objects", "versions"] {
                self.lock().execute(&format!("DELETE FROM {table} WHERE blob = ?"), params![blob])?;
            }
        }
        Ok(())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        // SQLite keeps its own consistency: a panic elsewhere does not break the connection.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn has_bucket(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM buckets WHERE name = ?")?.exists(params![name])
}

fn current(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<Option<Stored>> {
    let query = format!("SELECT {COLUMNS} FROM objects WHERE bucket = ? AND key = ?");
    connection.prepare_cached(&query)?.query_row(params![bucket, key], stored).optional()
}

fn replace(
    transaction: Transaction<'_>,
    draft: &Draft<'_>,
    before: Option<Stored>,
) -> rusqlite::Result<(Stored, Vec<String>)> {
    let modified = Timestamp::now().as_millisecond();
    let versioned = versions::is_kept(&transaction, draft.bucket)?;
    let unused = match versioned {
        true => versions::keep_current(&transaction, draft.bucket, draft.key)?,
        false => before.into_iter().map(|before| before.blob).collect(),
    };
    transaction.execute(
        "INSERT OR REPLACE INTO objects (bucket, key, blob, etag, size, modified, how, pending)
         VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
        params![draft.bucket, draft.key, draft.blob, draft.etag, signed(draft.size), modified, draft.how],
    )?;
    let sequence = transaction.last_insert_rowid();
    transaction.commit()?;
    let (blob, etag) = (draft.blob.to_owned(), draft.etag.to_owned());
    Ok((Stored { blob, etag, size: draft.size, modified: moment(modified), sequence, versioned }, unused))
}

fn delete(
    transaction: Transaction<'_>,
    bucket: &str,
    key: &str,
    before: Option<Stored>,
) -> rusqlite::Result<(Option<String>, Vec<String>)> {
    let removed = if versions::is_kept(&transaction, bucket)? {
        let unused = versions::keep_current(&transaction, bucket, key)?;
        (Some(versions::mark_deleted(&transaction, bucket, key)?), unused)
    } else {
        transaction.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", params![bucket, key])?;
        (None, before.into_iter().map(|before| before.blob).collect())
    };
    transaction.commit()?;
    Ok(removed)
}

pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        blob: row.get(0)?,
        etag: row.get(1)?,
        size: bytes(row.get(2)?),
        modified: moment(row.get(3)?),
        sequence: row.get(4)?,
        versioned: row.get(5)?,
    })
}

fn event(stored: &Stored, bucket: String, key: String, how: String) -> ObjectCreated {
    let sequencer = format!("{:016X}", stored.sequence);
    ObjectCreated { bucket, key, etag: stored.etag.clone(), size: stored.size, sequencer, at: stored.modified, how }
}

pub(super) fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

// SQLite's integers are signed; sizes fit by far.
pub(super) fn bytes(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

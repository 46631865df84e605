//! Earlier versions of objects, in buckets that keep them ("Retaining multiple versions of objects
//! with S3 Versioning" in the Amazon S3 user guide). A current object is a row of `objects`, as
//! ever; what it replaces, and delete markers, are rows of `versions`.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use s3s::dto::{
    DeleteMarkerEntry, ETag, ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion,
    ObjectVersionStorageClass,
};
use s3s::{S3Result, s3_error};

use super::index::{Index, IndexError, Stored, bytes, has_bucket, moment, stored};
use super::listing::{PAGE, encoder};
use super::service::date;

/// Earlier versions of a key that are kept: as many as the lifecycle of a deployed brain bucket
/// keeps whatever their age.
const KEPT: usize = 20;

/// The version of an object in a bucket that keeps none.
const UNVERSIONED: &str = "null";

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS versioned (bucket TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS versions (
        -- That of `objects`, so that of two versions the greater is the later.
        sequence INTEGER PRIMARY KEY,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        -- Empty for a delete marker.
        blob TEXT NOT NULL,
        etag TEXT NOT NULL,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS versions_of_key ON versions (bucket, key, sequence);";

const COLUMNS: &str = "sequence, bucket, key, blob, etag, size, modified";

/// How a version is called.
pub(super) fn id(sequence: i64) -> String {
    format!("{sequence:016X}")
}

/// Whether a bucket keeps versions.
pub(super) fn is_kept(connection: &Connection, bucket: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM versioned WHERE bucket = ?")?.exists(params![bucket])
}

/// Makes the current object, where there is one, an earlier version; gives the files of versions
/// that are too old.
pub(super) fn keep_current(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<Vec<String>> {
    let query = format!("INSERT INTO versions SELECT {COLUMNS} FROM objects WHERE bucket = ? AND key = ?");
    connection.execute(&query, params![bucket, key])?;
    let query = "DELETE FROM versions WHERE bucket = ?1 AND key = ?2 AND sequence NOT IN
        (SELECT sequence FROM versions WHERE bucket = ?1 AND key = ?2 ORDER BY sequence DESC LIMIT ?3)
        RETURNING blob";
    let mut statement = connection.prepare_cached(query)?;
    let old: Result<Vec<String>, _> = statement.query_map(params![bucket, key, KEPT], |row| row.get(0))?.collect();
    Ok(old?.into_iter().filter(|blob| !blob.is_empty()).collect())
}

/// Puts a delete marker in the place of the current object; gives its version.
pub(super) fn mark_deleted(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<String> {
    // The table of objects numbers all versions.
    connection.execute(
        "INSERT OR REPLACE INTO objects (bucket, key, blob, etag, size, modified, how, pending)
         VALUES (?, ?, '', '', 0, ?, '', 0)",
        params![bucket, key, Timestamp::now().as_millisecond()],
    )?;
    let sequence = connection.last_insert_rowid();
    let query = format!("INSERT INTO versions SELECT {COLUMNS} FROM objects WHERE sequence = ?");
    connection.execute(&query, params![sequence])?;
    connection.execute("DELETE FROM objects WHERE sequence = ?", params![sequence])?;
    Ok(id(sequence))
}

/// A bucket is gone.
pub(super) fn forget(connection: &Connection, bucket: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM versioned WHERE bucket = ?", params![bucket]).map(drop)
}

impl Index {
    /// Keeps versions in a bucket from now on; what is there is the first of them.
    pub(super) fn keep_versions(&self, bucket: &str) -> S3Result<()> {
        let connection = self.lock();
        if !has_bucket(&connection, bucket).map_err(IndexError)? {
            return Err(s3_error!(NoSuchBucket));
        }
        let kept = connection.execute("INSERT OR IGNORE INTO versioned VALUES (?)", params![bucket]);
        Ok(kept.map(drop).map_err(IndexError)?)
    }

    pub(super) fn keeps_versions(&self, bucket: &str) -> S3Result<bool> {
        let connection = self.lock();
        match has_bucket(&connection, bucket).map_err(IndexError)? {
            true => Ok(is_kept(&connection, bucket).map_err(IndexError)?),
            false => Err(s3_error!(NoSuchBucket)),
        }
    }

    /// A certain version; 404 where there is none, 405 for a delete marker.
    pub(super) fn find_version(&self, bucket: &str, key: &str, version: &str) -> S3Result<Stored> {
        if version == UNVERSIONED && !self.keeps_versions(bucket)? {
            return self.find(bucket, key);
        }
        let Ok(sequence) = i64::from_str_radix(version, 16) else { return Err(s3_error!(NoSuchVersion)) };
        let connection = self.lock();
        let query = "SELECT blob, etag, size, modified, sequence, EXISTS (SELECT 1 FROM versioned WHERE bucket = ?1)
            FROM (SELECT sequence, bucket, key, blob, etag, size, modified FROM objects UNION ALL SELECT * FROM versions)
            WHERE bucket = ?1 AND key = ?2 AND sequence = ?3";
        let found = connection.query_row(query, params![bucket, key, sequence], stored).optional();
        match found.map_err(IndexError)? {
            Some(found) if found.blob.is_empty() => Err(s3_error!(MethodNotAllowed, "it is a delete marker")),
            Some(found) => Ok(found),
            None => Err(s3_error!(NoSuchVersion)),
        }
    }
}

/// A row of a list of versions.
struct Listed {
    key: String,
    sequence: i64,
    is_marker: bool,
    etag: String,
    size: u64,
    modified: Timestamp,
    is_latest: bool,
}

/// One page of a bucket's versions: by key, and the newest of a key first.
pub(super) fn list(index: &Index, input: ListObjectVersionsInput) -> S3Result<ListObjectVersionsOutput> {
    if input.delimiter.as_deref().is_some_and(|delimiter| !delimiter.is_empty()) {
        return Err(s3_error!(NotImplemented, "versions are listed without a delimiter"));
    }
    let versioned = index.keeps_versions(&input.bucket)?;
    let limit = usize::try_from(input.max_keys.unwrap_or(PAGE).clamp(0, PAGE)).unwrap_or(0);
    let mut rows = rows(&index.lock(), &input, limit + 1).map_err(IndexError)?;
    let truncated = rows.len() > limit;
    rows.truncate(limit);
    let name = |sequence| if versioned { id(sequence) } else { UNVERSIONED.to_owned() };
    let encode = encoder(input.encoding_type.as_ref());
    let last = rows.last().filter(|_| truncated);
    let (next_key_marker, next_version_id_marker) = last.map(|last| (encode(&last.key), name(last.sequence))).unzip();
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for row in rows {
        // S3 lists whole seconds.
        let at = Timestamp::from_second(row.modified.as_second()).unwrap_or(row.modified);
        let (key, version_id, last_modified) = (Some(encode(&row.key)), Some(name(row.sequence)), Some(date(at)));
        let is_latest = Some(row.is_latest);
        if row.is_marker {
            markers.push(DeleteMarkerEntry { is_latest, key, last_modified, owner: None, version_id });
        } else {
            versions.push(ObjectVersion {
                e_tag: Some(ETag::Strong(row.etag)),
                is_latest,
                key,
                last_modified,
                size: i64::try_from(row.size).ok(),
                storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
                version_id,
                ..ObjectVersion::default()
            });
        }
    }
    Ok(ListObjectVersionsOutput {
        delete_markers: Some(markers),
        versions: Some(versions),
        encoding_type: input.encoding_type,
        is_truncated: Some(truncated),
        key_marker: input.key_marker,
        version_id_marker: input.version_id_marker,
        max_keys: input.max_keys.or(Some(PAGE)),
        name: Some(input.bucket),
        prefix: input.prefix,
        next_key_marker,
        next_version_id_marker,
        ..ListObjectVersionsOutput::default()
    })
}

fn rows(connection: &Connection, input: &ListObjectVersionsInput, limit: usize) -> rusqlite::Result<Vec<Listed>> {
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let marker = input.key_marker.as_deref().unwrap_or_default();
    // With a key alone, the page begins after all versions of that key.
    let before = input.version_id_marker.as_deref().map_or(0, |id| i64::from_str_radix(id, 16).unwrap_or(0));
    let query = "SELECT key, sequence, blob = '', etag, size, modified,
            sequence = MAX(sequence) OVER (PARTITION BY key) FROM
            (SELECT sequence, bucket, key, blob, etag, size, modified FROM objects UNION ALL SELECT * FROM versions)
        WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 AND (key >= ?3)
        ORDER BY key, sequence DESC";
    let mut statement = connection.prepare_cached(query)?;
    let listed = statement.query_map(params![input.bucket, prefix, marker], |row| {
        Ok(Listed {
            key: row.get(0)?,
            sequence: row.get(1)?,
            is_marker: row.get(2)?,
            etag: row.get(3)?,
            size: bytes(row.get(4)?),
            modified: moment(row.get(5)?),
            is_latest: row.get(6)?,
        })
    })?;
    let is_after = |row: &Listed| marker.is_empty() || row.key != marker || row.sequence < before;
    listed.filter(|row| row.as_ref().map_or(true, &is_after)).take(limit).collect()
}

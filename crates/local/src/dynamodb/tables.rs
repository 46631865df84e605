//! Tables that are made and deleted whole.
//!
//! dynoxide does either in several commits: a table whose making the process did not live to finish
//! would exist in name, without a place for its items, and could not be made again. So a note on
//! disk names the table before the first commit and goes after the last one; a table that is still
//! named when the file is opened was never confirmed to anybody, and is deleted.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dynoxide::actions::create_table::{CreateTableRequest, CreateTableResponse};
use dynoxide::actions::delete_table::{DeleteTableRequest, DeleteTableResponse};
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::{Database, DynoxideError};

/// A database's tables; a clone is the same ones.
#[derive(Clone)]
pub(crate) struct Tables {
    database: Database,
    note: Arc<Note>,
    /// One at a time: there is one note.
    one: Arc<Mutex<()>>,
}

impl Tables {
    /// Those of the database in `file`, or of one in memory, after deleting what an earlier process
    /// left half made or half deleted.
    pub(crate) fn open(database: Database, file: Option<&Path>) -> Result<Self, DynoxideError> {
        let note = Note(file.map(|file| file.with_extension("table")));
        if let Some(table_name) = note.read().map_err(failed)? {
            tracing::info!(table_name, "a table was not made or deleted to the end: it is deleted");
            delete(&database, table_name)?;
            note.clear().map_err(failed)?;
        }
        Ok(Self { database, note: Arc::new(note), one: Arc::default() })
    }

    /// `CreateTable`: the whole table, or nothing of it.
    pub(super) fn create(&self, request: CreateTableRequest) -> Result<CreateTableResponse, DynoxideError> {
        let table_name = request.table_name.clone();
        let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
        // A table that is there must not be named in the note; dynoxide knows how to refuse it.
        if self.database.describe_table(DescribeTableRequest { table_name: table_name.clone() }).is_ok() {
            return self.database.create_table(request);
        }
        self.note.write(&table_name).map_err(failed)?;
        let created = self.database.create_table(request);
        if created.is_err() {
            delete(&self.database, table_name)?;
        }
        self.note.clear().map_err(failed)?;
        created
    }

    /// `DeleteTable`: the whole table, at the next start at the latest.
    pub(super) fn delete(&self, request: DeleteTableRequest) -> Result<DeleteTableResponse, DynoxideError> {
        let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
        self.note.write(&request.table_name).map_err(failed)?;
        let deleted = self.database.delete_table(request);
        self.note.clear().map_err(failed)?;
        deleted
    }
}

/// Deletes what there is of a table; nothing, and a table that refuses to be deleted, are none of our business.
fn delete(database: &Database, table_name: String) -> Result<(), DynoxideError> {
    match database.delete_table(DeleteTableRequest { table_name }) {
        Err(error @ DynoxideError::InternalServerError(_)) => Err(error),
        _ => Ok(()),
    }
}

/// The file with the name of the table that is being made or deleted; none for a database in memory.
struct Note(Option<PathBuf>);

impl Note {
    fn read(&self) -> io::Result<Option<String>> {
        let Some(path) = &self.0 else { return Ok(None) };
        match fs::read_to_string(path) {
            Ok(name) => Ok(Some(name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// On the disk, and whole, once this returns: half a name might be another table's.
    fn write(&self, table_name: &str) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let draft = path.with_extension("table-draft");
        let mut file = File::create(&draft)?;
        file.write_all(table_name.as_bytes())?;
        file.sync_all()?;
        fs::rename(draft, path)
    }

    fn clear(&self) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), fs::remove_file)
    }
}

fn failed(error: io::Error) -> DynoxideError {
    DynoxideError::InternalServerError(format!("the note of unfinished tables: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Disk(tempfile::TempDir);

    impl Disk {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self) -> PathBuf {
            self.0.path().join("dynamodb.sqlite")
        }

        fn open(&self) -> Tables {
            let file = self.file();
            Tables::open(Database::new(&file.to_string_lossy()).unwrap(), Some(&file)).unwrap()
        }

        /// Runs SQL as a process that is killed in between would have left it.
        fn leave(&self, sql: &str, note: &str) {
            rusqlite::Connection::open(self.file()).unwrap().execute_batch(sql).unwrap();
            Note(Some(self.file().with_extension("table"))).write(note).unwrap();
        }

        fn files(&self) -> usize {
            fs::read_dir(self.0.path())
                .unwrap()
                .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("table"))
                .count()
        }
    }

    fn orders() -> CreateTableRequest {
        let key = json!([{"AttributeName": "id", "KeyType": "HASH"}]);
        serde_json::from_value(json!({
            "TableName": "orders",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": key,
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "GlobalSecondaryIndexes": [{"IndexName": "by-id", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}}]
        }))
        .unwrap()
    }

    fn put(tables: &Tables) -> bool {
        let request = json!({"TableName": "orders", "Item": {"id": {"S": "1"}}});
        tables.database.put_item(serde_json::from_value(request).unwrap()).is_ok()
    }

    fn count(tables: &Tables) -> usize {
        tables.database.scan(serde_json::from_value(json!({"TableName": "orders"})).unwrap()).unwrap().count
    }

    #[test]
    fn a_table_half_made_when_the_process_ended_can_be_made_again() {
        for missing in
            ["DROP TABLE \"orders\"; DROP TABLE \"orders::gsi::by-id\"", "DROP TABLE \"orders::gsi::by-id\"", ""]
        {
            let disk = Disk::new();
            disk.open().create(orders()).unwrap();
            disk.leave(missing, "orders");
            let tables = disk.open();
            tables.create(orders()).unwrap();
            assert!(put(&tables), "{missing}");
            assert_eq!(disk.files(), 0);
        }
    }

    #[test]
    fn a_table_that_is_there_stays_whoever_asks_for_it_again() {
        let disk = Disk::new();
        let tables = disk.open();
        tables.create(orders()).unwrap();
        assert!(put(&tables));
        assert!(matches!(tables.create(orders()), Err(DynoxideError::ResourceInUseException(_))));
        drop(tables);
        assert_eq!((count(&disk.open()), disk.files()), (1, 0));
    }

    #[test]
    fn a_deletion_is_done_to_the_end() {
        let disk = Disk::new();
        let tables = disk.open();
        tables.create(orders()).unwrap();
        disk.leave("DROP TABLE \"orders::gsi::by-id\"", "orders");
        let tables = disk.open();
        assert!(!put(&tables));
        tables.create(orders()).unwrap();
        tables.delete(DeleteTableRequest { table_name: "orders".to_owned() }).unwrap();
        assert!(!put(&tables));
        assert_eq!(disk.files(), 0);
    }
}

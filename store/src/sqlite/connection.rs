//! Opening a connection: every setting is made and then read back, because SQLite ignores what it cannot do.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, types::Value as Cell};

use super::execute::Session;
use crate::{Durability, StoreError};

/// The writer itself folds the log into the file only when it has this many pages of 4 KiB (64 MiB): the folding thread
/// has done most of it by then, and only the writer can begin the log anew under constant load. Pages stay at SQLite's 4 KiB: with 8 KiB inserts ran equally fast and scattered updates at
/// 0.73 of the speed (medians of three runs), because each writes its whole page to the log.
const CHECKPOINT_PAGES: i64 = 16_384;

/// After a burst the log is cut back to this many bytes.
const LOG_BYTES: i64 = 128 << 20;

/// How long a statement waits for another process that holds the write lock.
pub(super) const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_millis(BUSY_MILLIS.unsigned_abs());
/// The same in milliseconds.
const BUSY_MILLIS: i64 = 10_000;

/// Address space for reading the file without copying, in bytes.
const MMAP_BYTES: i64 = 64 << 20;

/// Statements kept prepared per connection; the program has fewer.
const PREPARED: usize = 512;

/// The connection that writes; `None` is a new database in memory.
pub(super) fn writer(path: Option<&Path>, durability: Durability) -> Result<Session, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match path {
        Some(path) => Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?,
        None => Connection::open_in_memory_with_flags(flags).map_err(StoreError::unavailable)?,
    };
    // Waiting comes first: even switching to the log needs the lock.
    apply(&connection, "busy_timeout", Cell::Integer(BUSY_MILLIS))?;
    let journal = if path.is_some() { "wal" } else { "memory" };
    apply(&connection, "journal_mode", Cell::Text(journal.to_owned()))?;
    if path.is_some() {
        apply(&connection, "wal_autocheckpoint", Cell::Integer(CHECKPOINT_PAGES))?;
        apply(&connection, "journal_size_limit", Cell::Integer(LOG_BYTES))?;
    }
    // What is deleted is overwritten: nothing of a person who was erased is left in the file.
    apply(&connection, "secure_delete", Cell::Integer(1))?;
    common(&connection, durability, -65_536)?;
    Ok(Session::new(connection))
}

/// The connection that folds the log into the file the writer opened before.
pub(super) fn folder(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?;
    apply(&connection, "busy_timeout", Cell::Integer(BUSY_MILLIS))?;
    verify(&connection, "journal_mode", &Cell::Text("wal".to_owned()))?;
    apply(&connection, "wal_autocheckpoint", Cell::Integer(0))?;
    common(&connection, durability, -2_048)?;
    Ok(connection)
}

/// A connection that reads the file the writer opened before.
pub(super) fn reader(path: &Path, durability: Durability) -> Result<Session, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?;
    apply(&connection, "busy_timeout", Cell::Integer(BUSY_MILLIS))?;
    verify(&connection, "journal_mode", &Cell::Text("wal".to_owned()))?;
    apply(&connection, "query_only", Cell::Integer(1))?;
    apply(&connection, "mmap_size", Cell::Integer(MMAP_BYTES))?;
    common(&connection, durability, -16_384)?;
    Ok(Session::new(connection))
}

/// `cache` is SQLite's `cache_size`: negative, in KiB.
fn common(connection: &Connection, durability: Durability, cache: i64) -> Result<(), StoreError> {
    let synchronous = match durability {
        Durability::Full => 2,
        Durability::Normal => 1,
    };
    apply(connection, "synchronous", Cell::Integer(synchronous))?;
    apply(connection, "foreign_keys", Cell::Integer(1))?;
    apply(connection, "temp_store", Cell::Integer(2))?;
    apply(connection, "cache_size", Cell::Integer(cache))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    rusqlite::vtab::array::load_module(connection).map_err(StoreError::unavailable)
}

fn set(connection: &Connection, pragma: &str, value: &Cell) -> Result<(), StoreError> {
    connection
        .pragma_update_and_check(None, pragma, value, |_| Ok(()))
        .or_else(|error| match error {
            // Some pragmas answer with their value, others with nothing; both are fine.
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            error => Err(error),
        })
        .map_err(|error| {
            StoreError::settings(
                pragma,
                format!("SQLite refused {value:?} ({error}); check that the file is a database and its folder can be written"),
            )
        })
}

fn apply(connection: &Connection, pragma: &str, value: Cell) -> Result<(), StoreError> {
    set(connection, pragma, &value)?;
    verify(connection, pragma, &value)
}

fn verify(connection: &Connection, pragma: &str, wanted: &Cell) -> Result<(), StoreError> {
    let found: Cell = connection
        .pragma_query_value(None, pragma, |row| row.get(0))
        .map_err(|error| StoreError::settings(pragma, format!("cannot be read back ({error})")))?;
    if found == *wanted {
        return Ok(());
    }
    Err(StoreError::settings(
        pragma,
        format!("SQLite kept {found:?} instead of {wanted:?}; use a local file system and close other programs that have the file open"),
    ))
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> StoreError {
    StoreError::settings("url", format!("cannot open {} ({error}); check that its folder exists and can be written", path.display()))
}

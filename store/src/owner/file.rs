//! The lock of a SQLite database: on a file of its own beside it. Never on the database file, where closing any descriptor
//! would drop the locks SQLite itself has there.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Held until it is dropped, or its process ends in whatever way.
pub(crate) struct FileLock {
    _file: File,
}

/// Makes the database file if it is missing, readable by its user alone, and gives its one true path: a database that is
/// reached by two ways has one lock.
pub(crate) fn canonical(path: &Path) -> Result<PathBuf, StoreError> {
    let cannot = |error: std::io::Error| {
        StoreError::settings("url", format!("cannot open {} ({error}); check that its folder exists and can be written", path.display()))
    };
    // A file that is there is not opened: closing it again would drop locks that this process has on it through SQLite.
    if !path.try_exists().map_err(cannot)? {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(cannot(error)),
            _ => {}
        }
    }
    path.canonicalize().map_err(cannot)
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// Takes the lock of this database (a canonical path) and writes there who has it; or says who has it.
pub(crate) fn take(database: &Path, holder: &str) -> Result<Result<FileLock, String>, StoreError> {
    let path = lock_path(database);
    let cannot = |error: std::io::Error| refused(&path, &error);
    let mut file = open(&path).map_err(cannot)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(Err(named(&mut file))),
        Err(TryLockError::Error(error)) => return Err(cannot(error)),
        Ok(()) => {}
    }
    // Whoever removed the file in between left us a lock on nothing: another process would make the file anew.
    let ours = file.metadata().map_err(cannot)?;
    match std::fs::metadata(&path) {
        Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => {}
        Ok(_) => return Ok(Err("a process that is just starting".to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Err("a process that is just starting".to_owned())),
        Err(error) => return Err(cannot(error)),
    }
    excludes(&open(&path).map_err(cannot)?.try_lock(), &path)?;
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(holder.as_bytes())?;
        file.sync_data()
    };
    write(&mut file).map_err(cannot)?;
    Ok(Ok(FileLock { _file: file }))
}

/// Who owns this database, if anybody does. Changes nothing.
pub(crate) fn owner(database: &Path) -> Result<Option<String>, StoreError> {
    let path = lock_path(database);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(&path, &error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(named(&mut file))),
        Err(TryLockError::Error(error)) => Err(refused(&path, &error)),
    }
}

/// A file system that grants a lock twice has none: some network file systems answer so.
fn excludes(second: &Result<(), TryLockError>, path: &Path) -> Result<(), StoreError> {
    match second {
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(refused(path, error)),
        Ok(()) => Err(StoreError::settings(
            "database",
            format!(
                "the file system of {} grants one lock twice, so two processes could write at once; use a local file system, or PostgreSQL",
                path.display()
            ),
        )),
    }
}

fn refused(path: &Path, error: &std::io::Error) -> StoreError {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::NotFound => "let this user write to its folder",
        ErrorKind::StorageFull => "make room on the disk",
        _ => "the file system must know locks: use a local one, or PostgreSQL",
    };
    StoreError::settings("database", format!("cannot lock {} ({error}); {remedy}", path.display()))
}

/// Who wrote the file. It is written just after the lock is taken, and may be empty for a moment.
fn named(file: &mut File) -> String {
    let mut text = String::new();
    match file.take(4_096).read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "a process that is just starting".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_that_grants_a_lock_twice_or_never_is_refused() {
        let path = Path::new("/net/tradewind.db.lock");
        assert!(excludes(&Err(TryLockError::WouldBlock), path).is_ok());
        let twice = excludes(&Ok(()), path).unwrap_err().to_string();
        assert!(twice.contains("/net/tradewind.db.lock") && twice.contains("local file system"), "{twice}");
        let never = refused(path, &ErrorKind::Unsupported.into()).to_string();
        assert!(never.contains("must know locks"), "{never}");
    }
}

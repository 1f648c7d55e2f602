//! The database of what is measured: a SQLite file, or one in a throw-away PostgreSQL cluster whose folder is below `TMPDIR`.

use crate::{Fallible, postgres};
use clap::ValueEnum;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use tradewind_store::{Db, DbSettings, Rows, Value};

/// Which kind of database is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A file, as without any setting.
    Sqlite,
    /// A cluster of its own, with fsync on.
    Postgres,
}

impl Kind {
    /// As in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// One database.
#[derive(Clone, Debug)]
pub enum Database {
    /// The file.
    File(PathBuf),
    /// The address, with password.
    Postgres(String),
}

impl Database {
    /// A new one; a file is in `folder`.
    pub fn new(kind: Kind, folder: &Path) -> Self {
        match kind {
            Kind::Sqlite => Self::File(folder.join("tradewind.db")),
            Kind::Postgres => Self::Postgres(postgres::fresh_database()),
        }
    }

    /// As the setting `database` takes it.
    pub fn url(&self) -> String {
        match self {
            Self::File(file) => format!("sqlite:{}", file.display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// The size of the database, SQLite's log included, in bytes.
    pub fn bytes(&self) -> Fallible<u64> {
        match self {
            Self::File(file) => {
                let size = |ending: &str| std::fs::metadata(format!("{}{ending}", file.display())).map_or(0, |file| file.len());
                Ok(size("") + size("-wal"))
            }
            Self::Postgres(_) => {
                let rows = self.ask("SELECT pg_database_size(current_database())", Vec::new())?;
                Ok(rows.first().ok_or("no size")?.int(0)?.try_into()?)
            }
        }
    }

    /// Answers one query.
    pub fn ask(&self, sql: &'static str, args: Vec<Value>) -> Fallible<Rows> {
        wait(async {
            let db = Db::open(DbSettings { readers: 1, connections: 2, ..DbSettings::new(self.url()) }).await?;
            let rows = db.query(sql, args).await;
            db.close().await;
            Ok(rows?)
        })
    }

    /// What SQLite finds wrong with its file, or "ok". PostgreSQL is a process of its own that nobody kills here.
    pub fn integrity(&self) -> Fallible<String> {
        match self {
            Self::File(file) => {
                let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                Ok(database.query_row("PRAGMA integrity_check", [], |row| row.get(0))?)
            }
            Self::Postgres(_) => Ok("ok".to_owned()),
        }
    }
}

/// Runs to its end what the store does.
pub fn wait<T>(work: impl Future<Output = Fallible<T>>) -> Fallible<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

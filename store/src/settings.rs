//! Where the database is and how safe a commit has to be.

use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::StoreError;

/// What a finished commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A crash of the machine: one fsync a group on SQLite, `synchronous_commit=on` on PostgreSQL.
    Full,
    /// A crash of the process; a power cut may lose the last commits, never corrupt the database.
    Normal,
}

/// How to open a [`crate::Db`].
#[derive(Clone, Debug)]
pub struct DbSettings {
    /// `sqlite:path`, `sqlite::memory:` or `postgres://user:password@host/database`.
    pub url: String,
    /// What a finished commit survives.
    pub durability: Durability,
    /// Reader threads on SQLite, at least 1. An in-memory database reads on its one connection.
    pub readers: usize,
    /// Connections to PostgreSQL, at least 2.
    pub connections: u32,
}

impl DbSettings {
    /// Settings for this address with full durability, 2 readers and 10 connections.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), durability: Durability::Full, readers: 2, connections: 10 }
    }

    pub(crate) fn place(&self) -> Result<Place, StoreError> {
        if self.readers == 0 {
            return Err(StoreError::settings("readers", "must be at least 1"));
        }
        if self.connections < 2 {
            return Err(StoreError::settings("connections", "must be at least 2"));
        }
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            return sqlite_place(path);
        }
        if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            // The driver's message is left out: it may repeat the password.
            let options = PgConnectOptions::from_str(&self.url).map_err(|_| {
                StoreError::settings("url", "is not a PostgreSQL address; write postgres://user:password@host:5432/database")
            })?;
            return Ok(Place::Postgres(Box::new(options)));
        }
        Err(StoreError::settings("url", "names no known database; write sqlite:path, sqlite::memory: or postgres://…"))
    }
}

fn sqlite_place(path: &str) -> Result<Place, StoreError> {
    if path == ":memory:" {
        return Ok(Place::Memory);
    }
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains('?') {
        return Err(StoreError::settings("url", "a SQLite address is sqlite:path without parameters"));
    }
    Ok(Place::File(PathBuf::from(path)))
}

/// The parsed address.
pub(crate) enum Place {
    Memory,
    File(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

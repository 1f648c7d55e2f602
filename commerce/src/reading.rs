//! Rows into types: what every reading module of the house shares.

use serde::de::DeserializeOwned;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Row, StoreError};
use uuid::Uuid;

/// Why something could not be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row holds JSON that this program does not understand.
    #[error(
        "{thing} is stored in a form this program does not read ({message}): run the program that wrote it, or restore the row from a backup"
    )]
    Corrupt {
        /// Which row and column.
        thing: String,
        /// What the parser said.
        message: String,
    },
}

/// The instant in a `bigint` column.
pub fn at(row: &Row, column: usize) -> Result<Timestamp, StoreError> {
    row.int(column).map(Timestamp::from_micros)
}

/// The instant in a `bigint` column, or None for NULL.
pub fn opt_at(row: &Row, column: usize) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.opt_int(column)?.map(Timestamp::from_micros))
}

/// The JSON in a text column; `thing` names the row in the error.
pub fn json<T: DeserializeOwned>(row: &Row, column: usize, thing: impl std::fmt::Display) -> Result<T, ReadError> {
    let text = row.text(column)?;
    serde_json::from_str(text).map_err(|e| ReadError::Corrupt { thing: thing.to_string(), message: e.to_string() })
}

/// As [`json`], None for NULL.
pub fn opt_json<T: DeserializeOwned>(row: &Row, column: usize, thing: impl std::fmt::Display) -> Result<Option<T>, ReadError> {
    if row.is_null(column) { Ok(None) } else { json(row, column, thing).map(Some) }
}

/// A word of a closed set stored as text (`granted`, `live`, …), read through its serde name.
pub fn word<T: DeserializeOwned>(row: &Row, column: usize, thing: impl std::fmt::Display) -> Result<T, ReadError> {
    let text = row.text(column)?.to_owned();
    serde_json::from_value(text.into()).map_err(|e| ReadError::Corrupt { thing: thing.to_string(), message: e.to_string() })
}

/// Where a list that runs from the newest id down begins: below `before`, or at the top.
#[must_use]
pub fn below(before: Option<Uuid>) -> Uuid {
    before.unwrap_or(Uuid::max())
}

/// As [`below`] for lists by time and then id.
#[must_use]
pub fn earlier(before: Option<(i64, Uuid)>) -> (i64, Uuid) {
    before.unwrap_or((i64::MAX, Uuid::max()))
}

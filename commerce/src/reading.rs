//! Rows into types: what every reading module of the house shares.

use tradewind_store::StoreError;
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

impl From<tradewind_schema::ReadError> for ReadError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
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

//! What can go wrong, and what the caller can do about it.

/// Every failure of the store. Clonable, because one lost transaction fails all the callers that shared it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// An operation matched another number of rows than it had to; the whole batch was rolled back.
    #[error(
        "operation {op} had to change {expected} rows but matched {affected}: the data moved on since it was read; read it again and retry"
    )]
    Conflict {
        /// Index of the operation in its batch, from 0.
        op: usize,
        /// Rows that had to match.
        expected: u64,
        /// Rows that did match.
        affected: u64,
    },
    /// A row with the same unique key exists; the whole batch was rolled back.
    #[error("a row with the same unique key exists ({constraint}): use the existing row or choose another key")]
    Unique {
        /// The constraint's name on PostgreSQL, its columns (`table.a, table.b`) on SQLite.
        constraint: String,
    },
    /// The database cannot be reached or stayed locked. A commit that fails this way has an unknown outcome:
    /// retry it with the same keys, so that a repeat changes nothing.
    #[error("the database is not available ({reason}): check that it runs and is not locked by another process, then retry")]
    Unavailable {
        /// What the driver reported.
        reason: String,
    },
    /// Another process owns the database.
    #[error(
        "the database belongs to a running process ({by}): stop that one first, or start this one with --standby to take over when it ends"
    )]
    Owned {
        /// The process: its number, its machine, its address, since when.
        by: String,
    },
    /// This process owned the database and does no longer; the whole batch was rolled back, and every later one will be.
    #[error("this process no longer owns the database: nothing was written, it has to end and be started again")]
    NotOwner,
    /// The store was closed.
    #[error("the store is closed: open it again before using it")]
    Closed,
    /// The database refused a statement; the whole batch was rolled back.
    #[error("the database refused a statement ({message}): correct the statement or its values: {sql}")]
    Query {
        /// The statement, as written by the caller.
        sql: String,
        /// What the database reported.
        message: String,
    },
    /// An operation's values do not fit its specification; nothing was sent to the database.
    #[error("operation {op} on {table} is malformed: {message}")]
    Shape {
        /// Index of the operation in its batch, from 0.
        op: usize,
        /// The table of the operation.
        table: &'static str,
        /// What does not fit and what would.
        message: String,
    },
    /// A batch or a result is larger than the store accepts in one go.
    #[error("{what} has more than {limit} rows: split it, or add a LIMIT and page through it")]
    TooLarge {
        /// The batch or the statement.
        what: String,
        /// Rows allowed.
        limit: usize,
    },
    /// A row does not read: the column is named.
    #[error(transparent)]
    Read(#[from] tradewind_schema::ReadError),
    /// The tables as declared and the database disagree.
    #[error("the database does not have the tables this program declares ({}): run the program this database was made by, or put the table right", .differences.join("; "))]
    Declared {
        /// Table, column and what is different.
        differences: Vec<String>,
    },
    /// A migration cannot be applied, or an applied one is not the one this program knows.
    #[error("migration {name}: {message}")]
    Migration {
        /// The migration's name, such as `1_base`.
        name: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// A setting is wrong, or the database did not accept it.
    #[error("setting {setting}: {message}")]
    Settings {
        /// The setting's name.
        setting: String,
        /// What is wrong and what to do.
        message: String,
    },
}

impl StoreError {
    pub(crate) fn query(sql: &str, message: impl std::fmt::Display) -> Self {
        Self::Query { sql: sql.to_owned(), message: message.to_string() }
    }

    pub(crate) fn unavailable(reason: impl std::fmt::Display) -> Self {
        Self::Unavailable { reason: reason.to_string() }
    }

    pub(crate) fn settings(setting: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Settings { setting: setting.into(), message: message.into() }
    }

    pub(crate) fn migration(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Migration { name: name.into(), message: message.into() }
    }
}

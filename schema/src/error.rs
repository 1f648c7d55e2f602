//! Why a row does not read.

/// A column that does not hold what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A column read by its position holds something else.
    #[error("column {column} holds {found}, not {wanted}: read it with the matching accessor or CAST it in the statement")]
    Position {
        /// Index of the column, from 0.
        column: usize,
        /// The type asked for.
        wanted: &'static str,
        /// The type found.
        found: &'static str,
    },
    /// The statement gives no column of this name.
    #[error("a statement on {table} gives no column {column}: name it in the SELECT, with AS if it is computed")]
    Missing {
        /// The table that is read.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A column does not parse. Nothing may be written back over it.
    #[error(
        "{}, row {}, column {}: {}; put the column right, or restore the row from a backup",
        .0.table, .0.row, .0.column, .0.problem
    )]
    Column(Box<BadColumn>),
}

/// Which column does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadColumn {
    /// The table.
    pub table: &'static str,
    /// The row's key, its parts joined by `/`; `?` where the statement does not read them.
    pub row: String,
    /// The column.
    pub column: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl ReadError {
    /// The column at fault, when its content is.
    pub fn bad_column(&self) -> Option<&BadColumn> {
        match self {
            Self::Column(bad) => Some(bad),
            Self::Position { .. } | Self::Missing { .. } => None,
        }
    }
}

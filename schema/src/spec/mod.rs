//! Bulk operations described once as statics: the SQL for either database is generated from them.

mod change;
mod insert;
mod text;

pub use change::{Delete, Update};
pub use insert::{Conflict, Insert};

use crate::{Dialect, Value};

/// A column's type; every type takes NULL as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// `uuid`; 16 bytes on SQLite.
    Uuid,
    /// `bigint`.
    Int,
    /// `text`.
    Text,
    /// `bytea`.
    Bytes,
    /// `double precision`.
    Real,
    /// `boolean`; 0 or 1 on SQLite.
    Bool,
}

impl Ty {
    /// The type's name in DDL and casts on PostgreSQL.
    pub const fn postgres_name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Int => "bigint",
            Self::Text => "text",
            Self::Bytes => "bytea",
            Self::Real => "double precision",
            Self::Bool => "boolean",
        }
    }

    /// Whether a column of this type takes the value.
    pub fn accepts(self, value: &Value) -> bool {
        matches!(
            (self, value),
            (_, Value::Null)
                | (Self::Uuid, Value::Uuid(_))
                | (Self::Int, Value::Int(_))
                | (Self::Text, Value::Text(_))
                | (Self::Bytes, Value::Bytes(_))
                | (Self::Real, Value::Real(_))
                | (Self::Bool, Value::Bool(_))
        )
    }
}

/// A column's name and type.
pub type Column = (&'static str, Ty);

/// Rows of an insert that SQLite takes in one statement: measured at 1.15 times the speed of single rows (medians of
/// six runs each, batches of 800, synchronous=FULL); 8 and 32 were within the noise of 16, 100 was no faster.
pub const SEVERAL: usize = 16;

/// What the executors need to know of a bulk operation.
pub trait Spec: Sync {
    /// The table.
    fn table(&self) -> &'static str;
    /// The statement.
    fn text(&'static self, dialect: Dialect) -> &'static str;
    /// On SQLite, a statement for [`SEVERAL`] rows at once, if that is faster than one at a time.
    fn several_text(&'static self) -> Option<&'static str> {
        None
    }
    /// A row's columns, in the order of its values.
    fn column(&self, index: usize) -> Option<Column>;
    /// Values a row has.
    fn width(&self) -> usize;
    /// Whether every row given must be there.
    fn expects_all(&self) -> bool;
    /// Whether the statement gives rows back.
    fn returns_rows(&self) -> bool;
}

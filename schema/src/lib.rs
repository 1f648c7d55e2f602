//! What a table declaration is made of.
//!
//! A table is declared once, by [`table!`]: its row, its columns, its key, and what is done with its rows when customers merge, time
//! goes by, a person is erased or asks for what is kept ([`Policy`]). Rows are read by the names of their columns ([`record!`],
//! [`Rows::read`]); what does not parse is an error that names table, row and column, never an empty value. Bulk operations
//! ([`insert!`], [`update!`], [`delete!`]) are checked against the declaration by the compiler.
//!
//! Nothing here knows a database: `store` runs what is described here.

mod dialect;
mod error;
mod macros;
pub mod policy;
mod record;
mod row;
mod spec;
mod table;
mod value;

pub use dialect::Dialect;
pub use error::{BadColumn, ReadError};
pub use policy::Policy;
pub use record::{Cells, MAX_COLUMNS, Plan, Raw, Record, bare};
pub use row::{Names, Row, Rows};
pub use spec::{Column, Conflict, Delete, Insert, SEVERAL, Spec, Ty, Update};
pub use table::{Difference, Field, Found, Table, TableRow, differences};
pub use uuid::Uuid;
pub use value::Value;

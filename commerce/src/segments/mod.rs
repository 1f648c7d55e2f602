//! Segments: named predicates over customers.

mod definition;
pub mod members;
mod query;
pub mod table;

pub use definition::{MAX_SEGMENTS, SegmentError, check, create, creation, delete, redefine, redefinition};
pub use query::{Member, Segment, definitions, find, list, members};

use tradewind_store::Statements;

/// Every statement of this module.
pub static STATEMENTS: Statements = Statements(&[
    query::LIST,
    query::ONE,
    query::COUNTS,
    query::MEMBERS,
    definition::REDEFINE,
    definition::EMPTY,
    definition::EMPTY_REST,
    definition::DELETE,
]);

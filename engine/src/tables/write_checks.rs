//! The table that is written to see whether the database takes writes.

use tradewind_schema::table;

table! {
    /// One row that changes whenever somebody asks whether the database can be written.
    pub WRITE_CHECKS: WriteCheckRow = "write_checks" key [id] {
        id: int,
        number: int,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("one row"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

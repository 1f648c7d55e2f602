//! The table of who owns the database.

use tradewind_schema::table;

table! {
    /// The one process that runs the engine on this database: one row.
    pub OWNER: OwnerRow = "owner" key [id] {
        /// Always 1.
        id: int,
        /// Every commit of the owner checks it; whoever comes next raises it.
        epoch: int,
        /// As its connections and its lock name it; empty before the first.
        holder: text,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("one row"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

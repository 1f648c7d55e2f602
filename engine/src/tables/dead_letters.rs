//! The table of dead letters.

use tradewind_nodes::id::{Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// What could not be routed, with the reason: kept for a person to look at.
    pub DEAD_LETTERS: DeadLetterRow = "dead_letters" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        shard: int => Shard,
        kind: text,
        body: text,
        problem: text,
        at: int => Timestamp,
    }
    policy {
        shard: Shard::Stored { column: "shard" },
        merge: Merge::None,
        retention: Retention::Aged(Aged::history("at", Path::Key)),
        erasure: Erasure::Delete(&[Find::Subject("body")]),
        export: Export::Columns(&["kind", "body", "at"]),
    }
}

//! The table of revisions.

use tradewind_nodes::id::WorkspaceId;
use tradewind_schema::table;

table! {
    /// Counts the changes of what processes cache.
    pub REVISIONS: RevisionRow = "revisions" key [workspace_id, subject] {
        workspace_id: uuid => WorkspaceId,
        subject: text,
        revision: int,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("a number a subject"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

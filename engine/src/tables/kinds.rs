//! The table of kinds.

use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Kinds of steps a workspace wrote itself: manifest and script in one.
    pub KINDS: KindRow = "kinds" key [workspace_id, name] {
        workspace_id: uuid => WorkspaceId,
        name: text,
        source: text,
        hash: text,
        updated_at: int => Timestamp,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("the shop's own work"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

//! The table of workspaces.

use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// The sellers whose data this is.
    pub WORKSPACES: WorkspaceRow = "workspaces" key [id] {
        id: uuid => WorkspaceId,
        name: text,
        /// JSON: secrets of the workspace.
        settings: text,
        created_at: int => Timestamp,
        /// JSON: what it says for all its journeys.
        preferences: text,
        preferences_revision: int,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("the shop itself"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

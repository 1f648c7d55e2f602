//! The table of passages.

use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_schema::table;

table! {
    /// Passages counted by hour: into a node (port empty), out of its ports, into failure (port `!`).
    pub PASSAGES: PassageRow = "passages" key [journey_id, version, node, port, hour] {
        journey_id: uuid => JourneyId,
        version: int => u32,
        node: text,
        port: text,
        hour: int,
        workspace_id: uuid => WorkspaceId,
        passed: int,
    }
    policy {
        shard: Shard::Journey { column: "journey_id" },
        merge: Merge::None,
        retention: Retention::Forever("counts about nobody"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

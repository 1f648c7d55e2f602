//! The table of versions.

use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Published versions of journeys; immutable.
    pub VERSIONS: VersionRow = "versions" key [journey_id, number] {
        journey_id: uuid => JourneyId,
        number: int => u32,
        workspace_id: uuid => WorkspaceId,
        hash: text,
        graph: text,
        note: text,
        published_by: text,
        published_at: int => Timestamp,
    }
    policy {
        shard: Shard::Journey { column: "journey_id" },
        merge: Merge::None,
        retention: Retention::Forever("the shop's own work"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

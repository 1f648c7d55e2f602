//! The table of journeys.

use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Journeys with their drafts.
    pub JOURNEYS: JourneyRow = "journeys" key [id] {
        id: uuid => JourneyId,
        workspace_id: uuid => WorkspaceId,
        slug: text,
        name: text,
        description: text,
        status: text,
        live_version: int null => u32,
        draft: text,
        draft_revision: int,
        created_at: int => Timestamp,
        updated_at: int => Timestamp,
        scenarios_revision: int,
        archived_from: text null,
        published_revision: int null,
    }
    policy {
        shard: Shard::Journey { column: "id" },
        merge: Merge::None,
        retention: Retention::Forever("the shop's own work"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

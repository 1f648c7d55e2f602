//! The table of scenarios.

use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Scenario tests kept with a journey.
    pub SCENARIOS: ScenarioRow = "scenarios" key [journey_id, name] {
        journey_id: uuid => JourneyId,
        name: text,
        workspace_id: uuid => WorkspaceId,
        body: text,
        updated_at: int => Timestamp,
    }
    policy {
        shard: Shard::Journey { column: "journey_id" },
        merge: Merge::None,
        retention: Retention::Forever("the shop's own work"),
        erasure: Erasure::Delete(&[Find::Mention(&["body"])]),
        export: Export::Columns(&["name", "body"]),
    }
}

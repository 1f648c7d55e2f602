//! The table of incidents.

use tradewind_nodes::id::{IncidentId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Runs and effects that need a person.
    pub INCIDENTS: IncidentRow = "incidents" key [id] {
        id: uuid => IncidentId,
        workspace_id: uuid => WorkspaceId,
        journey_id: uuid => JourneyId,
        version: int => u32,
        run_id: uuid => RunId,
        node: text,
        visit: int => u32,
        /// `run` or `delivery`.
        subject: text,
        problem: text,
        state: text,
        /// `retry`, `skip`, `abort`.
        resolution: text null,
        opened_at: int => Timestamp,
        resolved_at: int null => Timestamp,
    }
    policy {
        shard: Shard::Run { column: "run_id" },
        merge: Merge::None,
        retention: Retention::Aged(Aged::history("resolved_at", Path::Key)),
        erasure: Erasure::Delete(&[Find::Run("run_id")]),
        export: Export::Columns(&["problem", "state", "opened_at", "resolved_at"]),
    }
}

//! The table of runs.

use tradewind_nodes::id::{CustomerId, JourneyId, RunId, Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Runs: one subject's way through one version of a journey.
    pub RUNS: RunRow = "runs" key [id] {
        id: uuid => RunId,
        workspace_id: uuid => WorkspaceId,
        shard: int => Shard,
        journey_id: uuid => JourneyId,
        version: int => u32,
        customer_id: uuid null => CustomerId,
        /// None when any number may run; unique in its journey otherwise.
        run_key: text null,
        state: text,
        node: text,
        /// When the engine looks again without being told.
        due_at: int null => Timestamp,
        /// JSON: the state's data, the entry event, outputs, visits. Empty when only the key is kept.
        body: text,
        /// Transitions so far.
        seq: int,
        entered_at: int => Timestamp,
        updated_at: int => Timestamp,
        ended_at: int null => Timestamp,
        outcome: text null,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: Some("shard") },
        merge: Merge::Rekey { column: "customer_id", key: "run_key" },
        retention: Retention::Aged(Aged {
            // A key keeps its customer from entering again: it stays, with nothing beside it.
            thin: Some(Thin { which: "run_key IS NOT NULL", blank: ("body", "''") }),
            ..Aged::history("ended_at", Path::Age)
        }),
        erasure: Erasure::Delete(&[Find::Customer("customer_id")]),
        export: Export::Columns(&["id", "journey_id", "version", "state", "node", "body", "entered_at", "ended_at", "outcome"]),
    }
}

//! The table of deliveries.

use tradewind_nodes::effect::Effect;
use tradewind_nodes::id::{CustomerId, JourneyId, NodeId, RunId, Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Effects: in the outbox until they are settled, their own record afterwards.
    pub DELIVERIES: DeliveryRow = "deliveries" key [run_id, node, visit] {
        run_id: uuid => RunId,
        node: text => NodeId,
        visit: int => u32,
        /// A UUIDv7, for lists.
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        shard: int => Shard,
        journey_id: uuid => JourneyId,
        version: int => u32,
        customer_id: uuid null => CustomerId,
        /// `email`, `http`.
        channel: text,
        state: text,
        /// Whether the run waits for the outcome.
        awaited: bool,
        attempts: int => u32,
        /// The next attempt; None when settled.
        due_at: int null => Timestamp,
        /// The effect as rendered.
        effect: json => Effect,
        /// JSON: the receipt, the last problem, or why it was suppressed.
        result: text null,
        created_at: int => Timestamp,
        settled_at: int null => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: Some("shard") },
        merge: Merge::Move { column: "customer_id" },
        retention: Retention::With { table: "runs", column: "run_id", stay: "state IN ('pending', 'sending')" },
        erasure: Erasure::Delete(&[Find::Customer("customer_id"), Find::Run("run_id")]),
        export: Export::Columns(&["id", "channel", "state", "effect", "result", "created_at", "settled_at"]),
    }
}

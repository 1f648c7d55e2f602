//! The table of refusals.

use tradewind_nodes::id::{CustomerId, EventId, JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Entries that were refused, and why.
    pub REFUSALS: RefusalRow = "refusals" key [customer_id, id] {
        customer_id: uuid => CustomerId,
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        journey_id: uuid => JourneyId,
        version: int => u32,
        event_id: uuid null => EventId,
        reason: text,
        why: text,
        at: int => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: None },
        merge: Merge::Move { column: "customer_id" },
        retention: Retention::Aged(Aged::history("at", Path::Key)),
        erasure: Erasure::Delete(&[Find::Customer("customer_id")]),
        export: Export::Columns(&["journey_id", "version", "reason", "why", "at"]),
    }
}

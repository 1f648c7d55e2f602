//! The table of events.

use tradewind_nodes::JsonMap;
use tradewind_nodes::id::{CustomerId, EventId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// What customers did, by customer and time.
    pub EVENTS: EventRow = "events" key [customer_id, at, id] {
        customer_id: uuid => CustomerId,
        at: int => Timestamp,
        id: uuid => EventId,
        workspace_id: uuid => WorkspaceId,
        /// The call by which it came: `track`, `page`, …, or `internal`.
        r#type: text,
        name: text,
        properties: json => JsonMap,
        context: json => JsonMap,
        message_id: text,
        received_at: int => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: None },
        merge: Merge::Move { column: "customer_id" },
        retention: Retention::Aged(Aged { keep: Keep::LookedAt, ..Aged::history("received_at", Path::Workspace) }),
        erasure: Erasure::Delete(&[Find::Customer("customer_id")]),
        export: Export::Columns(&["id", "type", "name", "properties", "context", "message_id", "at", "received_at"]),
    }
}

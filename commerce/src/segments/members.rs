//! The table of who is in which segment.

use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// What is known of a customer and a segment.
    pub SEGMENT_MEMBERS: MemberRow = "segment_members" key [customer_id, segment] {
        customer_id: uuid => CustomerId,
        segment: text,
        workspace_id: uuid => WorkspaceId,
        inside: bool,
        since: int => Timestamp,
        /// When time alone may change it.
        changes_at: int null => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: None },
        merge: Merge::Drop { column: "customer_id" },
        retention: Retention::Forever("as long as customer and segment"),
        erasure: Erasure::Delete(&[Find::Customer("customer_id")]),
        export: Export::Columns(&["segment", "inside", "since"]),
    }
}

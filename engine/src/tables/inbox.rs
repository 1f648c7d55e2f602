//! The table of the inbox.

use tradewind_nodes::id::{Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// What came in and is not routed yet. A row goes in the commit that routes it.
    pub INBOX: InboxRow = "inbox" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        shard: int => Shard,
        kind: text,
        body: text,
        received_at: int => Timestamp,
    }
    policy {
        shard: Shard::Stored { column: "shard" },
        merge: Merge::None,
        retention: Retention::Used,
        erasure: Erasure::Delete(&[Find::Subject("body")]),
        export: Export::Columns(&["kind", "body", "received_at"]),
    }
}

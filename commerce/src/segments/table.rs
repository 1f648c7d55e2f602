//! The table of segments.

use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Segments: a name and who belongs to it.
    pub SEGMENTS: SegmentRow = "segments" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        name: text,
        predicate: json => Predicate,
        created_at: int => Timestamp,
        updated_at: int => Timestamp,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("the shop's own work"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

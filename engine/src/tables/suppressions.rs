//! The table of suppressed addresses.

use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// What erased people refused, by a keyed hash of their address: the address cannot be read from it.
    pub SUPPRESSIONS: SuppressionRow = "suppressions" key [workspace_id, address, channel, purpose] {
        workspace_id: uuid => WorkspaceId,
        address: uuid => Uuid,
        channel: text,
        purpose: text,
        status: word => ConsentStatus,
        at: int => Timestamp,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("a later import mails nobody"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

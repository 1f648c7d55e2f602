//! The table of idempotency keys.

use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Answers kept by `Idempotency-Key`.
    pub IDEMPOTENCY: IdempotencyRow = "idempotency" key [workspace_id, route, key] {
        workspace_id: uuid => WorkspaceId,
        route: text,
        key: text,
        fingerprint: bytes,
        /// None while the first request runs.
        status: int null,
        body: text null,
        created_at: int => Timestamp,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Aged(Aged::days("created_at", 1)),
        erasure: Erasure::Delete(&[Find::Mention(&["route", "key", "body"])]),
        export: Export::None,
    }
}

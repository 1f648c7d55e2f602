//! The table of sessions.

use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Browsers that signed in. `hash` is the SHA-256 of a browser's secret.
    pub SESSIONS: SessionRow = "sessions" key [hash] {
        hash: bytes,
        key_id: uuid => Uuid,
        created_at: int => Timestamp,
        expires_at: int => Timestamp,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Aged(Aged::days("expires_at", 0)),
        erasure: Erasure::None,
        export: Export::None,
    }
}

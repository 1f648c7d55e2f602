//! The table of API keys.

use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Keys of the API; only their hashes.
    pub API_KEYS: ApiKeyRow = "api_keys" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        name: text,
        /// The first characters, to tell keys apart in a list.
        prefix: text,
        /// SHA-256 of the key.
        hash: bytes,
        /// Separated by commas: ingest, read, write, admin.
        scopes: text,
        created_at: int => Timestamp,
        last_used_at: int null => Timestamp,
        revoked_at: int null => Timestamp,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Forever("who was let in"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

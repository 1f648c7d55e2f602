//! The table of identifiers that lead to somebody else.

use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Identifiers that lead to another customer than the one derived from them. `id` is what was derived.
    pub ALIASES: AliasRow = "aliases" key [id] {
        id: uuid => CustomerId,
        workspace_id: uuid => WorkspaceId,
        customer_id: uuid => CustomerId,
        created_at: int => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: None },
        merge: Merge::Move { column: "customer_id" },
        retention: Retention::Forever("until the person is erased"),
        // They stay: by them what an erased person's devices still send is known and dropped. They hold no identifier, only its hash.
        erasure: Erasure::Blank { find: &[Find::Customer("customer_id")], columns: &[] },
        export: Export::Columns(&["id", "created_at"]),
    }
}

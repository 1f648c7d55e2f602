//! The table of customers.

use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Everybody a shop knows. Who turned out to be somebody else stays as a mark that leads there; who was erased stays as a mark
    /// by which what comes late is dropped.
    pub CUSTOMERS: CustomerRow = "customers" key [id] {
        id: uuid => CustomerId,
        workspace_id: uuid => WorkspaceId,
        shard: int => Shard,
        user_id: text null,
        email: text null,
        name: text null,
        traits: json => JsonMap,
        tags: json => std::collections::BTreeSet<String>,
        consent: json => std::collections::BTreeMap<String, ConsentStatus>,
        created_at: int => Timestamp,
        updated_at: int => Timestamp,
        last_seen_at: int => Timestamp,
        merged_into: uuid null => CustomerId,
        erased_at: int null => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "id", stored: Some("shard") },
        merge: Merge::None,
        retention: Retention::Forever("until the person is erased"),
        erasure: Erasure::Blank {
            find: &[Find::Customer("id")],
            columns: &[
                ("user_id", "NULL"),
                ("email", "NULL"),
                ("name", "NULL"),
                ("traits", "'{}'"),
                ("tags", "'[]'"),
                ("consent", "'{}'"),
            ],
        },
        export: Export::Columns(&[
            "id", "user_id", "email", "name", "traits", "tags", "consent", "created_at", "updated_at", "last_seen_at", "merged_into",
        ]),
    }
}

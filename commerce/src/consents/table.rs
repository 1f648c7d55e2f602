//! The table of consents.

use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Every change of consent with its proof; append-only.
    pub CONSENTS: ConsentRow = "consents" key [customer_id, id] {
        customer_id: uuid => CustomerId,
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        channel: text,
        purpose: text,
        status: word => ConsentStatus,
        source: text,
        /// JSON: the text shown, the form's address, whatever proves it.
        proof: text,
        at: int => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: None },
        merge: Merge::Move { column: "customer_id" },
        retention: Retention::Forever("proof that somebody agreed"),
        erasure: Erasure::Law {
            find: &[Find::Customer("customer_id")],
            columns: &[("proof", "'null'")],
            from: "at",
            years: 3,
            duty: "that consent was given or withdrawn must be shown (GDPR Art. 7 (1))",
        },
        export: Export::Columns(&["channel", "purpose", "status", "source", "proof", "at"]),
    }
}

//! The table of caught mails.

use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// The built-in mail catcher. `id` is the delivery's.
    pub MAILS: MailRow = "mails" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        recipient: text,
        sender: text,
        subject: text,
        html: text,
        text: text,
        headers: text,
        at: int => Timestamp,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Aged(Aged::history("at", Path::Age)),
        erasure: Erasure::Delete(&[Find::Delivery("id"), Find::Mention(&["recipient"])]),
        export: Export::Columns(&["recipient", "sender", "subject", "text", "at"]),
    }
}

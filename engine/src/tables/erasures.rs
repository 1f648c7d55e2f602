//! The table of erasures.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

/// What was done to erase a person.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Certificate {
    /// Rows deleted, by table.
    pub deleted: BTreeMap<String, u64>,
    /// Rows that stay as a mark and hold nothing personal any more, by table.
    pub blanked: BTreeMap<String, u64>,
    /// Rows that the law wants, without what could be left out of them.
    pub kept: Vec<Kept>,
    /// Journeys that ended because of it.
    pub ended_runs: u64,
    /// Addresses of which a keyed hash is kept, so that nobody mails them again.
    pub suppressed: u64,
}

/// Rows that the law wants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
    /// Until when the youngest of them.
    pub until: Timestamp,
    /// Which duty it is.
    pub duty: String,
}

table! {
    /// People who are erased or were, and what was done.
    pub ERASURES: ErasureRow = "erasures" key [id] {
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        customer_id: uuid => CustomerId,
        asked_at: int => Timestamp,
        /// The name of the API key.
        asked_by: text,
        /// JSON: how far it is; empty when it is done, because it holds what the person is called.
        progress: text,
        certificate: json => Certificate,
        finished_at: int null => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: None },
        merge: Merge::None,
        retention: Retention::Forever("proof that somebody was erased"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

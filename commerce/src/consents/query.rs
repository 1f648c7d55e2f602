//! The history of a customer's consent.

use crate::reading::{ReadError, at, below, json, word};
use tradewind_nodes::Json;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Row, Statements};
use uuid::Uuid;

/// One change of consent.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsentRecord {
    /// Its id.
    pub id: Uuid,
    /// `email`, `sms`, ….
    pub channel: String,
    /// `marketing`, ….
    pub purpose: String,
    /// `granted`, `denied` or `withdrawn`.
    pub status: ConsentStatus,
    /// How: `api`, `form`, `unsubscribe`, `import`.
    pub source: String,
    /// Whatever proves it.
    pub proof: Json,
    /// When.
    pub at: Timestamp,
}

const HISTORY: &str = "SELECT id, channel, purpose, status, source, proof, at FROM consents \
    WHERE customer_id = $1 AND workspace_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4";

/// Every statement of this module.
pub static STATEMENTS: Statements = Statements(&[HISTORY]);

/// The changes of a customer's consent, the newest first, below the id `before`.
pub async fn history(
    db: &Db,
    workspace: WorkspaceId,
    customer: CustomerId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ConsentRecord>, ReadError> {
    let args = vec![customer.0.into(), workspace.0.into(), below(before).into(), limit.into()];
    db.query(HISTORY, args).await?.iter().map(record).collect()
}

fn record(row: &Row) -> Result<ConsentRecord, ReadError> {
    let id = row.uuid(0)?;
    Ok(ConsentRecord {
        id,
        channel: row.text(1)?.to_owned(),
        purpose: row.text(2)?.to_owned(),
        status: word(row, 3, format_args!("the status of consent {id}"))?,
        source: row.text(4)?.to_owned(),
        proof: json(row, 5, format_args!("the proof of consent {id}"))?,
        at: at(row, 6)?,
    })
}

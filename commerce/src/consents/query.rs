//! The history of a customer's consent.

use crate::reading::{ReadError, below};
use tradewind_nodes::Json;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Statements};
use uuid::Uuid;

record! {
    /// One change of consent.
    #[derive(PartialEq)]
    pub struct ConsentRecord of "consents" key [id] {
        /// Its id.
        id: uuid => Uuid,
        /// `email`, `sms`, ….
        channel: text,
        /// `marketing`, ….
        purpose: text,
        /// `granted`, `denied` or `withdrawn`.
        status: word => ConsentStatus,
        /// How: `api`, `form`, `unsubscribe`, `import`.
        source: text,
        /// Whatever proves it.
        proof: json => Json,
        /// When.
        at: int => Timestamp,
    }
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
    Ok(db.query(HISTORY, args).await?.read()?)
}

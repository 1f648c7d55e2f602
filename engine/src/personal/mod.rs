//! Personal data: everything kept about a person, told to them ([`Export`]); and its end.
//!
//! Both follow from what the tables declare: whose rows are ([`parts`]), what a person is told of them, what becomes of them. An erasure
//! is a row that is asked for ([`ask`]) and carried out by the lane, a page at a time ([`erase`]): the person is marked, so that nothing
//! is taken in or sent for them; their runs end; what is on its way arrives; rows go or are overwritten; SQLite's log is emptied; and a
//! certificate says what was done. The row says how far it is, so a new process goes on where the last one was.

mod erase;
mod export;
mod identity;
mod parts;

use crate::tables::erasures::{ERASURES, ErasureRow};
use crate::{EngineError, Environment};
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{insert, record};
use tradewind_store::{Batch, Db, Insert};
use uuid::Uuid;

pub use crate::tables::erasures::{Certificate, Kept};
pub use export::{Export, ExportPage};

pub(crate) use erase::{Means, open, page};

const ONE: &str =
    "SELECT id, customer_id, asked_at, asked_by, finished_at, certificate FROM erasures WHERE workspace_id = $1 AND id = $2 LIMIT 1";
const ASKED: &str = "SELECT id FROM erasures WHERE customer_id = $1 AND workspace_id = $2 ORDER BY id LIMIT 1";

/// Makes a keyed hash of an address in lower case: the same for the same address, and nothing to who has not the key.
pub type AddressHash = std::sync::Arc<dyn Fn(&str) -> Uuid + Send + Sync>;

static NEW: Insert = insert!(ERASURES: ErasureRow);

/// Every statement of this module.
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    [ONE, ASKED].into_iter().chain(identity::STATEMENTS.iter().chain(erase::STATEMENTS).copied()).chain(parts::statements())
}

record! {
    /// An erasure, under way or done.
    pub struct Erasure of "erasures" key [id] {
        /// Its id.
        id: uuid => Uuid,
        /// Whose; the id alone is left of them.
        customer_id: uuid => CustomerId,
        /// When it was asked for.
        asked_at: int => Timestamp,
        /// By whom: the name of the API key.
        asked_by: text,
        /// When it was done; None while it is under way.
        finished_at: int null => Timestamp,
        /// What was done so far, or altogether.
        certificate: json => Certificate,
    }
}

/// An erasure by its id.
///
/// # Errors
/// When the database cannot be read or the row does not read.
pub async fn find(db: &Db, workspace: WorkspaceId, id: Uuid) -> Result<Option<Erasure>, EngineError> {
    Ok(db.query(ONE, vec![workspace.0.into(), id.into()]).await?.first_as()?)
}

/// The id of the erasure of a person, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn asked_for(db: &Db, workspace: WorkspaceId, customer: CustomerId) -> Result<Option<Uuid>, EngineError> {
    Ok(db.query(ASKED, vec![customer.0.into(), workspace.0.into()]).await?.value("id")?)
}

/// Deletes what was kept of erased people because a law wanted it, and wants it no more. A page; gives how many rows.
pub(crate) async fn forget(db: &Db, now: Timestamp) -> Result<u64, EngineError> {
    let mut rows = 0;
    for part in parts::PARTS.iter() {
        rows += part.forget(db, now).await?;
    }
    Ok(rows)
}

/// Asks for an erasure; gives its id, or that of the one that was asked for before.
pub(crate) async fn ask(db: &Db, env: &Environment, workspace: WorkspaceId, customer: CustomerId, by: &str) -> Result<Uuid, EngineError> {
    if let Some(known) = asked_for(db, workspace, customer).await? {
        return Ok(known);
    }
    let id = env.id();
    let row = ErasureRow {
        id,
        workspace_id: workspace,
        customer_id: customer,
        asked_at: env.now(),
        asked_by: by.replace('\0', "\u{fffd}"),
        progress: String::new(),
        certificate: Certificate::default(),
        finished_at: None,
    };
    let mut batch = Batch::new();
    batch.insert(&NEW, [row.values()]);
    db.commit(batch).await?;
    metrics::counter!("tradewind_erasures_total").increment(1);
    Ok(id)
}

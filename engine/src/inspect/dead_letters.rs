//! Dead letters: what came in and could not be routed, kept for a person.

use crate::incoming::{Arrival, Incoming};
use crate::tables::dead_letters::DEAD_LETTERS;
use crate::{Engine, EngineError};
use tradewind_commerce::reading::{ReadError, below};
use tradewind_nodes::Json;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{delete, record};
use tradewind_store::{Batch, Db, Delete, StoreError, Value};
use uuid::Uuid;

/// A dead letter.
#[derive(Clone, PartialEq, Debug)]
pub struct DeadLetter {
    /// Its id.
    pub id: Uuid,
    /// What it is: `event`, `profile`, `merge`, `start`, `tick`, ….
    pub kind: String,
    /// Why it could not be routed.
    pub problem: String,
    /// What came in.
    pub body: Json,
    /// When it was put aside.
    pub at: Timestamp,
}

pub(super) const LIST: &str = "SELECT id, kind, problem, body, at FROM \
    (SELECT id, kind, problem, body, at FROM dead_letters WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3) AS looked \
    WHERE CAST($4 AS text) IS NULL OR kind = $4 ORDER BY id DESC LIMIT $5";
pub(super) const ONE: &str = "SELECT id, kind, problem, body, at FROM dead_letters WHERE workspace_id = $1 AND id = $2 LIMIT 1";
static GONE: Delete = delete!(DEAD_LETTERS, key [id, workspace_id]).expect_all();

/// Dead letters looked at for one page.
const LOOKED_AT: i64 = 50_000;

/// Why a dead letter was not routed again.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The database, or the engine is full or stops.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It is not there, or not any more.
    #[error("dead letter {0} is not there any more: somebody has retried or dropped it")]
    Gone(Uuid),
    /// It cannot be read.
    #[error("dead letter {id} cannot be read ({message}): drop it")]
    Unreadable {
        /// Which.
        id: Uuid,
        /// What is wrong with it.
        message: String,
    },
}

/// Dead letters, the newest first, below the id `before`; of one kind when given.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    kind: Option<&str>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<DeadLetter>, ReadError> {
    let look = if kind.is_some() { LOOKED_AT } else { limit };
    let args = vec![workspace.0.into(), below(before).into(), look.into(), Value::from(kind), limit.into()];
    Ok(db.query(LIST, args).await?.read()?.into_iter().map(letter).collect())
}

/// One dead letter.
pub async fn get(db: &Db, workspace: WorkspaceId, id: Uuid) -> Result<Option<DeadLetter>, ReadError> {
    Ok(db.query(ONE, vec![workspace.0.into(), id.into()]).await?.first_as()?.map(letter))
}

/// Routes dead letters again: they leave the pile in the commit that takes them in.
///
/// # Errors
/// When one cannot be read or is gone: none is routed then.
pub async fn retry(engine: &Engine, workspace: WorkspaceId, letters: &[DeadLetter]) -> Result<(), LetterError> {
    let mut arrivals = Vec::with_capacity(letters.len());
    for letter in letters {
        let incoming: Incoming = serde_json::from_value(letter.body.clone())
            .map_err(|error| LetterError::Unreadable { id: letter.id, message: error.to_string() })?;
        arrivals.push(Arrival { workspace, incoming, received_at: engine.env().now() });
    }
    match engine.accept_with(arrivals, gone(workspace, letters)).await {
        Err(EngineError::Store(StoreError::Conflict { .. })) => Err(LetterError::Gone(letters.first().map_or(Uuid::nil(), |l| l.id))),
        other => Ok(other?),
    }
}

/// Drops dead letters.
///
/// # Errors
/// When one is gone: none is dropped then.
pub async fn drop_them(db: &Db, workspace: WorkspaceId, letters: &[DeadLetter]) -> Result<(), LetterError> {
    match db.commit(gone(workspace, letters)).await {
        Err(StoreError::Conflict { .. }) => Err(LetterError::Gone(letters.first().map_or(Uuid::nil(), |l| l.id))),
        other => other.map(drop).map_err(|error| EngineError::Store(error).into()),
    }
}

fn gone(workspace: WorkspaceId, letters: &[DeadLetter]) -> Batch {
    let mut batch = Batch::new();
    batch.delete(&GONE, letters.iter().map(|letter| [Value::from(letter.id), workspace.0.into()]));
    batch
}

record! {
    struct Found of "dead_letters" key [id] {
        id: uuid => Uuid,
        kind: text,
        problem: text,
        body: text,
        at: int => Timestamp,
    }
}

fn letter(row: Found) -> DeadLetter {
    // What cannot be read is shown as it is.
    let body = serde_json::from_str(&row.body).unwrap_or_else(|_| row.body.into());
    DeadLetter { id: row.id, kind: row.kind, problem: row.problem, body, at: row.at }
}

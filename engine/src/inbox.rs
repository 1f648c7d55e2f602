//! Inbox rows: written by the doors and by runs, taken by the lane.

use crate::tables::dead_letters::{DEAD_LETTERS as LETTERS, DeadLetterRow};
use crate::tables::inbox::{INBOX, InboxRow};
use crate::{EngineError, Environment};
use tradewind_core::message::{Arrival, Pending};
use tradewind_nodes::id::{Shard, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{delete, insert};
use tradewind_store::{Conflict, Delete, Insert, Row, Value};

/// A page of rows that are not routed yet, oldest first, after an id.
pub(crate) const PENDING: &str = "SELECT id, workspace_id, body, received_at FROM inbox WHERE id > $1 ORDER BY id LIMIT $2";

/// Adds rows. An id that is there already is the same row (a schedule's tick): it is not added twice.
pub(crate) static ADD: Insert = insert!(INBOX: InboxRow).on_conflict(Conflict::Ignore);

/// The name of the table.
pub(crate) const NAME: &str = INBOX.name;

/// Takes rows away; each must be there, or somebody else has routed it and the whole batch is void.
pub(crate) static TAKE: Delete = delete!(INBOX, key[id]).expect_all();

/// Puts aside what cannot be routed.
pub(crate) static DEAD_LETTERS: Insert = insert!(LETTERS: DeadLetterRow).on_conflict(Conflict::Ignore);

/// What came in as a row of the inbox.
pub(crate) fn row(env: &Environment, arrival: Arrival) -> Pending {
    Pending { id: Some(env.id()), workspace: arrival.workspace, incoming: arrival.incoming, received_at: arrival.received_at }
}

/// The values of [`ADD`].
pub(crate) fn values(pending: &Pending) -> Vec<Value> {
    vec![
        pending.id.unwrap_or_default().into(),
        pending.workspace.0.into(),
        Shard::of(pending.workspace, pending.incoming.subject(pending.workspace)).0.into(),
        pending.incoming.kind().into(),
        Value::json(&pending.incoming),
        pending.received_at.micros().into(),
    ]
}

/// Reads a row of [`PENDING`].
pub(crate) fn read(row: &Row) -> Result<Pending, EngineError> {
    let incoming = serde_json::from_str(row.text(2)?)
        .map_err(|error| EngineError::Row { table: "inbox", message: format!("{}: {error}", row.uuid(0).unwrap_or_default()) })?;
    Ok(Pending { id: Some(row.uuid(0)?), workspace: WorkspaceId(row.uuid(1)?), incoming, received_at: Timestamp::from_micros(row.int(3)?) })
}

//! Effects that wait in the database: found when they are due, marked before they are tried, taken up after a restart.

use super::settle::{Settled, rows};
use crate::EngineError;
use crate::delivery::{HANDED_OVER, OutboxRow};
use crate::handle::Shared;
use crate::incoming::Pending;
use std::sync::Arc;
use tradewind_nodes::effect::Effect;
use tradewind_nodes::id::{CustomerId, EffectKey, JourneyId, NodeId, RunId, Shard, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{ReadError, record};
use tradewind_store::{Batch, Expect, StoreError, Ty, Update, Value};
use uuid::Uuid;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT run_id, node, visit, id, workspace_id, shard, journey_id, version, customer_id, awaited, attempts, created_at, ",
            "due_at, effect FROM deliveries WHERE ",
            $rest
        )
    };
}
/// In the order in which they take turns ([`OutboxRow::turn`]).
const DUE: &str = select!("due_at <= $1 ORDER BY due_at, run_id, id LIMIT $2");
/// What was marked before it was tried and never settled may have happened: at most once means it is not tried again.
const UNCERTAIN: &str = select!("state = 'sending' AND id > $1 ORDER BY id LIMIT $2");
static MARK: Update = Update::new(
    "deliveries",
    &[("run_id", Ty::Uuid), ("node", Ty::Text), ("visit", Ty::Int), ("state", Ty::Text)],
    &[("state", Ty::Text), ("due_at", Ty::Int)],
)
.expect_all();
/// What an earlier process had in memory, and had not tried: it keeps its turn.
const LEFT_BEHIND: &str = "UPDATE deliveries SET due_at = created_at WHERE due_at > $1 AND state = 'pending' AND attempts = 0";
pub(crate) const STATEMENTS: &[&str] = &[DUE, UNCERTAIN, LEFT_BEHIND];

/// Rows read at a time, beside those in hand.
const PAGE: i64 = 1_000;

/// Effects that are due, in their turn.
pub(super) struct Page {
    pub rows: Vec<OutboxRow>,
    /// Whether there may be more.
    pub more: bool,
}

/// The effects that are due: a page of them beside the `in_hand` that are being sent and not written down yet.
pub(super) async fn due(shared: &Shared, now: Timestamp, in_hand: usize) -> Result<Page, EngineError> {
    let limit = PAGE + i64::try_from(in_hand).unwrap_or(0);
    let found = shared.db.query(DUE, vec![now.micros().into(), limit.into()]).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) == limit;
    Ok(Page { rows: found.each::<Waiting>()?.filter_map(readable).collect(), more })
}

/// Closes what an earlier process was in the middle of and may not try again, and gives what the runs that wait for it are told.
pub(super) async fn take_up(shared: &Shared) -> Result<Vec<Pending>, EngineError> {
    let problem = Problem::new(
        "delivery.uncertain",
        "the server stopped while this was being sent, and it may be sent at most once: look at the receiver",
    );
    let mut batch = Batch::new();
    batch.execute(LEFT_BEHIND, vec![shared.env.now().minus(HANDED_OVER).micros().into()], Expect::Any);
    shared.commit(batch).await?;
    let (mut after, mut told) = (Uuid::nil(), Vec::new());
    loop {
        let found = shared.db.query(UNCERTAIN, vec![after.into(), Value::Int(PAGE)]).await?;
        let Some(last) = found.clone().column::<Uuid>("id")?.pop() else { return Ok(told) };
        after = last;
        let failed = |row: OutboxRow| Settled::Failed { attempts: row.attempts + 1, row, problem: problem.clone() };
        let settled: Vec<(Uuid, Settled)> =
            found.each::<Waiting>()?.filter_map(readable).map(|row| (shared.env.id(), failed(row))).collect();
        let (batch, pending) = rows(shared, &settled);
        shared.commit(batch).await?;
        told.extend(pending);
    }
}

/// Marks effects that may happen at most once before they are tried, in one commit; gives those that may be tried.
pub(super) async fn mark(shared: &Shared, rows: Vec<OutboxRow>) -> (Vec<OutboxRow>, Vec<OutboxRow>) {
    if rows.is_empty() {
        return (rows, Vec::new());
    }
    match shared.commit(marks(&rows)).await {
        Ok(()) => return (rows, Vec::new()),
        // One of them is settled or marked already.
        Err(StoreError::Conflict { .. }) if rows.len() > 1 => {}
        Err(StoreError::Conflict { .. }) => return (Vec::new(), rows),
        Err(error) => {
            tracing::error!(%error, count = rows.len(), "effects could not be marked and are not sent now");
            return (Vec::new(), rows);
        }
    }
    let (mut marked, mut refused) = (Vec::new(), Vec::new());
    for row in rows {
        match shared.commit(marks(std::slice::from_ref(&row))).await {
            Ok(()) => marked.push(row),
            Err(_) => refused.push(row),
        }
    }
    (marked, refused)
}

fn marks(rows: &[OutboxRow]) -> Batch {
    let mut batch = Batch::new();
    let values = |row: &OutboxRow| -> [Value; 6] {
        let key = &row.key;
        [key.run.0.into(), key.node.as_str().into(), key.visit.into(), "pending".into(), "sending".into(), Value::Null]
    };
    batch.update(&MARK, rows.iter().map(values));
    batch
}

record! {
    struct Waiting of "deliveries" key [run_id, node, visit] {
        run_id: uuid => RunId,
        node: text => NodeId,
        visit: int => u32,
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        shard: int => Shard,
        journey_id: uuid => JourneyId,
        version: int => u32,
        customer_id: uuid null => CustomerId,
        awaited: bool,
        attempts: int => u32,
        created_at: int => Timestamp,
        due_at: int null => Timestamp,
        effect: json => Effect,
    }
}

/// The effect of a row. One that does not read is said loudly and left alone: it must not stop others.
fn readable(row: Result<Waiting, ReadError>) -> Option<OutboxRow> {
    let row = row.inspect_err(|error| tracing::error!(%error, "a delivery cannot be read: it stays where it is")).ok()?;
    Some(OutboxRow {
        id: row.id,
        key: EffectKey { run: row.run_id, node: row.node, visit: row.visit },
        workspace: row.workspace_id,
        shard: row.shard,
        journey: row.journey_id,
        version: row.version,
        customer: row.customer_id,
        awaited: row.awaited,
        attempts: row.attempts,
        created_at: row.created_at,
        due_at: row.due_at.unwrap_or(row.created_at),
        effect: Arc::new(row.effect),
    })
}

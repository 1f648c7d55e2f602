//! Paged rows of the inbox, which stand for many: each brings a page of rows and the row that goes on behind it. They are written in the commit
//! that takes the row away, so that after a crash the work goes on where it was.

use crate::incoming::{Incoming, Order, Pending, Remedy};
use crate::inspect::incidents::{self, IncidentFilter};
use crate::{EngineError, Environment};
use tradewind_commerce::reading::ReadError;
use tradewind_core::schedule::FanOutPage;
use tradewind_nodes::id::{CustomerId, IncidentId, JourneyId, RunId, WorkspaceId};
use tradewind_store::Db;
use uuid::Uuid;

/// Customers of a page of a fan-out.
const FAN_OUT_PAGE: i64 = 500;
const AUDIENCE: &str =
    "SELECT id FROM customers WHERE workspace_id = $1 AND id > $2 AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT $3";
/// Every statement of this module.
pub(crate) const STATEMENTS: &[&str] = &[AUDIENCE, INSIDE];

const INSIDE: &str = "SELECT id FROM runs WHERE journey_id = $1 AND workspace_id = $2 AND ended_at IS NULL \
    AND id > $3 AND id < $4 ORDER BY id LIMIT $5";

/// Runs that are given orders in one commit.
const PAGE: i64 = if cfg!(test) { 7 } else { 500 };

/// Whether a row is to be read a page at a time.
pub(crate) fn is_paged(incoming: &Incoming) -> bool {
    matches!(incoming, Incoming::FanOut { .. } | Incoming::Backfill { .. } | Incoming::Empty { .. } | Incoming::Settle { .. })
}

/// The next page of a row that stands for many.
pub(crate) async fn page(db: &Db, env: &Environment, pending: &Pending) -> Result<Vec<Pending>, EngineError> {
    let workspace = pending.workspace;
    let orders = match &pending.incoming {
        Incoming::FanOut { journey, node, at, after } => {
            let page = customers(db, workspace, *after).await?;
            return Ok(page.ticks(&mut env.clone(), workspace, (*journey, node), *at, env.now()));
        }
        Incoming::Backfill { after } => {
            let page = customers(db, workspace, *after).await?;
            return Ok(page.evaluations(&mut env.clone(), workspace, env.now()));
        }
        Incoming::Empty { journey, reason, after, below } => empty(db, workspace, *journey, reason, (*after, *below)).await?,
        Incoming::Settle { fits, remedy, by, below } => settle(db, workspace, fits, *remedy, by, *below).await?,
        _ => Vec::new(),
    };
    let row = |incoming| Pending { id: Some(env.id()), workspace, incoming, received_at: pending.received_at };
    Ok(orders.into_iter().map(row).collect())
}

/// The next page of a workspace's customers.
async fn customers(db: &Db, workspace: WorkspaceId, after: Option<CustomerId>) -> Result<FanOutPage, EngineError> {
    let from = after.map_or(Uuid::nil(), |customer| customer.0);
    let rows = db.query(AUDIENCE, vec![workspace.0.into(), from.into(), FAN_OUT_PAGE.into()]).await?;
    let customers = rows.iter().map(|row| row.uuid(0).map(CustomerId)).collect::<Result<Vec<_>, _>>()?;
    let next = customers.last().copied().filter(|_| i64::try_from(rows.len()).is_ok_and(|rows| rows == FAN_OUT_PAGE));
    Ok(FanOutPage { customers, next })
}

fn full(rows: usize) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows == PAGE)
}

async fn empty(
    db: &Db,
    workspace: WorkspaceId,
    journey: JourneyId,
    reason: &str,
    (after, below): (Option<RunId>, RunId),
) -> Result<Vec<Incoming>, EngineError> {
    let from = after.map_or(Uuid::nil(), |run| run.0);
    let args = vec![journey.0.into(), workspace.0.into(), from.into(), below.0.into(), PAGE.into()];
    let found = db.query(INSIDE, args).await?;
    let runs = found.iter().map(|row| row.uuid(0).map(RunId)).collect::<Result<Vec<_>, _>>()?;
    let order = || Order::Cancel { reason: reason.to_owned(), incident: None };
    let mut orders: Vec<Incoming> = runs.iter().map(|run| Incoming::Control { run: *run, order: order() }).collect();
    if let Some(last) = runs.last().filter(|_| full(runs.len())) {
        orders.push(Incoming::Empty { journey, reason: reason.to_owned(), after: Some(*last), below });
    }
    Ok(orders)
}

async fn settle(
    db: &Db,
    workspace: WorkspaceId,
    fits: &IncidentFilter,
    remedy: Remedy,
    by: &str,
    below: IncidentId,
) -> Result<Vec<Incoming>, EngineError> {
    // Orders are carried out later and a retry may fail again: going down by id meets each incident once.
    let found = incidents::page(db, workspace, fits, Some(below.0), PAGE).await.map_err(|error| match error {
        ReadError::Store(error) => EngineError::Store(error),
        ReadError::Corrupt { thing, message } => EngineError::Row { table: "incidents", message: format!("{thing}: {message}") },
    })?;
    let order = |incident: &incidents::IncidentView| remedy.order(incident.id, &incident.problem, by);
    let mut orders: Vec<Incoming> = found.iter().map(|one| Incoming::Control { run: one.run, order: order(one) }).collect();
    if let Some(last) = found.last().filter(|_| full(found.len())) {
        orders.push(Incoming::Settle { fits: fits.clone(), remedy, by: by.to_owned(), below: last.id });
    }
    Ok(orders)
}

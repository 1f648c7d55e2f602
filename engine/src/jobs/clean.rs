//! Retention and clean-up: history is dropped by time, in small batches; what belongs to a live run stays.

use crate::EngineError;
use crate::clock::first_id;
use crate::handle::Shared;
use serde::{Deserialize, Serialize};
use tradewind_core::state::day;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Batch, Delete, Expect, Ty, Value};
use uuid::Uuid;

/// Rows dropped in one commit.
const PAGE: i64 = 500;
/// Commits of one kind in one job; what is left waits for the next.
const PAGES: usize = 200;

const OLD_RUNS: &str =
    "SELECT id FROM runs WHERE ended_at IS NOT NULL AND ended_at < $1 AND run_key IS NULL AND id < $2 ORDER BY id LIMIT $3";
const OLD_EVENTS: &str =
    "SELECT customer_id, at, id FROM events WHERE received_at < $1 AND workspace_id = $2 ORDER BY received_at LIMIT $3";
const WORKSPACES: &str = "SELECT id FROM workspaces ORDER BY id LIMIT $1";
const OLD_REFUSALS: &str = "SELECT customer_id, id FROM refusals WHERE journey_id = $1 AND id < $2 ORDER BY id LIMIT $3";
const JOURNEYS: &str = "SELECT id FROM journeys ORDER BY id LIMIT $1";
const OLD_MESSAGES: &str = "DELETE FROM messages WHERE day < $1";
const OLD_MAILS: &str = "DELETE FROM mails WHERE at < $1";
const OLD_INCIDENTS: &str = "DELETE FROM incidents WHERE state = 'resolved' AND resolved_at < $1";
/// Every fixed statement of the clean-up.
pub(super) const STATEMENTS: &[&str] =
    &[OLD_RUNS, OLD_EVENTS, WORKSPACES, OLD_REFUSALS, JOURNEYS, OLD_MESSAGES, OLD_MAILS, OLD_INCIDENTS, STEPS_OF, DELIVERIES_OF, TASKS_OF];
const STEPS_OF: &str = "DELETE FROM steps WHERE run_id = ANY($1)";
const DELIVERIES_OF: &str = "DELETE FROM deliveries WHERE run_id = ANY($1) AND state IN ('sent', 'failed', 'suppressed')";
const TASKS_OF: &str = "DELETE FROM tasks WHERE run_id = ANY($1)";
static RUNS: Delete = Delete::new("runs", &[("id", Ty::Uuid)]);
static EVENTS: Delete = Delete::new("events", &[("customer_id", Ty::Uuid), ("at", Ty::Int), ("id", Ty::Uuid)]);
static REFUSALS: Delete = Delete::new("refusals", &[("customer_id", Ty::Uuid), ("id", Ty::Uuid)]);

/// A job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Job {
    /// Drops history older than the retention.
    Retention,
    /// Drops message ids older than the two days in which a repeat is known.
    LookBack,
}

/// Does a job. A job that is done twice does no harm.
pub(super) async fn perform(shared: &Shared, job: Job) -> Result<(), EngineError> {
    let now = shared.env.now();
    match job {
        Job::LookBack => {
            let mut batch = Batch::new();
            batch.execute(OLD_MESSAGES, vec![(day(now) - 2).into()], Expect::Any);
            shared.db.commit(batch).await?;
        }
        Job::Retention => {
            let before = now.minus(shared.settings.retention);
            runs(shared, before).await?;
            events(shared, before).await?;
            refusals(shared, before).await?;
            let mut batch = Batch::new();
            batch.execute(OLD_MAILS, vec![before.micros().into()], Expect::Any);
            batch.execute(OLD_INCIDENTS, vec![before.micros().into()], Expect::Any);
            shared.db.commit(batch).await?;
        }
    }
    Ok(())
}

/// Ended runs with their steps and deliveries. A run that holds a key stays: it is what keeps its customer from entering again.
async fn runs(shared: &Shared, before: Timestamp) -> Result<(), EngineError> {
    for _ in 0..PAGES {
        let args = vec![before.micros().into(), first_id(before).into(), Value::Int(PAGE)];
        let rows = shared.db.query(OLD_RUNS, args).await?;
        let ids = rows.iter().map(|row| row.uuid(0)).collect::<Result<Vec<Uuid>, _>>()?;
        if ids.is_empty() {
            break;
        }
        let mut batch = Batch::new();
        for sql in [STEPS_OF, DELIVERIES_OF, TASKS_OF] {
            batch.execute(sql, vec![ids.clone().into()], Expect::Any);
        }
        batch.delete(&RUNS, ids.iter().map(|id| [Value::from(*id)]));
        shared.db.commit(batch).await?;
    }
    Ok(())
}

/// Events older than the retention and than every window a live version looks back.
async fn events(shared: &Shared, before: Timestamp) -> Result<(), EngineError> {
    let mut before = before;
    for live in shared.catalogs.now().live.workspaces.values().flat_map(|w| w.journeys.values()) {
        match live.program.longest_window() {
            Some(window) => before = before.min(shared.env.now().minus(window).minus(Duration::from_days(1))),
            None => return Ok(()),
        }
    }
    for workspace in shared.db.query(WORKSPACES, vec![Value::Int(10_000)]).await? {
        for _ in 0..PAGES {
            let args = vec![before.micros().into(), workspace.uuid(0)?.into(), Value::Int(PAGE)];
            let rows = shared.db.query(OLD_EVENTS, args).await?;
            if rows.is_empty() {
                break;
            }
            let mut batch = Batch::new();
            let keys = rows.iter().map(|row| Ok([row.uuid(0)?.into(), row.int(1)?.into(), row.uuid(2)?.into()]));
            batch.delete(&EVENTS, keys.collect::<Result<Vec<[Value; 3]>, EngineError>>()?);
            shared.db.commit(batch).await?;
        }
    }
    Ok(())
}

async fn refusals(shared: &Shared, before: Timestamp) -> Result<(), EngineError> {
    for journey in shared.db.query(JOURNEYS, vec![Value::Int(10_000)]).await? {
        for _ in 0..PAGES {
            let args = vec![journey.uuid(0)?.into(), first_id(before).into(), Value::Int(PAGE)];
            let rows = shared.db.query(OLD_REFUSALS, args).await?;
            if rows.is_empty() {
                break;
            }
            let mut batch = Batch::new();
            let keys = rows.iter().map(|row| Ok([row.uuid(0)?.into(), row.uuid(1)?.into()]));
            batch.delete(&REFUSALS, keys.collect::<Result<Vec<[Value; 2]>, EngineError>>()?);
            shared.db.commit(batch).await?;
        }
    }
    Ok(())
}

//! Retention: history goes as its tables say ([`Retention`]), a page a commit, until none is left that is older than it may be.

use crate::clock::first_id;
use crate::handle::Shared;
use crate::tables::sweep::{SWEEPS, Sweep};
use crate::{EngineError, personal};
use serde::{Deserialize, Serialize};
use tradewind_core::state::day;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_schema::policy::{Keep, Path, Unit};
use tradewind_store::{Batch, Expect, Row, Value};
use uuid::Uuid;

/// Rows dropped in one commit.
const PAGE: i64 = 500;

const WORKSPACES: &str = "SELECT id FROM workspaces ORDER BY id LIMIT $1";
/// The statements of the clean-up that do not follow from the tables.
pub(super) const STATEMENTS: &[&str] = &[WORKSPACES];

/// A job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// Drops history older than the retention.
    Retention,
    /// Drops what is kept for days only: message ids, answers, sessions.
    LookBack,
}

/// Does a job. A job that is done twice does no harm.
pub(crate) async fn perform(shared: &Shared, job: Job) -> Result<(), EngineError> {
    for sweep in SWEEPS.iter() {
        if matches!(sweep.aged.keep, Keep::Days(_)) != (job == Job::LookBack) {
            continue;
        }
        let Some(before) = cutoff(shared, sweep.aged.keep) else { continue };
        let swept = sweep_table(shared, sweep, before).await?;
        if swept > 0 {
            metrics::counter!("tradewind_retention_rows_total", "table" => sweep.table.name).increment(swept);
            tracing::info!(table = sweep.table.name, rows = swept, "history older than its time was dropped");
        }
        if shared.stopping() {
            break;
        }
    }
    while job == Job::Retention && !shared.stopping() && personal::forget(&shared.db, shared.env.now()).await? > 0 {}
    Ok(())
}

/// What is older than this instant goes; None when nothing may.
fn cutoff(shared: &Shared, keep: Keep) -> Option<Timestamp> {
    let now = shared.env.now();
    let history = now.minus(shared.settings.retention);
    match keep {
        Keep::Days(days) => Some(now.minus(Duration::from_days(i64::from(days)))),
        Keep::History => Some(history),
        Keep::LookedAt => {
            let mut before = history;
            for live in shared.catalogs.now().live.workspaces.values().flat_map(|workspace| workspace.journeys.values()) {
                let Some(window) = live.program.longest_window() else {
                    tracing::info!(journey = live.slug, "a live journey looks back without an end: events are kept for ever");
                    return None;
                };
                before = before.min(now.minus(window).minus(Duration::from_days(1)));
            }
            Some(before)
        }
    }
}

async fn sweep_table(shared: &Shared, sweep: &'static Sweep, before: Timestamp) -> Result<u64, EngineError> {
    if sweep.aged.path != Path::Workspace {
        return pages(shared, sweep, before, None).await;
    }
    let mut swept = 0;
    for workspace in shared.db.query(WORKSPACES, vec![Value::Int(10_000)]).await?.column::<Uuid>("id")? {
        swept += pages(shared, sweep, before, Some(WorkspaceId(workspace))).await?;
    }
    Ok(swept)
}

async fn pages(shared: &Shared, sweep: &'static Sweep, before: Timestamp, workspace: Option<WorkspaceId>) -> Result<u64, EngineError> {
    let cut = match sweep.aged.unit {
        Unit::Micros => before.micros(),
        Unit::Days => day(before),
    };
    let mut swept = 0;
    for page in sweep.pages.iter() {
        let mut after = sweep.first_key();
        while !shared.stopping() {
            let mut args: Vec<Value> = vec![cut.into(), Value::Int(PAGE)];
            if let Some(workspace) = workspace {
                args.push(workspace.0.into());
            }
            if sweep.aged.path == Path::Age {
                args.push(first_id(before).into());
            }
            args.extend(after.iter().cloned());
            let rows = shared.db.query(page.select, args).await?;
            let Some(last) = rows.last() else { break };
            if !after.is_empty() {
                after = last.clone().into_values();
            }
            swept += rows.len() as u64;
            let full = rows.len() as i64 == PAGE;
            let keys: Vec<Vec<Value>> = rows.into_iter().map(Row::into_values).collect();
            let mut batch = Batch::new();
            if let Some(first) = keys.first()
                && first.len() == 1
            {
                let owners: Vec<Uuid> = keys.iter().filter_map(|key| if let Value::Uuid(id) = key[0] { Some(id) } else { None }).collect();
                for sql in page.with.iter().copied() {
                    batch.execute(sql, vec![owners.clone().into()], Expect::Any);
                }
            }
            if page.deletes {
                batch.delete(&sweep.delete, keys);
            }
            shared.db.commit(batch).await?;
            if !full {
                break;
            }
        }
    }
    Ok(swept)
}

//! Pausing, resuming, stopping and putting journeys away.

use super::error::{JourneyError, Result};
use super::find::find;
use super::record::{Journey, JourneyStatus};
use tradewind_commerce::revision::{Cached, bump};
use tradewind_nodes::id::{JourneyId, RunId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Batch, Db, Expect, StoreError};
use uuid::Uuid;

pub(super) const SET_STATUS: &str =
    "UPDATE journeys SET status = $3, updated_at = $4 WHERE id = $1 AND workspace_id = $2 AND status = ANY($5)";
pub(super) const UNPARK: &str = "UPDATE runs SET due_at = $2 WHERE journey_id = $1 AND ended_at IS NULL AND due_at IS NULL \
    AND state IN ('ready', 'sleeping', 'awaiting', 'awaiting_change', 'asking')";
pub(super) const ARCHIVE: &str = "UPDATE journeys SET archived_from = status, status = 'archived', updated_at = $3 WHERE id = $1 AND workspace_id = $2 \
    AND status IN ('draft', 'stopped', 'paused') \
    AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.journey_id = $1 AND runs.ended_at IS NULL)";
pub(super) const UNARCHIVE: &str = "UPDATE journeys SET status = COALESCE(archived_from, 'draft'), archived_from = NULL, updated_at = $3 \
    WHERE id = $1 AND workspace_id = $2 AND status = 'archived'";
pub(super) const LIVE_RUNS: &str =
    "SELECT id FROM runs WHERE journey_id = $1 AND workspace_id = $2 AND ended_at IS NULL AND id > $3 ORDER BY id LIMIT $4";

/// Every version has a number: said so that the index of those inside is read, and not that of all who ever were.
pub(super) const HOW_MANY: &str = "SELECT COUNT(*) AS people FROM (SELECT version FROM runs WHERE journey_id = $1 AND version >= 0 AND ended_at IS NULL LIMIT $2) AS inside";

/// Runs that are counted at most.
const MOST_COUNTED: i64 = 1_000_000;

/// What to do with a journey that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Nobody enters and nobody moves.
    Pause,
    /// People enter and move again.
    Resume,
    /// Nobody enters; those inside go on.
    Stop,
}

impl Turn {
    fn rule(self) -> (JourneyStatus, &'static [JourneyStatus], &'static str, &'static str) {
        use JourneyStatus::{Live, Paused, Stopped};
        match self {
            Self::Pause => (Paused, &[Live, Paused], "pause it", "live"),
            Self::Resume => (Live, &[Paused, Stopped, Live], "resume it", "paused or stopped"),
            Self::Stop => (Stopped, &[Live, Paused, Stopped], "stop it", "live or paused"),
        }
    }
}

/// Pauses, resumes or stops the journey called `name`; doing it again changes nothing.
pub async fn turn(db: &Db, workspace: WorkspaceId, name: &str, turn: Turn, now: Timestamp) -> Result<Journey> {
    let (_, change) = turning(db, workspace, name, turn, now).await?;
    let (_, _, wish, allowed) = turn.rule();
    match db.commit(change).await {
        Err(StoreError::Conflict { .. }) => refused(db, workspace, name, wish, allowed).await,
        Err(error) => Err(error.into()),
        Ok(_) => find(db, workspace, name).await,
    }
}

/// The change that [`turn`] commits, for whoever commits more with it. It is void where the journey may not be turned so.
pub async fn turning(db: &Db, workspace: WorkspaceId, name: &str, turn: Turn, now: Timestamp) -> Result<(JourneyId, Batch)> {
    let journey = find(db, workspace, name).await?;
    let (to, from, _, _) = turn.rule();
    let from: Vec<String> = from.iter().map(|status| status.name().to_owned()).collect();
    let mut batch = Batch::new();
    let args = vec![journey.id.0.into(), workspace.0.into(), to.name().into(), now.micros().into(), from.into()];
    batch.execute(SET_STATUS, args, Expect::Rows(1));
    if !matches!(turn, Turn::Pause) {
        // A pause took timers away; each is looked at again and set to what its run's state says.
        batch.execute(UNPARK, vec![journey.id.0.into(), now.micros().into()], Expect::Any);
    }
    bump(&mut batch, workspace, Cached::Journeys);
    Ok((journey.id, batch))
}

/// How many runs are inside a journey.
pub async fn inside(db: &Db, journey: JourneyId) -> Result<u64> {
    let rows = db.query(HOW_MANY, vec![journey.0.into(), MOST_COUNTED.into()]).await?;
    Ok(rows.value::<i64>("people")?.unwrap_or(0).unsigned_abs())
}

/// Puts the journey called `name` away. Its history stays, its slug stays taken.
pub async fn archive(db: &Db, workspace: WorkspaceId, name: &str, now: Timestamp) -> Result<()> {
    let journey = find(db, workspace, name).await?;
    if journey.status == JourneyStatus::Archived {
        return Ok(());
    }
    let mut batch = Batch::new();
    batch.execute(ARCHIVE, vec![journey.id.0.into(), workspace.0.into(), now.micros().into()], Expect::Rows(1));
    bump(&mut batch, workspace, Cached::Journeys);
    match db.commit(batch).await {
        Err(StoreError::Conflict { .. }) => {
            if !live_runs(db, workspace, journey.id, None, 1).await?.is_empty() {
                let words = format!(
                    "people are still inside journey {}: stop it with {{\"people\": \"exit\"}}, or wait until they have left",
                    journey.slug
                );
                return Err(JourneyError::InUse(words));
            }
            refused(db, workspace, name, "archive it", "a draft, paused or stopped").await
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

/// Takes the journey called `name` out again, as it was before it was put away. One that is not put away stays as it is.
pub async fn unarchive(db: &Db, workspace: WorkspaceId, name: &str, now: Timestamp) -> Result<Journey> {
    let journey = find(db, workspace, name).await?;
    let mut batch = Batch::new();
    batch.execute(UNARCHIVE, vec![journey.id.0.into(), workspace.0.into(), now.micros().into()], Expect::Any);
    bump(&mut batch, workspace, Cached::Journeys);
    db.commit(batch).await?;
    find(db, workspace, name).await
}

/// The runs of a journey that go on, by id, above `after`.
pub async fn live_runs(db: &Db, workspace: WorkspaceId, journey: JourneyId, after: Option<RunId>, limit: i64) -> Result<Vec<RunId>> {
    let after = after.map_or(Uuid::nil(), |run| run.0);
    let rows = db.query(LIVE_RUNS, vec![journey.0.into(), workspace.0.into(), after.into(), limit.into()]).await?;
    Ok(rows.column::<Uuid>("id")?.into_iter().map(RunId).collect())
}

async fn refused<T>(db: &Db, workspace: WorkspaceId, name: &str, wish: &'static str, allowed: &'static str) -> Result<T> {
    let journey = find(db, workspace, name).await?;
    Err(JourneyError::Status { slug: journey.slug, status: journey.status, wish, allowed })
}

//! Finding journeys.

use super::error::{JourneyError, Result};
use super::record::{Journey, JourneyStatus, JourneySummary, journey, summary};
use tradewind_commerce::reading::below;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_store::{Db, Value};
use uuid::Uuid;

macro_rules! columns {
    ($more:literal) => {
        concat!(
            "SELECT id, slug, name, description, status, live_version, draft_revision, created_at, updated_at",
            $more,
            " FROM journeys "
        )
    };
}
pub(super) const BY_SLUG: &str = concat!(columns!(", draft"), "WHERE workspace_id = $1 AND slug = $2 LIMIT 1");
pub(super) const BY_ID: &str = concat!(columns!(", draft"), "WHERE workspace_id = $1 AND id = $2 LIMIT 1");
// Archived journeys are listed only when asked for.
pub(super) const LIST: &str = concat!(
    columns!(""),
    "WHERE workspace_id = $1 AND id < $2 AND ((CAST($3 AS text) IS NULL AND status <> 'archived') OR status = $3) ORDER BY id DESC LIMIT $4"
);
pub(super) const PEOPLE: &str = "SELECT journey_id, state, COUNT(*) FROM runs \
    WHERE workspace_id = $1 AND journey_id = ANY($2) AND ended_at IS NULL GROUP BY journey_id, state ORDER BY journey_id, state LIMIT 5000";

/// The journey named by its slug or its id.
pub async fn find(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Journey> {
    let rows = match name.parse::<Uuid>() {
        Ok(id) => db.query(BY_ID, vec![workspace.0.into(), id.into()]).await?,
        Err(_) => db.query(BY_SLUG, vec![workspace.0.into(), name.replace('\0', "").into()]).await?,
    };
    match rows.first() {
        Some(row) => Ok(journey(row)?),
        None => Err(JourneyError::NotFound(name.chars().take(120).collect())),
    }
}

/// The id and slug of the journey named by its slug or its id.
pub async fn id_of(db: &Db, workspace: WorkspaceId, name: &str) -> Result<(JourneyId, String)> {
    find(db, workspace, name).await.map(|found| (found.id, found.slug))
}

/// Journeys, the newest first, below the id `before`, each with how many people are inside.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    status: Option<JourneyStatus>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<JourneySummary>> {
    let args = vec![workspace.0.into(), below(before).into(), Value::from(status.map(JourneyStatus::name)), limit.into()];
    let rows = db.query(LIST, args).await?;
    let mut listed = rows.iter().map(summary).collect::<std::result::Result<Vec<_>, _>>()?;
    let ids: Vec<Uuid> = listed.iter().map(|journey| journey.id.0).collect();
    for row in db.query(PEOPLE, vec![workspace.0.into(), ids.into()]).await? {
        let id = JourneyId(row.uuid(0)?);
        if let Some(journey) = listed.iter_mut().find(|journey| journey.id == id) {
            journey.people.insert(row.text(1)?.to_owned(), row.int(2)?);
        }
    }
    Ok(listed)
}

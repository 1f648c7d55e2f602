//! Finding journeys.

use super::error::{JourneyError, Result};
use super::record::{DraftRow, Journey};
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_store::Db;
use uuid::Uuid;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, slug, name, description, status, live_version, draft_revision, created_at, updated_at, draft FROM journeys ",
            $rest
        )
    };
}
pub(super) const BY_SLUG: &str = select!("WHERE workspace_id = $1 AND slug = $2 LIMIT 1");
pub(super) const BY_ID: &str = select!("WHERE workspace_id = $1 AND id = $2 LIMIT 1");
/// The journey named by its slug or its id.
pub async fn find(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Journey> {
    let rows = match name.parse::<Uuid>() {
        Ok(id) => db.query(BY_ID, vec![workspace.0.into(), id.into()]).await?,
        Err(_) => db.query(BY_SLUG, vec![workspace.0.into(), name.replace('\0', "").into()]).await?,
    };
    match rows.first_as::<DraftRow>()? {
        Some(row) => Ok(row.into()),
        None => Err(JourneyError::NotFound(name.chars().take(120).collect())),
    }
}

/// The id and slug of the journey named by its slug or its id.
pub async fn id_of(db: &Db, workspace: WorkspaceId, name: &str) -> Result<(JourneyId, String)> {
    find(db, workspace, name).await.map(|found| (found.id, found.slug))
}

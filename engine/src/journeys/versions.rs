//! The published versions of a journey.

use super::error::{JourneyError, Result};
use super::publish::people_at;
use super::record::{Journey, Version, VersionSummary, version_summary};
use std::collections::BTreeMap;
use tradewind_commerce::reading::json;
use tradewind_nodes::graph::{GraphDiff, diff};
use tradewind_nodes::id::WorkspaceId;
use tradewind_store::{Db, Value};

pub(super) const LIST: &str = "SELECT number, hash, note, published_by, published_at FROM versions \
    WHERE journey_id = $1 AND workspace_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4";
pub(super) const ONE: &str = "SELECT number, hash, note, published_by, published_at, graph FROM versions \
    WHERE journey_id = $1 AND workspace_id = $2 AND number = $3 LIMIT 1";

pub(super) const INSIDE: &str = "SELECT version, COUNT(*) FROM \
    (SELECT version FROM runs WHERE journey_id = $1 AND ended_at IS NULL LIMIT $2) AS inside GROUP BY version ORDER BY version LIMIT 10000";

/// People counted one by one at most.
const MOST_PEOPLE: i64 = 100_000;

/// What differs between two versions.
#[derive(Clone, PartialEq, Debug)]
pub struct VersionDiff {
    /// The one compared from.
    pub from: i64,
    /// The one compared to.
    pub to: i64,
    /// What changed.
    pub diff: GraphDiff,
    /// People inside, by the changed node they stand at.
    pub people: BTreeMap<String, i64>,
}

/// Versions, the newest first, below the number `before`.
pub async fn list(db: &Db, workspace: WorkspaceId, journey: &Journey, before: Option<i64>, limit: i64) -> Result<Vec<VersionSummary>> {
    let args = vec![journey.id.0.into(), workspace.0.into(), before.unwrap_or(i64::MAX).into(), limit.into()];
    let rows = db.query(LIST, args).await?;
    let mut listed = rows.iter().map(version_summary).collect::<std::result::Result<Vec<_>, _>>()?;
    number(db, journey, listed.iter_mut()).await?;
    Ok(listed)
}

/// Says which version is live and who is inside each.
async fn number(db: &Db, journey: &Journey, versions: impl Iterator<Item = &mut VersionSummary>) -> Result<()> {
    let inside = db.query(INSIDE, vec![journey.id.0.into(), Value::Int(MOST_PEOPLE)]).await?;
    for version in versions {
        version.live = journey.live_version == Some(version.number);
        let row = inside.iter().find(|row| row.int(0).is_ok_and(|number| number == version.number));
        version.inside = row.map(|row| row.int(1)).transpose()?.unwrap_or(0);
    }
    Ok(())
}

/// One version.
pub async fn get(db: &Db, workspace: WorkspaceId, journey: &Journey, number: i64) -> Result<Version> {
    let rows = db.query(ONE, vec![journey.id.0.into(), workspace.0.into(), number.into()]).await?;
    let slug = &journey.slug;
    let row = rows.first().ok_or_else(|| JourneyError::NoVersion { slug: slug.clone(), number })?;
    let mut summary = version_summary(row)?;
    self::number(db, journey, std::iter::once(&mut summary)).await?;
    Ok(Version { summary, graph: json(row, 5, format_args!("version {number} of journey {slug}"))? })
}

/// What changed from version `from` to version `to`.
pub async fn compare(db: &Db, workspace: WorkspaceId, journey: &Journey, from: i64, to: i64) -> Result<VersionDiff> {
    let (old, new) = (get(db, workspace, journey, from).await?, get(db, workspace, journey, to).await?);
    let diff = diff(&old.graph, &new.graph);
    let people = people_at(db, workspace, journey.id, &diff).await?;
    Ok(VersionDiff { from, to, diff, people })
}

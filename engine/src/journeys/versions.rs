//! The published versions of a journey.

use super::error::{JourneyError, Result};
use super::publish::people_at;
use super::record::{Journey, Version, VersionRow, VersionSummary};
use std::collections::BTreeMap;
use tradewind_nodes::graph::{Graph, GraphDiff, diff};
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Value};

pub(super) const LIST: &str = "SELECT number, hash, note, published_by, published_at FROM versions \
    WHERE journey_id = $1 AND workspace_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4";
pub(super) const ONE: &str = "SELECT number, hash, note, published_by, published_at, graph FROM versions \
    WHERE journey_id = $1 AND workspace_id = $2 AND number = $3 LIMIT 1";

pub(super) const INSIDE: &str = "SELECT version, COUNT(*) AS people FROM \
    (SELECT version FROM runs WHERE journey_id = $1 AND ended_at IS NULL LIMIT $2) AS inside GROUP BY version ORDER BY version LIMIT 10000";

record! {
    struct Inside of "runs" key [version] {
        version: int,
        people: int,
    }
}

record! {
    struct WholeRow of "versions" key [number] {
        number: int,
        hash: text,
        note: text,
        published_by: text,
        published_at: int => Timestamp,
        graph: json => Graph,
    }
}

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
    let mut listed: Vec<VersionSummary> = rows.read::<VersionRow>()?.into_iter().map(VersionSummary::from).collect();
    number(db, journey, listed.iter_mut()).await?;
    Ok(listed)
}

/// Says which version is live and who is inside each.
async fn number(db: &Db, journey: &Journey, versions: impl Iterator<Item = &mut VersionSummary>) -> Result<()> {
    let inside = db.query(INSIDE, vec![journey.id.0.into(), Value::Int(MOST_PEOPLE)]).await?.read::<Inside>()?;
    for version in versions {
        version.live = journey.live_version == Some(version.number);
        version.inside = inside.iter().find(|row| row.version == version.number).map_or(0, |row| row.people);
    }
    Ok(())
}

/// One version.
pub async fn get(db: &Db, workspace: WorkspaceId, journey: &Journey, number: i64) -> Result<Version> {
    let rows = db.query(ONE, vec![journey.id.0.into(), workspace.0.into(), number.into()]).await?;
    let row = rows.first_as::<WholeRow>()?.ok_or_else(|| JourneyError::NoVersion { slug: journey.slug.clone(), number })?;
    let WholeRow { number, hash, note, published_by, published_at, graph } = row;
    let mut summary = VersionSummary::from(VersionRow { number, hash, note, published_by, published_at });
    self::number(db, journey, std::iter::once(&mut summary)).await?;
    Ok(Version { summary, graph })
}

/// What changed from version `from` to version `to`.
pub async fn compare(db: &Db, workspace: WorkspaceId, journey: &Journey, from: i64, to: i64) -> Result<VersionDiff> {
    let (old, new) = (get(db, workspace, journey, from).await?, get(db, workspace, journey, to).await?);
    let diff = diff(&old.graph, &new.graph);
    let people = people_at(db, workspace, journey.id, &diff).await?;
    Ok(VersionDiff { from, to, diff, people })
}

//! Publishing: the draft, checked, becomes the next version, and people enter that.

use super::draft::refuse_archived;
use super::error::{JourneyError, Result};
use super::find::find;
use super::kinds::registry;
use super::record::Journey;
use super::versions;
use crate::tables::versions::{VERSIONS, VersionRow};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_commerce::revision::{Cached, bump};
use tradewind_nodes::graph::{self, Graph, GraphDiff};
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::issue::Issue;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{insert, record};
use tradewind_store::{Batch, Db, Expect, Insert, StoreError, Value};

static NEW: Insert = insert!(VERSIONS: VersionRow);
// A paused journey stays paused: whoever paused it had a reason that a new version does not take away.
pub(super) const GO_LIVE: &str = "UPDATE journeys SET live_version = $3, published_revision = $4, updated_at = $5, \
    status = CASE WHEN status = 'paused' THEN 'paused' ELSE 'live' END \
    WHERE id = $1 AND workspace_id = $2 AND draft_revision = $4 AND status <> 'archived'";
pub(super) const NEWEST: &str =
    "SELECT COALESCE(MAX(number), 0) AS newest FROM versions WHERE journey_id = $1 AND workspace_id = $2 LIMIT 1";
pub(super) const PEOPLE_AT: &str = "SELECT node, COUNT(*) AS people FROM runs WHERE workspace_id = $1 AND journey_id = $2 AND ended_at IS NULL \
    AND node = ANY($3) GROUP BY node ORDER BY node LIMIT 2000";

record! {
    struct Standing of "runs" key [node] {
        node: text,
        people: int,
    }
}

/// What to publish, and who says so.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// What is new, in words.
    pub note: String,
    /// The hash that was reviewed; whatever the draft holds when None.
    pub expected: Option<String>,
    /// Who publishes.
    pub by: String,
}

/// What publishing did.
#[derive(Clone, PartialEq, Debug)]
pub struct Published {
    /// The journey's slug.
    pub slug: String,
    /// The version people enter now.
    pub version: i64,
    /// The hash of its content.
    pub hash: String,
    /// Whether the content was live already, so that no version was made.
    pub unchanged: bool,
    /// What changed since the version before; everything is added in the first.
    pub diff: GraphDiff,
    /// People inside, by the changed node they stand at. They keep to the version they entered.
    pub people: BTreeMap<String, i64>,
}

/// Every issue of a graph, warnings too, by the kinds this workspace knows.
pub async fn validate(db: &Db, workspace: WorkspaceId, graph: &Graph) -> Result<Vec<Issue>> {
    let registry = registry(db, workspace).await?;
    Ok(graph::validate(graph, &registry))
}

/// Publishes the draft of the journey called `name`.
pub async fn publish(db: &Db, workspace: WorkspaceId, name: &str, publication: &Publication, now: Timestamp) -> Result<Published> {
    let journey = find(db, workspace, name).await?;
    refuse_archived(&journey, "publish it")?;
    let registry = registry(db, workspace).await?;
    let frozen = graph::publish(&journey.draft, &registry).map_err(JourneyError::Invalid)?;
    if let Some(expected) = publication.expected.as_ref().filter(|expected| **expected != frozen.hash) {
        return Err(JourneyError::OtherContent { slug: journey.slug, expected: expected.clone(), current: frozen.hash });
    }
    let live = match journey.live_version {
        Some(number) => Some(versions::get(db, workspace, &journey, number).await?),
        None => None,
    };
    let unchanged = live.as_ref().is_some_and(|live| live.summary.hash == frozen.hash);
    let empty = Graph::default();
    let diff = graph::diff(live.as_ref().map_or(&empty, |live| &live.graph), &frozen.graph);
    let version = match (&live, unchanged) {
        (Some(live), true) => live.summary.number,
        _ => newest(db, workspace, journey.id).await? + 1,
    };
    let mut batch = Batch::new();
    if !unchanged {
        let row: [Value; 8] = [
            journey.id.0.into(),
            version.into(),
            workspace.0.into(),
            frozen.hash.as_str().into(),
            super::draft::stored(&frozen.graph)?,
            publication.note.as_str().into(),
            publication.by.as_str().into(),
            now.micros().into(),
        ];
        batch.insert(&NEW, [row]);
    }
    go_live(db, batch, workspace, &journey, version, now).await?;
    let people = people_at(db, workspace, journey.id, &diff).await?;
    Ok(Published { slug: journey.slug, version, hash: frozen.hash, unchanged, diff, people })
}

async fn go_live(db: &Db, mut batch: Batch, workspace: WorkspaceId, journey: &Journey, version: i64, now: Timestamp) -> Result<()> {
    let args = vec![journey.id.0.into(), workspace.0.into(), version.into(), journey.draft_revision.into(), now.micros().into()];
    batch.execute(GO_LIVE, args, Expect::Rows(1));
    bump(&mut batch, workspace, Cached::Journeys);
    match db.commit(batch).await {
        // Somebody saved the draft, or published, between our reading and our writing.
        Err(StoreError::Conflict { .. } | StoreError::Unique { .. }) => {
            let current = find(db, workspace, &journey.slug).await?.draft_revision;
            Err(JourneyError::Stale { slug: journey.slug.clone(), given: journey.draft_revision, current })
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

pub(super) async fn newest(db: &Db, workspace: WorkspaceId, journey: JourneyId) -> Result<i64> {
    let rows = db.query(NEWEST, super::draft::key(journey, workspace)).await?;
    Ok(rows.value("newest")?.unwrap_or(0))
}

/// How many people stand at each node that `diff` touches.
pub async fn people_at(db: &Db, workspace: WorkspaceId, journey: JourneyId, diff: &GraphDiff) -> Result<BTreeMap<String, i64>> {
    let changed = diff.changed.iter().map(|changed| &changed.node);
    let nodes: BTreeSet<String> =
        changed.chain(&diff.removed).chain(diff.rewired.iter().map(|way| &way.from)).map(ToString::to_string).collect();
    if nodes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let nodes: Vec<String> = nodes.into_iter().collect();
    let rows = db.query(PEOPLE_AT, vec![workspace.0.into(), journey.0.into(), nodes.into()]).await?;
    Ok(rows.read::<Standing>()?.into_iter().map(|row| (row.node, row.people)).collect())
}

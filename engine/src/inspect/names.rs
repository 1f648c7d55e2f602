//! What journeys and their nodes are called, for sentences and lists.

use crate::journeys::{self, JourneyError};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::answer::Called;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_schema::record;
use tradewind_store::{Db, Query, Rows, Value};
use uuid::Uuid;

pub(super) const JOURNEYS: &str = "SELECT id, slug, name FROM journeys WHERE workspace_id = $1 AND id = ANY($2) ORDER BY id LIMIT 1000";
pub(super) const GRAPH: &str =
    "SELECT journey_id, number, graph FROM versions WHERE journey_id = $1 AND number = $2 AND workspace_id = $3 LIMIT 1";

record! {
    struct Named of "journeys" key [id] {
        id: uuid => JourneyId,
        slug: text,
        name: text,
    }
}

record! {
    struct Drawn of "versions" key [journey_id, number] {
        journey_id: uuid => JourneyId,
        number: int,
        graph: json => Graph,
    }
}

/// The slugs of these journeys.
pub(super) async fn slugs(
    db: &Db,
    workspace: WorkspaceId,
    ids: impl Iterator<Item = JourneyId>,
) -> Result<HashMap<JourneyId, String>, ReadError> {
    let ids: BTreeSet<Uuid> = ids.map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = db.query(JOURNEYS, vec![workspace.0.into(), ids.into()]).await?;
    Ok(rows.read::<Named>()?.into_iter().map(|row| (row.id, row.slug)).collect())
}

/// What journeys are called, by id.
pub(super) async fn titles(
    db: &Db,
    workspace: WorkspaceId,
    ids: impl Iterator<Item = JourneyId>,
) -> Result<HashMap<JourneyId, String>, ReadError> {
    let ids: BTreeSet<Uuid> = ids.map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = db.query(JOURNEYS, vec![workspace.0.into(), ids.into()]).await?;
    Ok(rows.read::<Named>()?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Versions whose labels are read for one list; nodes of further ones are shown by their ids.
const MOST_VERSIONS: usize = 20;

/// What the nodes of several versions are called.
#[derive(Debug, Default)]
pub(super) struct ManyLabels(BTreeMap<(JourneyId, i64), Labels>);

impl ManyLabels {
    /// The labels of these versions.
    pub async fn load(db: &Db, workspace: WorkspaceId, of: impl Iterator<Item = (JourneyId, i64)>) -> Result<Self, ReadError> {
        let versions: BTreeSet<(JourneyId, i64)> = of.collect();
        if versions.is_empty() {
            return Ok(Self::default());
        }
        let kinds = kind_labels(db, workspace).await?;
        let query =
            |(journey, version): &(JourneyId, i64)| Query::new(GRAPH, vec![journey.0.into(), (*version).into(), workspace.0.into()]);
        let read = db.read(versions.iter().take(MOST_VERSIONS).map(query).collect()).await?;
        let labels = versions.iter().zip(read).map(|(version, rows)| Ok((*version, Labels::of_rows(rows, &kinds)?)));
        Ok(Self(labels.collect::<Result<_, ReadError>>()?))
    }

    /// What a node is called.
    pub fn called(&self, journey: JourneyId, version: i64, node: &str) -> Called {
        self.0.get(&(journey, version)).map_or_else(|| Called::Name(node.to_owned()), |labels| labels.called(node))
    }
}

/// What the kinds of a workspace are called.
async fn kind_labels(db: &Db, workspace: WorkspaceId) -> Result<HashMap<String, String>, ReadError> {
    match journeys::kinds::registry(db, workspace).await {
        Ok(registry) => Ok(registry.outlines().specs().into_iter().map(|spec| (spec.name, spec.label)).collect()),
        Err(JourneyError::Read(error)) => Err(error),
        // Kinds that clash have no label; the names of the nodes still tell where a run stands.
        Err(_) => Ok(HashMap::new()),
    }
}

/// What the nodes of one version are called.
#[derive(Debug, Default)]
pub struct Labels(HashMap<String, Called>);

impl Labels {
    /// The labels of a version; a version that is gone has none.
    pub async fn load(db: &Db, workspace: WorkspaceId, journey: JourneyId, version: i64) -> Result<Self, ReadError> {
        let args: Vec<Value> = vec![journey.0.into(), version.into(), workspace.0.into()];
        let rows = db.query(GRAPH, args).await?;
        Self::of_rows(rows, &kind_labels(db, workspace).await?)
    }

    fn of_rows(rows: Rows, kinds: &HashMap<String, String>) -> Result<Self, ReadError> {
        Ok(rows.first_as::<Drawn>()?.map(|row| Self::of_graph(row.graph, kinds)).unwrap_or_default())
    }

    fn of_graph(graph: Graph, kinds: &HashMap<String, String>) -> Self {
        let label = |node: tradewind_nodes::graph::Node| {
            let called = if node.label.is_empty() {
                Called::Kind { label: kinds.get(&node.kind).unwrap_or(&node.kind).clone(), kind: node.kind }
            } else {
                Called::Name(node.label)
            };
            (node.id.to_string(), called)
        };
        Self(graph.nodes.into_iter().map(label).collect())
    }

    /// What `node` is called.
    #[must_use]
    pub fn called(&self, node: &str) -> Called {
        self.0.get(node).cloned().unwrap_or_else(|| Called::Name(node.to_owned()))
    }
}

//! What journeys and their nodes are called, for sentences and lists.

use crate::journeys::{self, JourneyError};
use std::collections::{BTreeSet, HashMap};
use tradewind_commerce::reading::{ReadError, json};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_store::{Db, Value};
use uuid::Uuid;

pub(super) const JOURNEYS: &str = "SELECT id, slug FROM journeys WHERE workspace_id = $1 AND id = ANY($2) ORDER BY id LIMIT 1000";
pub(super) const GRAPH: &str = "SELECT graph FROM versions WHERE journey_id = $1 AND number = $2 AND workspace_id = $3 LIMIT 1";

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
    rows.iter().map(|row| Ok((JourneyId(row.uuid(0)?), row.text(1)?.to_owned()))).collect()
}

/// What the nodes of one version are called.
#[derive(Debug, Default)]
pub struct Labels(HashMap<String, String>);

impl Labels {
    /// The labels of a version; a version that is gone has none.
    pub async fn load(db: &Db, workspace: WorkspaceId, journey: JourneyId, version: i64) -> Result<Self, ReadError> {
        let args: Vec<Value> = vec![journey.0.into(), version.into(), workspace.0.into()];
        let rows = db.query(GRAPH, args).await?;
        let Some(row) = rows.first() else { return Ok(Self::default()) };
        let graph: Graph = json(row, 0, format_args!("version {version} of journey {journey}"))?;
        let kinds: HashMap<String, String> = match journeys::kinds::registry(db, workspace).await {
            Ok(registry) => registry.specs().into_iter().map(|spec| (spec.name, spec.label)).collect(),
            Err(JourneyError::Read(error)) => return Err(error),
            // Kinds that clash have no label; the names of the nodes still tell where a run stands.
            Err(_) => HashMap::new(),
        };
        let label = |node: tradewind_nodes::graph::Node| {
            let label =
                if node.label.is_empty() { kinds.get(&node.kind).cloned().unwrap_or_else(|| node.kind.clone()) } else { node.label };
            (node.id.to_string(), label)
        };
        Ok(Self(graph.nodes.into_iter().map(label).collect()))
    }

    /// What `node` is called.
    #[must_use]
    pub fn of<'a>(&'a self, node: &'a str) -> &'a str {
        self.0.get(node).map_or(node, String::as_str)
    }
}

#[cfg(test)]
impl Labels {
    pub(super) fn test(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(node, label)| ((*node).to_owned(), (*label).to_owned())).collect())
    }
}

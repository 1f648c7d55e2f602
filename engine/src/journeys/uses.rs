//! What published journeys need: nothing they name may vanish under people who are inside.

use super::error::Result;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::Json;
use tradewind_nodes::graph::{Graph, Node};
use tradewind_nodes::id::{PortName, WorkspaceId};
use tradewind_nodes::kind::Port;
use tradewind_nodes::kinds::Registry;
use tradewind_schema::record;
use tradewind_store::Db;

// The text is only narrowed here and read properly below: a name may stand in a mail as well.
pub(super) const GRAPHS: &str = "SELECT j.slug, v.number, v.graph FROM versions v JOIN journeys j ON j.id = v.journey_id AND j.workspace_id = v.workspace_id \
    WHERE v.workspace_id = $1 AND v.graph LIKE $2 ESCAPE '!' AND ((v.number = j.live_version AND j.status IN ('live', 'paused', 'stopped')) \
    OR EXISTS (SELECT 1 FROM runs r WHERE r.journey_id = v.journey_id AND r.version = v.number AND r.ended_at IS NULL)) \
    ORDER BY j.slug, v.number LIMIT 1000";

record! {
    struct Used of "versions" key [slug, number] {
        slug: text,
        number: int,
        graph: json => Json,
    }
}

/// The versions, as `slug version 3`, that are live or have people inside and use the segment called `name`.
pub async fn of_segment(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Vec<String>> {
    users(db, workspace, name, &|graph| names_segment(graph, name)).await
}

/// The versions, as `slug version 3`, that are live or have people inside and have a node of the kind called `name`.
pub async fn of_kind(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Vec<String>> {
    let has = |graph: &Json| {
        let nodes = graph.get("nodes").and_then(Json::as_array);
        nodes.is_some_and(|nodes| nodes.iter().any(|node| node.get("kind").and_then(Json::as_str) == Some(name)))
    };
    users(db, workspace, name, &has).await
}

/// A kind written in Rhai that is about to be changed.
pub(super) struct KindChange<'k> {
    /// Its name.
    pub name: &'k str,
    /// The ways out that it has; None when its file does not parse any more.
    pub before: Option<&'k [Port]>,
    /// The ways out that it will have.
    pub after: &'k [Port],
    /// Knows the changed kind.
    pub registry: &'k Registry,
}

/// What the change would do to versions that are live or have people inside, as `slug version 3: …`. Runs are pinned to a version and
/// not to a kind: what the version does not fit would strand them, or end them without a word.
pub(super) async fn strained_by(db: &Db, workspace: WorkspaceId, change: &KindChange<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for row in db.query(GRAPHS, vec![workspace.0.into(), containing(change.name).into()]).await?.read::<Used>()? {
        let Used { slug, number, graph } = row;
        // A version that does not read as a graph cannot run: no change of a kind does anything to it.
        let Ok(graph) = serde_json::from_value::<Graph>(graph) else { continue };
        let strained = graph.nodes.iter().filter(|node| node.kind == change.name).find_map(|node| change.strains(&graph, node));
        found.extend(strained.map(|what| format!("{slug} version {number}: {what}")));
    }
    Ok(found)
}

impl KindChange<'_> {
    /// What the change would do to people who come to `node`; None when it does them no harm.
    fn strains(&self, graph: &Graph, node: &Node) -> Option<String> {
        if let Err(issues) = self.registry.parse(self.name, &node.config) {
            let why = issues.first().map(|issue| issue.message.as_str()).unwrap_or_default();
            return Some(format!("it refuses the configuration of {} ({why})", node.id));
        }
        let ways: Vec<&PortName> = graph.edges.iter().filter(|edge| edge.from == node.id).map(|edge| &edge.port).collect();
        if let Some(gone) = ways.iter().find(|way| self.after.iter().all(|port| port.name != ***way)) {
            return Some(format!("{} goes on by {gone}, which it does not have any more", node.id));
        }
        self.after.iter().filter(|port| !ways.contains(&&port.name)).find_map(|port| {
            let known = self.before.and_then(|before| before.iter().find(|old| old.name == port.name));
            match known {
                Some(old) if port.required && !old.required => {
                    Some(format!("{} has no way on by {}, which it makes a must", node.id, port.name))
                }
                None if self.before.is_some() && !port.required && port.name != PortName::FAILED => Some(format!(
                    "{} has no way on by {}, which is new: say \"required\": true, so that whoever goes by it is held and not at the end",
                    node.id, port.name
                )),
                _ => None,
            }
        })
    }
}

/// The versions, as `slug version 3`, that are live or have people inside, by the kinds of their nodes.
pub async fn by_kind(db: &Db, workspace: WorkspaceId) -> Result<BTreeMap<String, Vec<String>>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in db.query(GRAPHS, vec![workspace.0.into(), "%".into()]).await?.read::<Used>()? {
        let Used { slug, number, graph } = row;
        let nodes = graph.get("nodes").and_then(Json::as_array);
        let kinds: BTreeSet<&str> = nodes.into_iter().flatten().filter_map(|node| node.get("kind").and_then(Json::as_str)).collect();
        for kind in kinds {
            found.entry(kind.to_owned()).or_default().push(format!("{slug} version {number}"));
        }
    }
    Ok(found)
}

async fn users(db: &Db, workspace: WorkspaceId, name: &str, uses: &(dyn Fn(&Json) -> bool + Sync)) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for row in db.query(GRAPHS, vec![workspace.0.into(), containing(name).into()]).await?.read::<Used>()? {
        let Used { slug, number, graph } = row;
        if uses(&graph) {
            found.push(format!("{slug} version {number}"));
        }
    }
    Ok(found)
}

/// A pattern for texts that hold `name` as JSON writes it.
fn containing(name: &str) -> String {
    let quoted = Json::from(name).to_string();
    let inner = quoted.trim_matches('"').replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{inner}%")
}

fn names_segment(value: &Json, name: &str) -> bool {
    match value {
        Json::Object(map) => {
            map.get("segment").and_then(Json::as_str) == Some(name) || map.values().any(|inner| names_segment(inner, name))
        }
        Json::Array(items) => items.iter().any(|inner| names_segment(inner, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_segment_is_found_however_deep() {
        let graph = json!({"nodes": [{"config": {"predicate": {"any": [{"not": {"segment": "vip"}}]}}}]});
        assert!(names_segment(&graph, "vip"));
        assert!(!names_segment(&graph, "vi"));
    }

    #[test]
    fn patterns_take_names_literally() {
        assert_eq!(containing("50%_\"a\"!"), "%50!%!_\\\"a\\\"!!%");
    }
}

//! What published journeys need: nothing they name may vanish under people who are inside.

use super::error::Result;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::{Json, JsonMap};
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

/// The versions, as `slug version 3`, that are live or have people inside and have a node of the kind called `name` whose
/// configuration `registry` refuses.
pub async fn broken_by(db: &Db, workspace: WorkspaceId, name: &str, registry: &Registry) -> Result<Vec<String>> {
    let empty = JsonMap::new();
    let refused = |node: &Json| {
        let config = node.get("config").and_then(Json::as_object).unwrap_or(&empty);
        node.get("kind").and_then(Json::as_str) == Some(name) && registry.parse(name, config).is_err()
    };
    let has = |graph: &Json| graph.get("nodes").and_then(Json::as_array).is_some_and(|nodes| nodes.iter().any(refused));
    users(db, workspace, name, &has).await
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

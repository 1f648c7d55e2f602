//! What changed between two graphs, for people who are about to publish. Positions are no change.

use super::{Edge, Graph, Node};
use crate::JsonMap;
use crate::id::{NodeId, PortName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The difference of two graphs, everything in order of ids and names.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphDiff {
    /// Nodes only the new graph has.
    pub added: Vec<NodeId>,
    /// Nodes only the old graph has.
    pub removed: Vec<NodeId>,
    /// Nodes both have, but not alike.
    pub changed: Vec<ChangedNode>,
    /// Ports that lead elsewhere than before.
    pub rewired: Vec<Rewired>,
    /// Names of the settings that differ.
    pub settings_changed: Vec<String>,
}

impl GraphDiff {
    /// Whether the graphs say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A node that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedNode {
    /// Which.
    pub node: NodeId,
    /// What: `kind`, `label` and names of fields of its config as `config.subject`.
    pub fields: Vec<String>,
}

/// A port that leads elsewhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rewired {
    /// The node.
    pub from: NodeId,
    /// Its port.
    pub port: PortName,
    /// Where it led; nowhere when None.
    pub before: Option<NodeId>,
    /// Where it leads; nowhere when None.
    pub after: Option<NodeId>,
}

/// What changed from `old` to `new`.
#[must_use]
pub fn diff(old: &Graph, new: &Graph) -> GraphDiff {
    let (was, is) = (by_id(old), by_id(new));
    let mut found = GraphDiff {
        added: is.keys().filter(|id| !was.contains_key(*id)).map(|id| (*id).clone()).collect(),
        removed: was.keys().filter(|id| !is.contains_key(*id)).map(|id| (*id).clone()).collect(),
        ..GraphDiff::default()
    };
    for (id, before) in &was {
        if let Some(after) = is.get(id) {
            let fields = changed_fields(before, after);
            if !fields.is_empty() {
                found.changed.push(ChangedNode { node: (*id).clone(), fields });
            }
        }
    }
    let (led, leads) = (by_port(old), by_port(new));
    for way in led.keys().chain(leads.keys()).collect::<BTreeSet<_>>() {
        let (before, after) = (led.get(way).copied(), leads.get(way).copied());
        if before != after {
            let (from, port) = way;
            found.rewired.push(Rewired { from: (*from).clone(), port: (*port).clone(), before: before.cloned(), after: after.cloned() });
        }
    }
    // Settings are plain data: they always have a JSON form.
    if let (Ok(crate::Json::Object(before)), Ok(crate::Json::Object(after))) =
        (serde_json::to_value(&old.settings), serde_json::to_value(&new.settings))
    {
        found.settings_changed = differing(&before, &after);
    }
    found
}

fn by_id(graph: &Graph) -> BTreeMap<&NodeId, &Node> {
    graph.nodes.iter().map(|n| (&n.id, n)).collect()
}

fn by_port(graph: &Graph) -> BTreeMap<(&NodeId, &PortName), &NodeId> {
    graph.edges.iter().map(|Edge { from, port, to }| ((from, port), to)).collect()
}

fn changed_fields(before: &Node, after: &Node) -> Vec<String> {
    let mut fields = Vec::new();
    if before.kind != after.kind {
        fields.push("kind".to_owned());
    }
    if before.label != after.label {
        fields.push("label".to_owned());
    }
    fields.extend(differing(&before.config, &after.config).into_iter().map(|name| format!("config.{name}")));
    fields
}

/// Names whose values differ or that only one side has, in order.
fn differing(before: &JsonMap, after: &JsonMap) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

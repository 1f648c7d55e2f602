//! Nodes joined by edges.

use super::Note;
use crate::JsonMap;
use crate::id::{NodeId, PortName};
use crate::settings::{Inherited, Settings};
use serde::{Deserialize, Serialize};

/// Where a node stands on the canvas, in canvas units.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name says what it is")]
pub struct Position {
    pub x: f64,
    pub y: f64,
}

/// One step of the graph.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Unique in the graph.
    pub id: NodeId,
    /// The stable name of its kind, `email.send`.
    pub kind: String,
    /// What a person calls it; the kind's own words when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The kind's fields.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: JsonMap,
    /// Where it stands; laid out by the builder when absent. Not part of the content hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// Joins a port to a node.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The node it leaves.
    pub from: NodeId,
    /// The port it leaves by.
    pub port: PortName,
    /// The node it leads to.
    pub to: NodeId,
}

/// A journey as it is drawn. The JSON form is the file format of `journey.json` (its `graph`).
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// The journey's settings.
    #[serde(default)]
    pub settings: Settings,
    /// The steps.
    #[serde(default)]
    pub nodes: Vec<Node>,
    /// The ways between them.
    #[serde(default)]
    pub edges: Vec<Edge>,
    /// Notes on the canvas. Like positions they are no part of the content hash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

impl Graph {
    /// Fills in what the journey, its settings and its nodes, leaves to its workspace.
    pub fn inherit(&mut self, from: &Inherited) {
        from.fill(&mut self.settings);
        for node in &mut self.nodes {
            crate::kinds::inherit(&node.kind, &mut node.config, from);
        }
    }

    /// The node called `id`.
    #[must_use]
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.iter().find(|n| n.id == *id)
    }
}

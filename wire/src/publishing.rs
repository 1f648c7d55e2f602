//! Publishing a journey, and its versions.

use crate::journeys::GraphIssue;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_nodes::graph::{Graph, GraphDiff};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::time::Timestamp;

/// What to publish.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PublishJourney {
    /// What is new, in words.
    pub note: String,
    /// The hash that was reviewed: publishing fails when the draft is another.
    pub hash: Option<String>,
}

/// What was published.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// A published version in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionSummary {
    /// Counts from 1.
    pub number: i64,
    /// The hash of its content.
    pub hash: String,
    /// What was said when it was published.
    pub note: String,
    /// By whom.
    pub published_by: String,
    /// When.
    pub published_at: Timestamp,
    /// Whether people enter it now.
    pub live: bool,
    /// How many people are inside it; counted up to a bound.
    pub inside: i64,
}

/// A published version, immutable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// Everything but the graph.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// The graph.
    pub graph: Graph,
}

/// What differs between two versions.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

words! {
    /// How a node differs.
    NodeChange {
        /// Only the draft has it.
        Added = "added",
        /// Only the live version has it.
        Removed = "removed",
        /// Both have it, not alike.
        Changed = "changed",
        /// Both have it, and one of its ports leads elsewhere.
        Rewired = "rewired",
    }
}

words! {
    /// What becomes of the people at a node.
    Fate {
        /// Nobody is there.
        Nobody = "nobody",
        /// They go on in the version they entered, as it is drawn there.
        Stay = "stay",
    }
}

/// A node that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DifferentNode {
    /// The node.
    pub node: NodeId,
    /// What it is called; empty when it has no name of its own.
    pub label: String,
    /// Its kind.
    pub kind: String,
    /// How it differs.
    pub change: NodeChange,
    /// Who stands there now, in any version.
    pub people: i64,
    /// What becomes of them.
    pub fate: Fate,
}

/// What publishing the draft would do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishPreview {
    /// The live version; null before the first.
    pub from: Option<i64>,
    /// The version that would be made, or is live already.
    pub to: i64,
    /// The hash of the draft as it would be published, to publish exactly that; null while it has errors.
    pub hash: Option<String>,
    /// Whether the draft says what is live already.
    pub unchanged: bool,
    /// Everything wrong with the draft.
    pub issues: Vec<GraphIssue>,
    /// What differs from the live version.
    pub diff: GraphDiff,
    /// The nodes that differ, with who stands there and what becomes of them.
    pub nodes: Vec<DifferentNode>,
    /// Who stands at one of them.
    pub people: i64,
}

//! What publishing would do, before it is done.

use super::error::Result;
use super::find::find;
use super::kinds::registry;
use super::publish::{newest, people_at};
use super::record::Journey;
use super::versions;
use std::collections::BTreeMap;
use tradewind_nodes::graph::{self, Graph, GraphDiff, diff};
use tradewind_nodes::id::{NodeId, WorkspaceId};
use tradewind_nodes::issue::Issue;
use tradewind_nodes::time::Timestamp;
use tradewind_store::Db;

/// How a node differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// Only the draft has it.
    Added,
    /// Only the live version has it.
    Removed,
    /// Both have it, not alike.
    Changed,
    /// Both have it, and one of its ports leads elsewhere.
    Rewired,
}

/// What becomes of the people at a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Nobody is there.
    Nobody,
    /// They go on in the version they entered, as it is drawn there.
    Stay,
}

/// A node that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DifferentNode {
    /// The node.
    pub node: NodeId,
    /// What it is called; empty when it has no name of its own.
    pub label: String,
    /// Its kind.
    pub kind: String,
    /// How it differs.
    pub change: Change,
    /// Who stands there now, in any version.
    pub people: i64,
    /// What becomes of them.
    pub fate: Fate,
}

/// What publishing the draft would do.
#[derive(Clone, PartialEq, Debug)]
pub struct Preview {
    /// The live version; None before the first.
    pub from: Option<i64>,
    /// The version that would be made, or is live already.
    pub to: i64,
    /// The hash of the draft as it would be published; None while it has errors.
    pub hash: Option<String>,
    /// Whether the draft says what is live already.
    pub unchanged: bool,
    /// Everything wrong with the draft, warnings too.
    pub issues: Vec<Issue>,
    /// What differs from the live version.
    pub diff: GraphDiff,
    /// The nodes that differ.
    pub nodes: Vec<DifferentNode>,
    /// Who stands at one of them.
    pub people: i64,
}

/// What publishing the draft of the journey called `name` would do.
pub async fn preview(db: &Db, workspace: WorkspaceId, name: &str) -> Result<Preview> {
    let journey = find(db, workspace, name).await?;
    let live = match journey.live_version {
        Some(number) => Some(versions::get(db, workspace, &journey, number).await?),
        None => None,
    };
    let registry = registry(db, workspace).await?;
    let issues = graph::validate(&journey.draft, &registry);
    let hash = graph::publish(&journey.draft, &registry).ok().map(|frozen| frozen.hash);
    let empty = Graph::default();
    let old = live.as_ref().map_or(&empty, |live| &live.graph);
    let diff = diff(old, &journey.draft);
    let unchanged = live.as_ref().is_some_and(|live| Some(&live.summary.hash) == hash.as_ref());
    let to = match (&live, unchanged) {
        (Some(live), true) => live.summary.number,
        _ => newest(db, workspace, journey.id).await? + 1,
    };
    let people = people_at(db, workspace, journey.id, &diff).await?;
    let nodes = different(&diff, old, &journey.draft, &people);
    let people = nodes.iter().map(|node| node.people).sum();
    Ok(Preview { from: journey.live_version, to, hash, unchanged, issues, diff, nodes, people })
}

fn different(diff: &GraphDiff, old: &Graph, new: &Graph, people: &BTreeMap<String, i64>) -> Vec<DifferentNode> {
    // A node is told once, by what changes most.
    let mut changes: BTreeMap<&NodeId, Change> = BTreeMap::new();
    let added = diff.added.iter().map(|node| (node, Change::Added));
    let removed = diff.removed.iter().map(|node| (node, Change::Removed));
    let changed = diff.changed.iter().map(|changed| (&changed.node, Change::Changed));
    let rewired = diff.rewired.iter().map(|way| (&way.from, Change::Rewired));
    for (node, change) in added.chain(removed).chain(changed).chain(rewired) {
        changes.entry(node).or_insert(change);
    }
    changes
        .into_iter()
        .map(|(node, change)| {
            let drawn = new.nodes.iter().chain(&old.nodes).find(|drawn| drawn.id == *node);
            let people = people.get(node.as_str()).copied().unwrap_or(0);
            DifferentNode {
                node: node.clone(),
                label: drawn.map(|drawn| drawn.label.clone()).unwrap_or_default(),
                kind: drawn.map(|drawn| drawn.kind.clone()).unwrap_or_default(),
                change,
                people,
                fate: if people == 0 { Fate::Nobody } else { Fate::Stay },
            }
        })
        .collect()
}

/// Makes version `number` the draft again, over revision `given` of the draft; any revision when None.
pub async fn restore(db: &Db, workspace: WorkspaceId, name: &str, number: i64, given: Option<i64>, now: Timestamp) -> Result<Journey> {
    let journey = find(db, workspace, name).await?;
    let version = versions::get(db, workspace, &journey, number).await?;
    super::save(db, workspace, name, &version.graph, given, now).await
}

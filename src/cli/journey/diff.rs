//! `tradewind journey diff`: what a file would change on a server.

use super::file;
use super::pull::fetch;
use crate::cli::client::{Client, Remote};
use crate::cli::{Failure, Verdict, say};
use std::path::Path;
use tradewind_nodes::graph::{GraphDiff, diff};
use tradewind_nodes::id::NodeId;

/// Compares the journey in `path` with the draft on the server. Bad when they differ, as `diff` does.
pub async fn run(path: &Path, remote: Remote) -> Result<Verdict, Failure> {
    let journey = file::read(path)?;
    let client = Client::new(remote)?;
    let Some(found) = fetch(&client, &journey.slug).await? else {
        say(&format!("{} is not on the server: push would make it with {} nodes", journey.slug, journey.graph.nodes.len()));
        return Ok(Verdict::Bad);
    };
    let mut lines = lines(&diff(&found.file.graph, &journey.graph));
    if found.file.name != journey.name {
        lines.push(format!("~ name: {:?} → {:?}", found.file.name, journey.name));
    }
    if found.file.description != journey.description {
        lines.push("~ description".to_owned());
    }
    lines.iter().for_each(|line| say(line));
    if lines.is_empty() {
        say(&format!("{} is the same as the draft", journey.slug));
        return Ok(Verdict::Good);
    }
    Ok(Verdict::Bad)
}

fn lines(diff: &GraphDiff) -> Vec<String> {
    let place = |node: &Option<NodeId>| node.as_ref().map_or("nowhere", NodeId::as_str).to_owned();
    let added = diff.added.iter().map(|node| format!("+ {node}"));
    let removed = diff.removed.iter().map(|node| format!("- {node}"));
    let changed = diff.changed.iter().map(|node| format!("~ {}: {}", node.node, node.fields.join(", ")));
    let rewired =
        diff.rewired.iter().map(|edge| format!("~ {} {}: {} → {}", edge.from, edge.port.as_str(), place(&edge.before), place(&edge.after)));
    let settings = diff.settings_changed.iter().map(|name| format!("~ settings.{name}"));
    added.chain(removed).chain(changed).chain(rewired).chain(settings).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_nodes::graph::{Graph, valid_graph};

    #[test]
    fn every_difference_has_a_line() {
        let graph = valid_graph(1, 10);
        assert!(lines(&diff(&graph, &graph)).is_empty());
        let all = lines(&diff(&Graph::default(), &graph));
        assert!(graph.nodes.iter().all(|node| all.contains(&format!("+ {}", node.id))), "{all:?}");
    }
}

//! The way somebody went, as the canvas paints it.

use crate::editor::model::counts::{Mark, Path};
use std::collections::{BTreeSet, HashMap};
use tradewind_core::simulate::Reached;
use tradewind_nodes::graph::{Edge, Graph};
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::run::StepOutcome;

fn wire(graph: &Graph, from: &NodeId, port: &PortName) -> Option<Edge> {
    graph.edges.iter().find(|edge| edge.from == *from && edge.port == *port).cloned()
}

/// The way of one run, from its steps in their order.
#[must_use]
pub fn way<'s>(graph: &Graph, steps: impl IntoIterator<Item = (&'s NodeId, &'s StepOutcome)>) -> Path {
    let mut path = Path::default();
    for (node, outcome) in steps {
        let mark = match outcome {
            StepOutcome::Went(port) | StepOutcome::Skipped(port) => {
                path.wires.extend(wire(graph, node, port));
                Mark::Passed
            }
            StepOutcome::Ended(_) => Mark::Passed,
            StepOutcome::Failed(_) => Mark::Failed,
            StepOutcome::Sleeps(_) | StepOutcome::Waits(_) | StepOutcome::Calls(_) | StepOutcome::Asks(_) => Mark::Here,
        };
        path.nodes.insert(node.clone(), mark);
    }
    path
}

/// Everything that tests have come to.
#[must_use]
pub fn covered(graph: &Graph, reached: &[Reached]) -> Path {
    let mut path = Path::default();
    for Reached { node, port, .. } in reached {
        path.nodes.insert(node.clone(), Mark::Passed);
        path.wires.extend(port.as_ref().and_then(|port| wire(graph, node, port)));
    }
    path
}

/// Where nodes lie that nobody has placed: in rows, by how many steps they are from the beginning.
#[must_use]
pub fn rows(graph: &Graph, width: f64, height: f64) -> HashMap<NodeId, (f64, f64)> {
    let led: BTreeSet<&NodeId> = graph.edges.iter().map(|edge| &edge.to).collect();
    let mut row: Vec<&NodeId> = graph.nodes.iter().map(|node| &node.id).filter(|id| !led.contains(id)).collect();
    let mut places = HashMap::new();
    let mut y = 0.0;
    while !row.is_empty() {
        let mut x = -(row.len() as f64 - 1.0) * width / 2.0;
        for id in &row {
            places.insert((*id).clone(), (x, y));
            x += width;
        }
        let mut next: Vec<&NodeId> = Vec::new();
        for edge in graph.edges.iter().filter(|edge| row.contains(&&edge.from)) {
            if !places.contains_key(&edge.to) && !next.contains(&&edge.to) {
                next.push(&edge.to);
            }
        }
        row = next;
        y += height;
    }
    // What no way leads to lies below.
    for (at, node) in graph
        .nodes
        .iter()
        .filter(|node| !places.contains_key(&node.id))
        .map(|node| node.id.clone())
        .collect::<Vec<_>>()
        .into_iter()
        .enumerate()
    {
        places.insert(node, (at as f64 * width, y));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tradewind_nodes::issue::Problem;

    fn graph() -> Graph {
        let node = |id: &str| json!({"id": id, "kind": "exit", "config": {}});
        let edge = |from: &str, port: &str, to: &str| json!({"from": from, "port": port, "to": to});
        let graph = json!({"nodes": [node("a"), node("b"), node("c"), node("lost")],
            "edges": [edge("a", "next", "b"), edge("b", "yes", "c"), edge("b", "no", "b")]});
        serde_json::from_value(graph).unwrap()
    }

    fn id(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    #[test]
    fn the_way_is_what_was_passed_and_where_somebody_stands() {
        let steps = [(id("a"), StepOutcome::Went(PortName::NEXT)), (id("b"), StepOutcome::Waits(None))];
        let path = way(&graph(), steps.iter().map(|(node, outcome)| (node, outcome)));
        assert_eq!(path.nodes, HashMap::from([(id("a"), Mark::Passed), (id("b"), Mark::Here)]));
        assert_eq!(path.wires.len(), 1);
        let steps = [&steps[..], &[(id("b"), StepOutcome::Failed(Problem::new("x", "y")))]].concat();
        let path = way(&graph(), steps.iter().map(|(node, outcome)| (node, outcome)));
        assert_eq!(path.nodes[&id("b")], Mark::Failed);
    }

    #[test]
    fn what_is_reached_is_painted_without_wires_that_are_gone() {
        let reached = |node: &str, port: Option<&str>| Reached { journey: "j".into(), node: id(node), port: port.map(PortName::new) };
        let path = covered(&graph(), &[reached("a", None), reached("a", Some("next")), reached("b", Some("elsewhere"))]);
        assert_eq!((path.nodes.len(), path.wires.len()), (2, 1));
    }

    #[test]
    fn every_node_gets_a_place_of_its_own() {
        let places = rows(&graph(), 100.0, 50.0);
        assert_eq!(places[&id("b")], (0.0, 50.0));
        assert_eq!(places.len(), 4);
        let distinct: BTreeSet<String> = places.values().map(|place| format!("{place:?}")).collect();
        assert_eq!(distinct.len(), 4);
    }
}

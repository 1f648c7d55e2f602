//! Where a wire may lead: never into a trigger, and never round in a circle that takes no time.

use std::collections::{HashMap, HashSet};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kind::{Family, Port};
use tradewind_nodes::kinds::Outlines;

/// What the editor needs to know of a node's kind.
#[derive(Clone, PartialEq, Debug)]
pub struct Facts {
    /// Its family; None for a kind nobody knows.
    pub family: Option<Family>,
    /// Its ways out.
    pub ports: Vec<Port>,
    /// Whether passing it takes time.
    pub slow: bool,
}

/// What there is to know of the node called `id`.
#[must_use]
pub fn facts(graph: &Graph, kinds: &Outlines, id: &NodeId) -> Option<Facts> {
    let node = graph.node(id)?;
    let family = kinds.family(&node.kind);
    // A node that is not filled in yet counts as slow: the check of the whole journey tells when it is not.
    let slow = kinds.delays(&node.kind, &node.config).unwrap_or(true);
    Some(Facts { family, ports: kinds.ports(&node.kind, &node.config), slow })
}

/// The nodes a wire from `from` may lead to, in the order of the graph.
#[must_use]
pub fn targets(graph: &Graph, kinds: &Outlines, from: &NodeId) -> Vec<NodeId> {
    let all: HashMap<&NodeId, Facts> = graph.nodes.iter().filter_map(|n| Some((&n.id, facts(graph, kinds, &n.id)?))).collect();
    let slow = |id: &NodeId| all.get(id).is_none_or(|facts| facts.slow);
    let mut instant: HashSet<&NodeId> = HashSet::new();
    if !slow(from) {
        let mut before: HashMap<&NodeId, Vec<&NodeId>> = HashMap::new();
        graph.edges.iter().for_each(|edge| before.entry(&edge.to).or_default().push(&edge.from));
        let mut ahead = vec![from];
        while let Some(id) = ahead.pop() {
            if !slow(id) && instant.insert(id) {
                ahead.extend(before.get(id).into_iter().flatten());
            }
        }
    }
    let legal = |id: &&NodeId| all.get(*id).is_some_and(|facts| facts.family != Some(Family::Trigger)) && !instant.contains(*id);
    graph.nodes.iter().map(|node| &node.id).filter(legal).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn triggers_and_instant_loops_are_not_legal() {
        let graph: Graph = serde_json::from_value(json!({
            "nodes": [
                {"id": "start", "kind": "trigger.event", "config": {"events": ["A"]}},
                {"id": "if", "kind": "condition.if", "config": {"predicate": {"fact": "customer.email", "is": "exists"}}},
                {"id": "set", "kind": "customer.set", "config": {"traits": {"a": 1}}},
                {"id": "wait", "kind": "delay.for", "config": {"duration": "1h"}},
                {"id": "new", "kind": "email.send", "config": {}}
            ],
            "edges": [{"from": "start", "port": "next", "to": "if"}, {"from": "if", "port": "yes", "to": "set"},
                      {"from": "set", "port": "next", "to": "wait"}]
        }))
        .unwrap();
        let kinds = Outlines::builtin();
        let from =
            |name: &str| -> Vec<String> { targets(&graph, &kinds, &NodeId::new(name).unwrap()).into_iter().map(String::from).collect() };
        assert_eq!(from("set"), ["wait", "new"]);
        assert_eq!(from("wait"), ["if", "set", "wait", "new"]);
        assert_eq!(from("if"), ["set", "wait", "new"]);
        assert_eq!(facts(&graph, &kinds, &NodeId::new("new").unwrap()).unwrap().ports.len(), 2);
    }
}

//! What is before a step in its journey: the events that start it and what earlier steps put out. Pure.

use crate::form::facts::{Fact, Sort};
use crate::form::known::{Before, Vocabulary};
use std::collections::HashSet;
use tradewind_nodes::Json;
use tradewind_nodes::graph::{Graph, Node};
use tradewind_nodes::id::NodeId;

fn names(node: &Node) -> impl Iterator<Item = &str> {
    node.config.get("events").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

/// Every step from which a way leads to `id`.
fn earlier<'g>(graph: &'g Graph, id: &NodeId) -> Vec<&'g Node> {
    let (mut seen, mut open) = (HashSet::new(), vec![id]);
    while let Some(at) = open.pop() {
        for edge in graph.edges.iter().filter(|edge| edge.to == *at) {
            if seen.insert(&edge.from) {
                open.push(&edge.from);
            }
        }
    }
    graph.nodes.iter().filter(|node| seen.contains(&node.id)).collect()
}

/// What a step puts out, as facts of the steps after it.
fn outputs(node: &Node, words: &Vocabulary) -> Vec<Fact> {
    let fact = |name: &str, sort: Sort, example: Json| Fact { path: format!("steps.{}.{name}", node.id), sort, example: Some(example) };
    match node.kind.as_str() {
        "wait.event" => {
            let known = words.events.iter().filter(|event| names(node).any(|name| name == event.name)).flat_map(|event| &event.properties);
            let came =
                known.map(|property| fact(&format!("event.{}", property.path), Sort::named(&property.sort), property.example.clone()));
            let name = names(node).next().unwrap_or_default();
            came.chain([fact("name", Sort::Text, name.into())]).collect()
        }
        "email.send" => vec![fact("sent", Sort::Truth, true.into())],
        "http.request" => {
            let kept = node.config.get("response").and_then(Json::as_object).into_iter().flatten();
            let kept = kept.map(|(name, _)| Fact { path: format!("steps.{}.{name}", node.id), sort: Sort::Any, example: None });
            std::iter::once(fact("status", Sort::Number, 200.into())).chain(kept).collect()
        }
        "task.ask" => {
            let first = node.config.get("answers").and_then(Json::as_array).and_then(|answers| answers.first()).cloned();
            vec![fact("answer", Sort::Text, first.unwrap_or_default())]
        }
        _ => Vec::new(),
    }
}

/// What is before a step; before a trigger is the trigger's own event.
#[must_use]
pub fn before(graph: &Graph, id: &NodeId, words: &Vocabulary) -> Before {
    let mut steps = earlier(graph, id);
    let outputs = steps.iter().flat_map(|node| outputs(node, words)).collect();
    steps.extend(graph.node(id));
    let events = steps.iter().filter(|node| node.kind == "trigger.event").flat_map(|node| names(node)).map(str::to_owned).collect();
    Before { events, outputs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_comes_before_is_offered() {
        let graph: Graph = serde_json::from_value(json!({
            "nodes": [
                {"id": "t", "kind": "trigger.event", "config": {"events": ["Checkout Started"]}},
                {"id": "ask", "kind": "task.ask", "config": {"answers": ["yes", "no"]}},
                {"id": "call", "kind": "http.request", "config": {"response": {"id": "body.id"}}},
                {"id": "after", "kind": "email.send", "config": {}}
            ],
            "edges": [{"from": "t", "port": "next", "to": "ask"}, {"from": "ask", "port": "yes", "to": "call"}, {"from": "call", "port": "next", "to": "after"}]
        }))
        .unwrap();
        let found = before(&graph, &NodeId::new("call").unwrap(), &Vocabulary::default());
        assert_eq!(found.events, ["Checkout Started"]);
        assert_eq!(found.outputs.iter().map(|fact| fact.path.as_str()).collect::<Vec<_>>(), ["steps.ask.answer"]);
        let found = before(&graph, &NodeId::new("after").unwrap(), &Vocabulary::default());
        assert_eq!(found.outputs.len(), 3);
    }
}

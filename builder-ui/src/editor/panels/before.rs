//! What is before a step in its journey: the events that start it and what earlier steps put out. Pure.

use crate::form::earlier::Earlier;
use crate::form::facts::{Fact, Sort};
use crate::form::known::{Before, Vocabulary};
use std::collections::HashSet;
use tradewind_nodes::description::{self, Output};
use tradewind_nodes::graph::{Graph, Node};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kind::Family;
use tradewind_nodes::kinds::Outlines;

/// Every step from which a way leads to `id`, each behind those that lead to it; in a loop they stand as they come.
fn earlier<'g>(graph: &'g Graph, id: &'g NodeId) -> Vec<&'g Node> {
    let into = |to: &NodeId| graph.edges.iter().filter(|edge| edge.to == *to).map(|edge| &edge.from).collect::<Vec<_>>();
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    // What is still to be looked at on the way back, and who leads there.
    let mut open = vec![(id, into(id))];
    while let Some((at, before)) = open.last_mut() {
        let at = *at;
        match before.pop() {
            Some(from) if seen.insert(from) => open.push((from, into(from))),
            Some(_) => {}
            None => {
                found.extend(graph.node(at).filter(|_| open.len() > 1));
                open.pop();
            }
        }
    }
    found
}

/// What a step puts out, as facts of the steps after it.
fn outputs(node: &Node, kinds: &Outlines, words: &Vocabulary) -> Vec<Fact> {
    let path = |name: &str| format!("steps.{}.{name}", node.id);
    let event = |names: Vec<String>| {
        let known = words.events.iter().filter(move |event| names.contains(&event.name)).flat_map(|event| &event.properties);
        known.map(|property| Fact {
            path: path(&format!("event.{}", property.path)),
            sort: Sort::named(&property.sort),
            example: Some(property.example.clone()),
        })
    };
    let put = |output| match output {
        Output::Value { name, sort, example } => vec![Fact { path: path(&name), sort: sort_of(sort), example }],
        Output::Event(names) => event(names).collect(),
    };
    kinds.outputs(&node.kind, &node.config).into_iter().flat_map(put).collect()
}

fn sort_of(sort: description::Sort) -> Sort {
    match sort {
        description::Sort::Text => Sort::Text,
        description::Sort::Number => Sort::Number,
        description::Sort::Boolean => Sort::Truth,
        description::Sort::Any => Sort::Any,
    }
}

/// What is before a step; before a trigger is the trigger's own event.
#[must_use]
pub fn before(graph: &Graph, id: &NodeId, kinds: &Outlines, words: &Vocabulary) -> Before {
    let mut steps = earlier(graph, id);
    let outputs = steps.iter().flat_map(|node| outputs(node, kinds, words)).collect();
    let done = steps.iter().filter(|node| Earlier::is_one(&node.kind));
    let done = done.map(|node| Earlier { node: node.id.clone(), kind: node.kind.clone(), values: node.config.clone() }).collect();
    steps.extend(graph.node(id));
    let triggers = steps.iter().filter(|node| kinds.family(&node.kind) == Some(Family::Trigger));
    Before { events: triggers.flat_map(|node| kinds.listens(&node.kind, &node.config)).collect(), outputs, steps: done }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::MailPart;
    use crate::form::person::Seen;
    use crate::worker::Ask;
    use serde_json::json;
    use tradewind_nodes::Json;
    use tradewind_nodes::kinds::Registry;

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
        let before = |id: &str| before(&graph, &NodeId::new(id).unwrap(), &Outlines::builtin(), &Vocabulary::default());
        let found = before("call");
        assert_eq!(found.events, ["Checkout Started"]);
        assert_eq!(found.outputs.iter().map(|fact| fact.path.as_str()).collect::<Vec<_>>(), ["steps.ask.answer"]);
        let found = before("after");
        assert_eq!(found.outputs.len(), 3);
    }

    /// A marketer looks at the mail first: each of each recipe reads, in every language, before anybody has sent an event.
    #[test]
    fn the_mails_of_all_recipes_can_be_looked_at() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/recipes");
        let registry = Registry::builtin();
        let mut mails = 0;
        for recipe in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            let file: Json = serde_json::from_str(&std::fs::read_to_string(recipe.join("journey.json")).unwrap()).unwrap();
            let graph: Graph = serde_json::from_value(file["graph"].clone()).unwrap();
            for node in graph.nodes.iter().filter(|node| node.kind == "email.send") {
                let words = Vocabulary::default();
                for locale in ["", "de", "ja", "ar"] {
                    let seen = Seen::made_up(&words, &before(&graph, &node.id, &Outlines::builtin(), &words));
                    let parts = MailPart::of(&node.config, seen, locale).answer(&registry);
                    assert!(parts.iter().all(|part| part.as_ref().is_ok_and(|part| !part.is_empty())), "{} {locale}: {parts:?}", node.id);
                }
                mails += 1;
            }
        }
        assert!(mails >= 14, "{mails}");
    }

    #[test]
    fn a_step_stands_behind_those_it_may_need() {
        let nodes = ["mail", "d", "c", "b", "a", "t"].map(|id| json!({"id": id, "kind": "script.run", "config": {}}));
        let edges = [("t", "a"), ("a", "b"), ("a", "c"), ("b", "d"), ("c", "b"), ("d", "mail"), ("d", "a")];
        let edges = edges.map(|(from, to)| json!({"from": from, "port": "next", "to": to}));
        let graph: Graph = serde_json::from_value(json!({"nodes": nodes, "edges": edges})).unwrap();
        let found = before(&graph, &NodeId::new("mail").unwrap(), &Outlines::builtin(), &Vocabulary::default());
        assert_eq!(found.steps.iter().map(|step| step.node.as_str()).collect::<Vec<_>>(), ["t", "a", "c", "b", "d"]);
    }
}

//! What a kind of a workspace's own does to runs when it is changed under them.

use super::{Journey, Outcome, Simulation};
use serde_json::json;
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::{Program, RunState};
use tradewind_nodes::script::ScriptKind;
use tradewind_nodes::time::Timestamp;

#[test]
fn a_port_that_a_changed_kind_brought_holds_the_run_and_does_not_end_it() {
    let kind = |port: &str| {
        let manifest = json!({"name": "shop.ku", "label": "KU", "family": "condition", "version": 1,
            "ports": [{"name": "cold", "required": true}, {"name": "mild"}, {"name": "new", "required": true}]});
        let source = format!("/* tradewind {manifest} */\nfn step() {{ go(\"{port}\") }}");
        Registry::with_scripts(vec![Arc::new(ScriptKind::parse(&source).unwrap())]).unwrap()
    };
    let start = Timestamp::parse("2026-03-02T10:00:00Z").unwrap();
    let plain: Graph = serde_json::from_value(json!({
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["KU"]}},
            {"id": "ku", "kind": "shop.ku", "config": {}},
            {"id": "end", "kind": "exit", "config": {}},
        ],
        "edges": [{"from": "start", "port": "next", "to": "ku"}, {"from": "ku", "port": "cold", "to": "end"}],
    }))
    .unwrap();
    let mut wired = plain.clone();
    wired.edges.push(serde_json::from_value(json!({"from": "ku", "port": "failed", "to": "end"})).unwrap());
    let run = |graph: &Graph, port: &str| {
        let program = Arc::new(Program::compile(graph, &kind(port)).unwrap_or_else(|issues| panic!("{issues:?}")));
        let mut simulation = Simulation::new(vec![Journey { slug: "ku".into(), program }], start);
        let ada = simulation.customer("ada");
        simulation.event(ada, "KU", JsonMap::new()).unwrap();
        let report = simulation.report();
        let problem = match &report.runs[0].state {
            RunState::Held { problem, .. } => Some(problem.code.clone()),
            _ => None,
        };
        (report.runs[0].outcome(), problem)
    };
    assert_eq!(run(&plain, "cold").0, Outcome::Exited);
    assert_eq!(run(&plain, "mild"), (Outcome::Completed, None), "a way that need not lead anywhere ends the run");
    assert_eq!(run(&plain, "new"), (Outcome::Held, Some("run.open_port".to_owned())));
    assert_eq!(run(&wired, "new"), (Outcome::Exited, None), "who joined failed has said what happens then");
}

use super::generate::Dice;
use super::*;
use crate::id::{NodeId, PortName};
use crate::issue::{Issue, IssueCode, Severity};
use crate::kinds::Registry;
use serde_json::json;

fn id(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn graph(value: serde_json::Value) -> Graph {
    serde_json::from_value(value).unwrap()
}

/// A trigger, a delay and an exit in a row.
fn row() -> Graph {
    graph(json!({
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["Cart Updated"]}},
            {"id": "wait", "kind": "delay.for", "config": {"duration": "1h"}},
            {"id": "end", "kind": "exit"}
        ],
        "edges": [{"from": "start", "port": "next", "to": "wait"}, {"from": "wait", "port": "next", "to": "end"}]
    }))
}

fn edge(from: &str, port: &str, to: &str) -> Edge {
    Edge { from: id(from), port: PortName::new(port), to: id(to) }
}

fn exit(name: &str) -> Node {
    Node { id: id(name), kind: "exit".into(), label: String::new(), config: crate::JsonMap::new(), position: None }
}

fn told(issues: &[Issue]) -> Vec<(&str, &str, IssueCode)> {
    issues.iter().map(|i| (i.node.as_ref().map_or("", NodeId::as_str), i.field.as_str(), i.code)).collect()
}

fn issues(graph: &Graph) -> Vec<Issue> {
    validate(graph, &Registry::builtin())
}

fn any_node(graph: &Graph, dice: &mut Dice) -> NodeId {
    match graph.nodes.len() {
        0 => id("nobody"),
        n => graph.nodes[dice.below(n)].id.clone(),
    }
}

fn any_note(dice: &mut Dice) -> Note {
    let position = Position { x: dice.below(900) as f64, y: 3.0 };
    Note { id: NoteId(format!("note{}", dice.below(6))), text: "why".into(), position, size: Size { width: 200.0, height: 90.0 } }
}

fn any_edit(graph: &Graph, dice: &mut Dice, depth: usize) -> Edit {
    let node = any_node(graph, dice);
    let fresh = |dice: &mut Dice| exit(&format!("x{}", dice.below(40)));
    let some_edge = |dice: &mut Dice| match graph.edges.len() {
        0 => edge("a", "next", "b"),
        n => graph.edges[dice.below(n)].clone(),
    };
    match dice.below(if depth == 0 { 16 } else { 15 }) {
        0 => Edit::AddNode { node: fresh(dice) },
        1 => Edit::RemoveNode { node },
        2 => {
            let position = (dice.below(2) == 0).then(|| Position { x: dice.below(900) as f64, y: 1.5 });
            Edit::MoveNodes { to: vec![Move { node: any_node(graph, dice), position }, Move { node, position: None }] }
        }
        3 => Edit::SetConfig { node, config: json!({"duration": "2d"}).as_object().unwrap().clone() },
        4 => Edit::SetField { node, field: "/duration".into(), value: Some(json!("3d")) },
        5 => Edit::SetField { node, field: ["/duration", "/ways/0", "/events/-", "/traits/level"][dice.below(4)].into(), value: None },
        6 => Edit::SetLabel { node, label: format!("label {}", dice.below(5)) },
        7 => Edit::Connect {
            edge: Edge { from: node, port: PortName::new(["next", "yes", "other"][dice.below(3)]), to: any_node(graph, dice) },
        },
        8 => Edit::Disconnect { edge: some_edge(dice) },
        9 => Edit::SpliceNode { node: fresh(dice), edge: some_edge(dice), port: PortName::NEXT },
        10 => Edit::RemoveAndReconnect { node, port: PortName::NEXT },
        11 => {
            let settings = crate::settings::Settings { concurrency: Some(dice.below(9) as u32), ..Default::default() };
            Edit::SetSettings { settings: Box::new(settings) }
        }
        12 => Edit::AddNote { note: any_note(dice), at: None },
        13 => Edit::RemoveNote { note: any_note(dice).id },
        14 => Edit::ChangeNote { note: any_note(dice) },
        _ => Edit::Many { edits: (0..dice.below(4)).map(|_| any_edit(graph, dice, depth + 1)).collect() },
    }
}

#[test]
fn a_hundred_edits_are_undone_exactly() {
    let mut applied = 0;
    for seed in 0..150 {
        let mut dice = Dice::new(seed);
        let size = 2 + dice.below(30);
        let first = valid_graph(seed, size);
        let mut graph = first.clone();
        let mut undo = Vec::new();
        for _ in 0..100 {
            let edit = any_edit(&graph, &mut dice, 0);
            let before = graph.clone();
            match graph.apply(&edit) {
                Ok(inverse) => {
                    // What an undo list keeps must survive being stored.
                    let inverse: Edit = serde_json::from_str(&serde_json::to_string(&inverse).unwrap()).unwrap();
                    let mut back = graph.clone();
                    let redo = back.apply(&inverse).unwrap();
                    assert_eq!(serde_json::to_string(&back).unwrap(), serde_json::to_string(&before).unwrap(), "{edit:?}");
                    back.apply(&redo).unwrap();
                    assert_eq!(back, graph, "{edit:?}");
                    undo.push(inverse);
                    applied += 1;
                }
                Err(_) => assert_eq!(graph, before, "a refused edit changed the graph: {edit:?}"),
            }
        }
        for inverse in undo.iter().rev() {
            graph.apply(inverse).unwrap();
        }
        assert_eq!(graph, first);
        assert_eq!(serde_json::to_string(&graph).unwrap(), serde_json::to_string(&first).unwrap());
    }
    assert!(applied > 5_000, "{applied}");
}

#[test]
fn a_node_goes_into_an_edge_and_out_again() {
    let mut journey = row();
    let node = Node { kind: "delay.for".into(), ..exit("more") };
    journey.apply(&Edit::SpliceNode { node, edge: edge("start", "next", "wait"), port: PortName::NEXT }).unwrap();
    assert_eq!(journey.edges, [edge("start", "next", "more"), edge("wait", "next", "end"), edge("more", "next", "wait")]);
    journey.apply(&Edit::RemoveAndReconnect { node: id("more"), port: PortName::NEXT }).unwrap();
    assert_eq!(journey, row());
    let error = journey.apply(&Edit::Connect { edge: edge("wait", "next", "start") }).unwrap_err();
    assert!(matches!(error, EditError::PortTaken { .. }), "{error}");
    assert!(matches!(journey.apply(&Edit::AddNode { node: exit("end") }), Err(EditError::NodeExists(_))));
    assert!(matches!(journey.apply(&Edit::RemoveNode { node: id("ghost") }), Err(EditError::NoNode(_))));
    assert!(matches!(journey.apply(&Edit::Take { nodes: vec![9], edges: vec![] }), Err(EditError::Stale)));
    let field = Edit::SetField { node: id("wait"), field: "/a/b".into(), value: Some(json!(1)) };
    assert!(matches!(journey.apply(&field), Err(EditError::NoField { .. })));
    assert_eq!(journey, row());
}

#[test]
fn generated_graphs_are_valid() {
    let mut loops = 0;
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let size = 2 + (seed as usize * 7) % 120;
        let graph = valid_graph(seed, size);
        assert_eq!(graph.nodes.len(), size);
        assert_eq!(issues(&graph), [], "seed {seed}");
        assert_eq!(graph, valid_graph(seed, size));
        let at = |name: &NodeId| graph.nodes.iter().position(|n| n.id == *name).unwrap();
        loops += graph.edges.iter().filter(|e| at(&e.to) <= at(&e.from)).count();
        kinds.extend(graph.nodes.into_iter().map(|n| n.kind));
    }
    assert!(loops > 100 && kinds.len() > 14, "{loops} {kinds:?}");
    assert_eq!(issues(&valid_graph(1, MAX_NODES)), []);
}

#[test]
fn every_issue_is_told_at_once() {
    let journey = graph(json!({
        "settings": {"run_key": "event.cart", "frequency_cap": {"max": 0, "per": "0s"}, "concurrency": 0,
                     "goal": {"all": [{"fact": "customer.age", "is": "exists"}]},
                     "quiet_hours": {"from": "21:00", "to": "21:00"}, "reentry": {"rule": "once_per", "period": "0s"}},
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["A"]}},
            {"id": "alone", "kind": "exit"},
            {"id": "twice", "kind": "exit"},
            {"id": "twice", "kind": "exit"},
            {"id": "what", "kind": "condition.fi", "config": {}},
            {"id": "if", "kind": "condition.if", "config": {"predicate": {"fact": "steps.ghost.x", "is": "exists"}, "extra": 1}},
            {"id": "split", "kind": "condition.if", "config": {"predicate": {"fact": "steps.ghost.x", "is": "exists"}}},
            {"id": "long", "kind": "delay.for", "config": {}}
        ],
        "edges": [
            {"from": "start", "port": "next", "to": "if"},
            {"from": "start", "port": "next", "to": "twice"},
            {"from": "start", "port": "side", "to": "twice"},
            {"from": "if", "port": "yes", "to": "split"},
            {"from": "if", "port": "no", "to": "what"},
            {"from": "split", "port": "no", "to": "ghost"},
            {"from": "ghost", "port": "yes", "to": "long"},
            {"from": "what", "port": "next", "to": "start"},
            {"from": "what", "port": "other", "to": "long"}
        ]
    }));
    use IssueCode as C;
    let expected = [
        ("", "/settings/concurrency", C::Invalid),
        ("", "/settings/frequency_cap/max", C::Invalid),
        ("", "/settings/frequency_cap/per", C::Invalid),
        ("", "/settings/goal/all/0/fact", C::UnknownFact),
        ("", "/settings/quiet_hours/to", C::Invalid),
        ("", "/settings/reentry/period", C::Invalid),
        ("", "/settings/run_key", C::UnknownFact),
        ("alone", "", C::Unreachable),
        ("if", "/extra", C::UnknownField),
        ("long", "", C::BrokenEdge),
        ("long", "/duration", C::Missing),
        ("split", "", C::DanglingPort),
        ("split", "", C::BrokenEdge),
        ("split", "/predicate/fact", C::UnknownFact),
        ("start", "", C::BrokenEdge),
        ("start", "", C::DuplicateEdge),
        ("start", "", C::EdgeIntoTrigger),
        ("twice", "", C::DuplicateNode),
        ("what", "", C::UnknownKind),
    ];
    let found = issues(&journey);
    assert_eq!(told(&found), expected);
    assert!(found.iter().all(|i| i.severity == Severity::Error && i.message.contains(": ")), "{found:#?}");
    let mut shuffled = journey.clone();
    shuffled.edges.reverse();
    shuffled.nodes.reverse();
    assert_eq!(issues(&shuffled), found);
}

#[test]
fn a_graph_needs_a_trigger_and_has_a_size() {
    assert_eq!(told(&issues(&Graph::default())), [("", "", IssueCode::NoTrigger)]);
    let mut wide = valid_graph(3, MAX_NODES + 1);
    wide.nodes[0].label = "x".repeat(MAX_JSON);
    assert_eq!(told(&issues(&wide)), [("", "", IssueCode::TooLarge), ("", "", IssueCode::TooLarge)]);
}

#[test]
fn a_loop_must_pass_a_delay() {
    let yes = json!({"predicate": {"fact": "customer.email", "is": "exists"}});
    let mut journey = graph(json!({
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["A"]}},
            {"id": "b", "kind": "condition.if", "config": yes},
            {"id": "a", "kind": "condition.if", "config": yes},
            {"id": "c", "kind": "event.record", "config": {"event": "Again"}},
            {"id": "self", "kind": "event.record", "config": {"event": "Again"}}
        ],
        "edges": [
            {"from": "start", "port": "next", "to": "b"}, {"from": "b", "port": "yes", "to": "a"}, {"from": "b", "port": "no", "to": "self"},
            {"from": "a", "port": "yes", "to": "c"}, {"from": "a", "port": "no", "to": "c"}, {"from": "c", "port": "next", "to": "b"},
            {"from": "self", "port": "next", "to": "self"}
        ]
    }));
    let found = issues(&journey);
    assert_eq!(told(&found), [("a", "", IssueCode::LoopWithoutDelay), ("self", "", IssueCode::LoopWithoutDelay)]);
    assert!(found[0].message.contains("a → c → b → a"), "{}", found[0].message);
    assert!(publish(&journey, &Registry::builtin()).is_err());
    for (node, port) in [("c", "b"), ("self", "self")] {
        let pause = Node {
            kind: "delay.for".into(),
            config: json!({"duration": "1d"}).as_object().unwrap().clone(),
            ..exit(&format!("pause-{node}"))
        };
        journey.apply(&Edit::SpliceNode { node: pause, edge: edge(node, "next", port), port: PortName::NEXT }).unwrap();
    }
    assert_eq!(issues(&journey), []);
}

#[test]
fn a_long_loop_is_named_shortly() {
    let mut journey = row();
    for n in 0..200 {
        let record =
            Node { kind: "event.record".into(), config: json!({"event": "E"}).as_object().unwrap().clone(), ..exit(&format!("r{n:03}")) };
        journey.nodes.push(record);
        journey.edges.push(edge(&format!("r{n:03}"), "next", &format!("r{:03}", (n + 1) % 200)));
    }
    journey.apply(&Edit::Disconnect { edge: edge("start", "next", "wait") }).unwrap();
    journey.apply(&Edit::Connect { edge: edge("start", "next", "r000") }).unwrap();
    let found = issues(&journey);
    let loops: Vec<_> = found.iter().filter(|i| i.code == IssueCode::LoopWithoutDelay).collect();
    assert_eq!(loops.len(), 1);
    assert!(loops[0].message.len() < 300 && loops[0].message.contains("…"), "{}", loops[0].message);
}

#[test]
fn the_hash_knows_content_and_not_order() {
    let registry = Registry::builtin();
    let hash = |graph: &Graph| publish(graph, &registry).unwrap().hash;
    for seed in 0..20 {
        let graph = valid_graph(seed, 40);
        let mut other = graph.clone();
        other.nodes.reverse();
        other.edges.rotate_left(3);
        for node in &mut other.nodes {
            node.position = None;
            node.config = node.config.clone().into_iter().rev().collect();
        }
        assert_eq!(hash(&graph), hash(&other));
        assert_eq!(diff(&graph, &other), GraphDiff::default());
        other.nodes[0].label = "Named".into();
        assert_ne!(hash(&graph), hash(&other));
    }
    assert_eq!(hash(&row()).len(), 64);
}

#[test]
fn a_diff_names_what_changed() {
    let old = row();
    let mut new = old.clone();
    new.apply(&Edit::SetField { node: id("wait"), field: "/duration".into(), value: Some(json!("2h")) }).unwrap();
    new.apply(&Edit::SetLabel { node: id("wait"), label: "Two hours".into() }).unwrap();
    new.apply(&Edit::MoveNodes { to: vec![Move { node: id("start"), position: Some(Position::default()) }] }).unwrap();
    new.apply(&Edit::RemoveNode { node: id("end") }).unwrap();
    new.apply(&Edit::AddNode { node: exit("done") }).unwrap();
    new.apply(&Edit::Connect { edge: edge("wait", "next", "done") }).unwrap();
    new.apply(&Edit::SetSettings { settings: Box::new(crate::settings::Settings { concurrency: Some(3), ..Default::default() }) }).unwrap();
    let found = diff(&old, &new);
    let expected = json!({
        "added": ["done"], "removed": ["end"],
        "changed": [{"node": "wait", "fields": ["label", "config.duration"]}],
        "rewired": [{"from": "wait", "port": "next", "before": "end", "after": "done"}],
        "settings_changed": ["concurrency"]
    });
    assert_eq!(serde_json::to_value(&found).unwrap(), expected);
    assert!(diff(&new, &new).is_empty());
}

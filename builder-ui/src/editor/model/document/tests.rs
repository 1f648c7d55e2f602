use super::clipboard::Clip;
use super::compose::{NewStep, Table};
use super::history::About;
use super::ids::Names;
use super::*;
use crate::gesture::geometry::{Point, Rect};
use crate::gesture::scene::{CARD_WIDTH, Card, Scene, Slot, place_slots};
use serde_json::json;
use std::collections::HashSet;
use tradewind_nodes::graph::{Edge, Move, Note, NoteId, Position, Size, valid_graph};
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::kinds::Outlines;

const HEIGHT: f64 = 60.0;

fn id(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn edge(from: &str, port: &'static str, to: &str) -> Edge {
    Edge { from: id(from), port: PortName::fixed(port), to: id(to) }
}

fn scene(graph: &Graph, kinds: &Outlines, mirror: bool) -> Scene {
    let cards = graph.nodes.iter().map(|node| {
        let wired = |name: &PortName| graph.edges.iter().any(|e| e.from == node.id && e.port == *name);
        let ports = kinds.ports(&node.kind, &node.config);
        let mut slots: Vec<Slot> = ports.iter().map(|p| Slot::new(p.name.clone(), wired(&p.name), p.required)).collect();
        place_slots(&mut slots, CARD_WIDTH, mirror);
        let Position { x, y } = node.position.unwrap_or_default();
        let rect = Rect::new(x, y, CARD_WIDTH, HEIGHT);
        let rect = if mirror { crate::gesture::scene::mirrored(rect) } else { rect };
        Card { id: node.id.clone(), rect, slots, entry: !node.kind.starts_with("trigger.") }
    });
    Scene::new(cards.collect(), graph.edges.clone())
}

/// Trigger, delay and exit, 132 apart.
fn row() -> Graph {
    serde_json::from_value(json!({
        "nodes": [
            {"id": "start", "kind": "trigger.event", "config": {"events": ["A"]}, "position": {"x": 0.0, "y": 0.0}},
            {"id": "wait", "kind": "delay.for", "config": {"duration": "1h"}, "position": {"x": 0.0, "y": 132.0}},
            {"id": "end", "kind": "exit", "position": {"x": 0.0, "y": 264.0}}
        ],
        "edges": [{"from": "start", "port": "next", "to": "wait"}, {"from": "wait", "port": "next", "to": "end"}]
    }))
    .unwrap()
}

fn step(kind: &str) -> NewStep {
    NewStep { kind: kind.into(), config: Outlines::builtin().begun(kind), height: HEIGHT }
}

fn edited(graph: &Graph, compose: impl FnOnce(Table<'_>) -> Option<super::compose::Composed>) -> Option<(Graph, Vec<NodeId>)> {
    let kinds = Outlines::builtin();
    let scene = scene(graph, &kinds, false);
    let composed = compose(Table { graph, kinds: &kinds, scene: &scene, mirror: false })?;
    let mut new = graph.clone();
    let back = new.apply(&composed.edit).unwrap();
    let mut old = new.clone();
    old.apply(&back).unwrap();
    assert_eq!(old, *graph, "every composed edit has its way back");
    Some((new, composed.select.unwrap_or_default()))
}

/// Some edit a person could make, by the dice.
fn any_composed(graph: &Graph, kinds: &Outlines, names: &mut Names, dice: &mut impl FnMut(usize) -> usize) -> Option<(Edit, Label)> {
    let scene = scene(graph, kinds, dice(2) == 0);
    let table = Table { graph, kinds, scene: &scene, mirror: false };
    let node = graph.nodes.get(dice(graph.nodes.len().max(1))).map_or_else(|| id("nobody"), |n| n.id.clone());
    let steps = ["delay.for", "condition.if", "email.send", "exit", "task.ask"];
    let new = step(steps[dice(steps.len())]);
    let wire = graph.edges.get(dice(graph.edges.len().max(1))).cloned();
    let note = Note {
        id: NoteId(format!("n{}", dice(4))),
        text: format!("text {}", dice(9)),
        position: Position::default(),
        size: Size { width: 200.0, height: 100.0 },
    };
    let composed = match dice(12) {
        0 => Some(table.add(names, &new, Point::new(dice(500) as f64, dice(500) as f64), CARD_WIDTH)),
        1 | 2 => {
            let card = scene.card(&node)?;
            let port = card.slots.get(dice(card.slots.len().max(1)))?.name.clone();
            table.add_after(names, &new, &node, &port)
        }
        3 => table.splice(names, &new, &wire?, None),
        4 => table.delete(&[node, graph.nodes.get(dice(graph.nodes.len().max(1)))?.id.clone()]),
        5 => {
            let places = [(node, Point::new(dice(900) as f64, dice(900) as f64))];
            table.move_to(&places, Label::Moved { count: 1 })
        }
        6 => {
            let targets = legal::targets(graph, kinds, &node);
            let slots = &scene.card(&node)?.slots;
            table.connect(&node, &slots.get(dice(slots.len().max(1)))?.name.clone(), targets.get(dice(targets.len().max(1)))?)
        }
        7 => {
            let some: HashSet<NodeId> = graph.nodes.iter().filter(|_| dice(3) == 0).take(4).map(|n| n.id.clone()).collect();
            Some(table.paste(names, &Clip::copy(graph, &some, &HashSet::new())?, None))
        }
        8 => {
            let edit = Edit::SetField { node: node.clone(), field: "/duration".into(), value: Some(json!("3h")) };
            return Some((edit, Label::Changed { node }));
        }
        9 => return Some((Edit::SetLabel { node, label: format!("name {}", dice(5)) }, Label::Renamed)),
        10 => return Some((Edit::AddNote { note, at: None }, Label::NoteAdded)),
        _ => return Some((Edit::ChangeNote { note }, Label::NoteChanged)),
    }?;
    Some((composed.edit, composed.label))
}

#[test]
fn a_hundred_random_edits_are_undone_and_redone() {
    let kinds = Outlines::builtin();
    let mut made = 0;
    for seed in 0..40_u64 {
        let mut state = seed;
        let mut dice = move |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n.max(1)
        };
        let first = valid_graph(seed, 3 + dice(20));
        let mut document = Document::open(first.clone());
        let mut names = Names::new(seed);
        let mut steps = 0;
        for n in 0..100 {
            let Some((edit, label)) = any_composed(document.graph(), &kinds, &mut names, &mut dice) else { continue };
            // Every third edit may join the one before, as typing does.
            let group = (n % 3 == 0).then(|| Group { about: About::Nudge, now: f64::from(n) * 400.0 });
            if document.apply_in(&edit, label, group).is_ok() {
                made += 1;
                steps += 1;
            }
        }
        let last = document.graph().clone();
        let end = document.state();
        let mut undone = 0;
        while document.undo().is_some() {
            undone += 1;
        }
        assert!(undone <= steps);
        assert_eq!(*document.graph(), first, "seed {seed}");
        assert_eq!(serde_json::to_string(document.graph()).unwrap(), serde_json::to_string(&first).unwrap());
        assert!(document.is_saved(), "back at the beginning there is nothing to save");
        while document.redo().is_some() {}
        assert_eq!(*document.graph(), last, "seed {seed}");
        assert_eq!(document.state(), end);
    }
    assert!(made > 1_500, "{made}");
}

#[test]
fn typing_is_one_step_and_a_pause_begins_another() {
    let mut document = Document::open(row());
    let write = |document: &mut Document, text: &str, now: f64| {
        let group = Group { about: About::Field { node: id("wait"), field: "/duration".into() }, now };
        let edit = Edit::SetField { node: id("wait"), field: "/duration".into(), value: Some(json!(text)) };
        document.apply_in(&edit, Label::Changed { node: id("wait") }, Some(group)).unwrap();
    };
    for (n, text) in ["2", "23", "23h"].into_iter().enumerate() {
        write(&mut document, text, n as f64 * 200.0);
    }
    write(&mut document, "24h", 9_000.0);
    let duration = |document: &Document| document.graph().node(&id("wait")).unwrap().config["duration"].clone();
    document.undo();
    assert_eq!(duration(&document), "23h");
    document.undo();
    assert_eq!((duration(&document), document.undoable()), (json!("1h"), None));
    document.redo();
    assert_eq!(duration(&document), "23h");
}

#[test]
fn saved_is_a_state_and_not_a_moment() {
    let mut document = Document::open(row());
    assert!(document.is_saved());
    document.apply(&Edit::SetLabel { node: id("wait"), label: "Patience".into() }, Label::Renamed).unwrap();
    assert!(!document.is_saved());
    let sent = document.state();
    document.apply(&Edit::RemoveNode { node: id("end") }, Label::Removed { count: 1 }).unwrap();
    document.set_saved(sent);
    assert!(!document.is_saved(), "what was done meanwhile is not saved");
    assert_eq!(document.undo().unwrap().0, Label::Removed { count: 1 });
    assert!(document.is_saved());
    document.undo();
    assert!(!document.is_saved());
    document.redo();
    assert!(document.is_saved());
}

#[test]
fn an_edit_says_what_it_touched() {
    let mut document = Document::open(row());
    let moved = Edit::MoveNodes { to: vec![Move { node: id("wait"), position: None }] };
    let touched = document.apply(&moved, Label::Moved { count: 1 }).unwrap();
    assert_eq!((touched.nodes.len(), touched.shape), (1, false));
    let touched = document.apply(&Edit::RemoveNode { node: id("wait") }, Label::Removed { count: 1 }).unwrap();
    assert_eq!(touched.nodes, [id("end"), id("start"), id("wait")].into());
    let (_, touched) = document.undo().unwrap();
    assert!(touched.shape && touched.nodes.len() == 3);
    assert!(document.apply(&Edit::RemoveNode { node: id("ghost") }, Label::Removed { count: 1 }).is_err());
}

#[test]
fn a_step_goes_into_a_wire_and_the_rest_makes_room() {
    let (graph, selected) =
        edited(&row(), |table| table.add_after(&mut Names::new(1), &step("email.send"), &id("start"), &PortName::NEXT)).unwrap();
    let new = &selected[0];
    assert!(graph.edges.contains(&Edge { from: id("start"), port: PortName::NEXT, to: new.clone() }));
    assert!(graph.edges.contains(&Edge { from: new.clone(), port: PortName::NEXT, to: id("wait") }));
    let y = |name: &NodeId| graph.node(name).unwrap().position.unwrap().y;
    assert_eq!((y(new), y(&id("wait")), y(&id("end"))), (132.0, 264.0, 396.0));
}

#[test]
fn a_step_after_an_open_port_is_joined_and_covers_nothing() {
    let mut graph = row();
    graph.apply(&Edit::RemoveNode { node: id("end") }).unwrap();
    let (graph, selected) =
        edited(&graph, |table| table.add_after(&mut Names::new(1), &step("condition.if"), &id("wait"), &PortName::NEXT)).unwrap();
    let at = graph.node(&selected[0]).unwrap().position.unwrap();
    assert_eq!((at.x, at.y), (0.0, 264.0));
    let (graph, _) = edited(&graph, |table| table.add_after(&mut Names::new(2), &step("exit"), &selected[0], &PortName::YES)).unwrap();
    let (graph, _) = edited(&graph, |table| table.add_after(&mut Names::new(3), &step("exit"), &selected[0], &PortName::NO)).unwrap();
    let (yes, no) = (graph.nodes[3].position.unwrap(), graph.nodes[4].position.unwrap());
    assert!(yes.x < no.x && (no.x - yes.x) >= CARD_WIDTH, "{yes:?} {no:?}");
}

#[test]
fn an_end_cannot_be_put_into_a_wire_but_after_a_port() {
    assert_eq!(edited(&row(), |table| table.splice(&mut Names::new(1), &step("exit"), &edge("start", "next", "wait"), None)), None);
    let (graph, selected) =
        edited(&row(), |table| table.add_after(&mut Names::new(1), &step("exit"), &id("start"), &PortName::NEXT)).unwrap();
    assert!(graph.edges.contains(&Edge { from: id("start"), port: PortName::NEXT, to: selected[0].clone() }));
    assert!(!graph.edges.contains(&edge("start", "next", "wait")));
}

#[test]
fn deleting_closes_the_gap_where_one_way_leads_through() {
    let (graph, selected) = edited(&row(), |table| table.delete(&[id("wait")])).unwrap();
    assert_eq!(graph.edges, [edge("start", "next", "end")]);
    assert_eq!(selected, [id("start")]);
    let (graph, _) = edited(&row(), |table| table.delete(&[id("wait"), id("end"), id("ghost")])).unwrap();
    assert_eq!((graph.nodes.len(), graph.edges.len()), (1, 0));
    let mut fork = row();
    fork.nodes[1].kind = "condition.if".into();
    fork.edges = vec![edge("start", "next", "wait"), edge("wait", "yes", "end"), edge("wait", "no", "start")];
    let (graph, _) = edited(&fork, |table| table.delete(&[id("wait")])).unwrap();
    assert!(graph.edges.is_empty(), "nobody knows which of two ways is meant: {:?}", graph.edges);
}

#[test]
fn a_lone_step_dropped_on_a_wire_is_put_into_it() {
    let mut graph = row();
    let mut lone = graph.nodes[1].clone();
    lone.id = id("lone");
    graph.nodes.push(lone);
    let (graph, _) = edited(&graph, |table| table.splice_existing(&id("lone"), &edge("wait", "next", "end"), Vec::new())).unwrap();
    assert!(graph.edges.contains(&edge("wait", "next", "lone")) && graph.edges.contains(&edge("lone", "next", "end")));
    assert_eq!(edited(&graph, |table| table.splice_existing(&id("lone"), &edge("start", "next", "wait"), Vec::new())), None);
}

#[test]
fn a_port_that_led_elsewhere_is_led_anew() {
    let (graph, _) = edited(&row(), |table| table.connect(&id("start"), &PortName::NEXT, &id("end"))).unwrap();
    assert_eq!(graph.edges, [edge("wait", "next", "end"), edge("start", "next", "end")]);
    assert_eq!(edited(&row(), |table| table.connect(&id("start"), &PortName::NEXT, &id("wait"))), None);
}

#[test]
fn a_mirrored_scene_writes_the_same_positions() {
    let graph = row();
    let kinds = Outlines::builtin();
    let scene = scene(&graph, &kinds, true);
    let table = Table { graph: &graph, kinds: &kinds, scene: &scene, mirror: true };
    let at = scene.card(&id("wait")).unwrap().rect;
    assert_eq!(at.x, -CARD_WIDTH);
    assert_eq!(table.move_to(&[(id("wait"), at.origin())], Label::Tidied), None);
    let moved = table.move_to(&[(id("wait"), at.origin() + Point::new(-30.0, 5.0))], Label::Moved { count: 1 }).unwrap();
    let Edit::MoveNodes { to } = moved.edit else { panic!("it moves") };
    assert_eq!(to[0].position, Some(Position { x: 30.0, y: 137.0 }));
}

#[test]
fn any_graph_becomes_any_other_and_back() {
    for seed in 0..10 {
        let (old, mut new) = (valid_graph(seed, 9), valid_graph(seed + 50, 14));
        new.notes.push(Note {
            id: NoteId("a".into()),
            text: "b".into(),
            position: Position::default(),
            size: Size { width: 90.0, height: 90.0 },
        });
        new.settings.concurrency = Some(3);
        let mut document = Document::open(old.clone());
        document.apply(&replacing(&old, &new), Label::Replaced).unwrap();
        assert_eq!(*document.graph(), new);
        document.undo();
        assert_eq!(*document.graph(), old);
    }
}

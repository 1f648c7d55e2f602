//! A graph in miniature, drawn from where its steps stand.

use leptos::prelude::*;
use std::collections::HashMap;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::kind::Family;
use tradewind_nodes::kinds::Outlines;

/// The size of a step on the canvas, and the room around the drawing.
const SIZE: (f64, f64) = (220.0, 60.0);
const ROOM: f64 = 40.0;

/// A step's place and family.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    x: f64,
    y: f64,
    family: &'static str,
}

fn family(kind: &str, families: &HashMap<String, Family>) -> &'static str {
    match families.get(kind) {
        Some(Family::Trigger) => "trigger",
        Some(Family::Condition) => "condition",
        Some(Family::Delay) => "delay",
        Some(Family::Action) | None => "action",
    }
}

/// The steps by their ids; those without a place stand below one another.
fn boxes(graph: &Graph) -> HashMap<String, Step> {
    let families: HashMap<String, Family> = Outlines::builtin().specs().into_iter().map(|spec| (spec.name, spec.family)).collect();
    let place = |(at, node): (usize, &tradewind_nodes::graph::Node)| {
        let (x, y) = node.position.as_ref().map_or((0.0, at as f64 * 120.0), |position| (position.x, position.y));
        (node.id.as_str().to_owned(), Step { x, y, family: family(&node.kind, &families) })
    };
    graph.nodes.iter().enumerate().map(place).collect()
}

/// What of the canvas is seen: left, top, width, height.
fn frame(boxes: &HashMap<String, Step>) -> (f64, f64, f64, f64) {
    let least = |of: fn(&Step) -> f64| boxes.values().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&Step) -> f64| boxes.values().map(of).fold(f64::NEG_INFINITY, f64::max);
    if boxes.is_empty() {
        return (0.0, 0.0, SIZE.0, SIZE.1);
    }
    let (left, top) = (least(|one| one.x) - ROOM, least(|one| one.y) - ROOM);
    (left, top, most(|one| one.x) + SIZE.0 + ROOM - left, most(|one| one.y) + SIZE.1 + ROOM - top)
}

/// The drawing. It tells nothing that the words beside it do not.
#[component]
pub fn Drawing(
    /// Of what.
    graph: Graph,
) -> impl IntoView {
    let boxes = boxes(&graph);
    let (left, top, width, height) = frame(&boxes);
    let wires = graph.edges.iter().filter_map(|edge| {
        let (from, to) = (boxes.get(edge.from.as_str())?, boxes.get(edge.to.as_str())?);
        let (x1, y1, x2, y2) = (from.x + SIZE.0 / 2.0, from.y + SIZE.1, to.x + SIZE.0 / 2.0, to.y);
        let bend = ((y2 - y1) / 2.0).max(30.0);
        Some(view! { <path d=format!("M{x1} {y1} C{x1} {} {x2} {} {x2} {y2}", y1 + bend, y2 - bend) /> })
    });
    let wires = wires.collect_view();
    let steps =
        boxes.values().map(|one| view! { <rect class=one.family x=one.x y=one.y width=SIZE.0 height=SIZE.1 rx="14" /> }).collect_view();
    view! {
        <svg class="sketch" aria-hidden="true" viewBox=format!("{left} {top} {width} {height}") preserveAspectRatio="xMidYMid meet">{wires}{steps}</svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_holds_every_step_and_families_are_known() {
        let graph: Graph = serde_json::from_str(
            r#"{"nodes": [{"id": "a", "kind": "trigger.event", "position": {"x": -100, "y": 0}},
                          {"id": "b", "kind": "delay.for", "position": {"x": 300, "y": 400}}]}"#,
        )
        .unwrap();
        let boxes = boxes(&graph);
        assert_eq!((boxes["a"].family, boxes["b"].family), ("trigger", "delay"));
        let (left, top, width, height) = frame(&boxes);
        assert!(left < -100.0 && top < 0.0 && left + width > 300.0 + SIZE.0 && top + height > 400.0 + SIZE.1);
        assert!(frame(&HashMap::new()).2 > 0.0);
    }
}

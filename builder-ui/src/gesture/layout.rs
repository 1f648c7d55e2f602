//! "Tidy": cards in layers from top to bottom, ways in the order of their ports.

use super::geometry::Point;
use super::scene::Scene;
use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankAlign};
use std::collections::HashMap;
use tradewind_nodes::id::NodeId;

/// Between cards of a layer.
const ASIDE: f64 = 40.0;
/// Between layers: room for a wire's label.
const BELOW: f64 = 72.0;

/// The upper left corner of every card. The first card of the document stays where it is, so that the view does not jump; the
/// same scene always comes out the same.
#[must_use]
pub fn tidy(scene: &Scene) -> Vec<(NodeId, Point)> {
    let cards = scene.cards();
    let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
    // What a reader meets first comes first: dagre keeps that order where it costs no crossing.
    let order = super::walk::reading_order(scene);
    for card in order.iter().filter_map(|(id, _)| scene.card(id)) {
        let label = NodeLabel { width: card.rect.width, height: card.rect.height, ..NodeLabel::default() };
        graph.set_node(card.id.as_str(), Some(label));
    }
    for card in order.iter().filter_map(|(id, _)| scene.card(id)) {
        for (n, slot) in card.slots.iter().enumerate() {
            for wire in scene.wires_at(&card.id).filter(|w| w.from == card.id && w.port == slot.name && w.to != card.id) {
                // The main way is kept straight.
                let label = EdgeLabel { weight: if n == 0 { 3 } else { 1 }, ..EdgeLabel::default() };
                graph.set_edge(wire.from.as_str(), wire.to.as_str(), Some(label), Some(slot.name.as_str()));
            }
        }
    }
    let options = LayoutOptions {
        nodesep: ASIDE,
        ranksep: BELOW,
        edgesep: 24.0,
        rank_align: RankAlign::Top,
        tie_keep_first: true,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    let mut places: HashMap<NodeId, Point> = HashMap::with_capacity(cards.len());
    for card in cards {
        let Some((x, y)) = graph.node(card.id.as_str()).and_then(|label| Some((label.x?, label.y?))) else { continue };
        places.insert(card.id.clone(), Point::new(x - card.rect.width / 2.0, y - card.rect.height / 2.0));
    }
    if turned_round(scene, &places) {
        places.values_mut().for_each(|at| at.x = -at.x);
    }
    settled(scene, places)
}

/// Whether more ports cross than not: then the mirror image keeps the ports' order.
fn turned_round(scene: &Scene, places: &HashMap<NodeId, Point>) -> bool {
    let mut balance = 0_i64;
    for card in scene.cards() {
        // By where the ports are, so that a mirrored scene is judged by its own order.
        let mut ways: Vec<(f64, f64)> = scene
            .wires_at(&card.id)
            .filter(|wire| wire.from == card.id && wire.to != card.id)
            .filter_map(|wire| Some((card.port(&wire.port).x, places.get(&wire.to)?.x)))
            .collect();
        ways.sort_by(|a, b| a.0.total_cmp(&b.0));
        balance += ways.windows(2).map(|pair| if pair[0].1 > pair[1].1 { 1 } else { -i64::from(pair[0].1 < pair[1].1) }).sum::<i64>();
    }
    balance > 0
}

/// The same places, moved so that the first card keeps its own, on whole units.
fn settled(scene: &Scene, places: HashMap<NodeId, Point>) -> Vec<(NodeId, Point)> {
    let anchor = scene.cards().first().and_then(|card| Some(card.rect.origin() - *places.get(&card.id)?)).unwrap_or_default();
    let whole = |p: Point| Point::new(p.x.round(), p.y.round());
    scene.cards().iter().filter_map(|card| Some((card.id.clone(), whole(*places.get(&card.id)? + anchor)))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Rect;
    use super::super::scene::tests::{id, scene};
    use super::super::scene::{CARD_WIDTH, Card, Slot, place_slots};
    use super::*;
    use std::collections::HashMap;
    use tradewind_nodes::graph::valid_graph;
    use tradewind_nodes::kinds::Outlines;

    fn placed(scene: &Scene) -> HashMap<String, Point> {
        tidy(scene).into_iter().map(|(id, at)| (id.to_string(), at)).collect()
    }

    fn generated(seed: u64, size: usize) -> Scene {
        let graph = valid_graph(seed, size);
        let kinds = Outlines::builtin();
        let cards = graph.nodes.iter().map(|node| {
            let ports = kinds.ports(&node.kind, &node.config);
            let wired = |p: &tradewind_nodes::kind::Port| graph.edges.iter().any(|e| e.from == node.id && e.port == p.name);
            let mut slots: Vec<Slot> = ports.iter().map(|p| Slot::new(p.name.clone(), wired(p), p.required)).collect();
            place_slots(&mut slots, CARD_WIDTH, false);
            Card { id: node.id.clone(), rect: Rect::new(0.0, 0.0, CARD_WIDTH, 60.0), slots, entry: !node.kind.starts_with("trigger.") }
        });
        Scene::new(cards.collect(), graph.edges.clone())
    }

    #[test]
    fn ways_come_out_in_the_order_of_their_ports() {
        let fork = scene(
            &[("start", 500.0, 40.0), ("if", 0.0, 0.0), ("z", 0.0, 0.0), ("a", 0.0, 0.0), ("m", 0.0, 0.0)],
            &[("start", "next", "if"), ("if", "yes", "z"), ("if", "maybe", "m"), ("if", "no", "a")],
        );
        let at = placed(&fork);
        assert_eq!(at["start"], Point::new(500.0, 40.0), "the head stays");
        assert!(at["z"].x < at["m"].x && at["m"].x < at["a"].x, "{at:?}");
        assert!(at["z"].y > at["if"].y && at["if"].y > at["start"].y);
        assert_eq!(at["start"].x, at["if"].x, "a chain is straight");
    }

    #[test]
    fn nothing_covers_anything_and_the_same_comes_out_the_same() {
        for seed in 0..12 {
            let scene = generated(seed, 20 + seed as usize * 5);
            let once = tidy(&scene);
            assert_eq!(once, tidy(&scene), "seed {seed}");
            assert_eq!(once.len(), scene.cards().len());
            let rects: Vec<Rect> = once.iter().map(|(_, at)| Rect::new(at.x, at.y, CARD_WIDTH, 60.0)).collect();
            for (n, rect) in rects.iter().enumerate() {
                assert!(rects[..n].iter().all(|other| !other.grown(10.0).meets(rect)), "seed {seed}: card {n} covers another");
            }
        }
    }

    #[test]
    fn a_step_that_leads_to_itself_and_lonely_ones_are_no_trouble() {
        let odd = scene(&[("a", 0.0, 0.0), ("lone", 0.0, 0.0)], &[("a", "next", "a")]);
        let at = placed(&odd);
        assert_ne!(at["a"], at["lone"]);
        assert!(tidy(&Scene::default()).is_empty());
        assert!(odd.card(&id("lone")).is_some());
    }
}

//! What a card shows, made from its node: as a value, so that a card is drawn again only when it differs.

use crate::gesture::scene::{CARD_WIDTH, Slot, place_slots};
use crate::words;
use std::collections::HashSet;
use tradewind_nodes::graph::{Graph, Node};
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::kind::Family;
use tradewind_nodes::kinds::Outlines;

/// The height of a card's head.
pub const HEAD: f64 = 58.0;
/// The height of its foot.
pub const FOOT: f64 = 28.0;

/// What a card shows of its node.
#[derive(Clone, PartialEq, Debug)]
pub struct Face {
    /// The kind's name.
    pub kind: String,
    /// The kind's family; None for a kind nobody knows.
    pub family: Option<Family>,
    /// What it is called.
    pub title: String,
    /// The line below.
    pub line: String,
    /// Its ways out.
    pub slots: Vec<Slot>,
    /// Whether wires may lead to it.
    pub entry: bool,
    /// Whether it reaches a person, so that the time since the trigger is told.
    pub timed: bool,
}

impl Face {
    /// The face of a node.
    #[must_use]
    pub fn of(node: &Node, graph: &Graph, kinds: &Outlines, mirror: bool) -> Self {
        let family = kinds.family(&node.kind);
        let wired: HashSet<&PortName> = graph.edges.iter().filter(|e| e.from == node.id).map(|e| &e.port).collect();
        Self::with(node, &wired, kinds, family, mirror)
    }

    /// The faces of all nodes, each edge looked at once.
    #[must_use]
    pub fn all(graph: &Graph, kinds: &Outlines, mirror: bool) -> Vec<(NodeId, Self)> {
        let mut wired: std::collections::HashMap<&NodeId, HashSet<&PortName>> = std::collections::HashMap::with_capacity(graph.nodes.len());
        graph.edges.iter().for_each(|e| {
            wired.entry(&e.from).or_default().insert(&e.port);
        });
        let none = HashSet::new();
        let one = |node: &Node| Self::with(node, wired.get(&node.id).unwrap_or(&none), kinds, kinds.family(&node.kind), mirror);
        graph.nodes.iter().map(|node| (node.id.clone(), one(node))).collect()
    }

    fn with(node: &Node, wired: &HashSet<&PortName>, kinds: &Outlines, family: Option<Family>, mirror: bool) -> Self {
        let ports = kinds.ports(&node.kind, &node.config);
        let mut slots: Vec<Slot> = ports.into_iter().map(|p| Slot::new(p.name.clone(), wired.contains(&p.name), p.required)).collect();
        // A wire may leave by a port the step has lost: it is shown, so that it can be led elsewhere.
        for port in wired {
            if slots.iter().all(|slot| slot.name != **port) {
                slots.push(Slot::new((*port).clone(), true, false));
            }
        }
        place_slots(&mut slots, CARD_WIDTH, mirror);
        let words::step::Words { title, line } = words::step::of(node, kinds);
        let timed = kinds.reaches_out(&node.kind);
        Self { kind: node.kind.clone(), family, title, line, slots, entry: family != Some(Family::Trigger), timed }
    }

    /// How high its card is; `live` when there are numbers to show.
    #[must_use]
    pub fn height(&self, live: bool) -> f64 {
        if live || self.timed { HEAD + FOOT } else { HEAD }
    }

    /// Whether its wires need their port's name: one way on speaks for itself.
    #[must_use]
    pub fn names_ports(&self) -> bool {
        self.slots.iter().filter(|slot| slot.wired || !slot.aside).count() > 1
            || self.slots.iter().any(|slot| slot.wired && slot.name != PortName::NEXT)
    }
}

//! Where everything lies: cards with their ports, and the wires between them.

use super::geometry::{self, Point, Rect};
use super::wire::{self, Curve};
use std::collections::HashMap;
use tradewind_nodes::graph::Edge;
use tradewind_nodes::id::{NodeId, PortName};

/// The width of a card.
pub const CARD_WIDTH: f64 = 240.0;
/// How near a hand must come to a wire.
pub const NEAR_WIRE: f64 = 14.0;

/// A way out of a card.
#[derive(Clone, PartialEq, Debug)]
pub struct Slot {
    /// Its name.
    pub name: PortName,
    /// Whether a wire leaves it.
    pub wired: bool,
    /// Whether the journey is wrong without a wire.
    pub required: bool,
    /// Whether it waits in the corner until it is wired: ways that most people never go.
    pub aside: bool,
    /// How far from the card's left side it lies.
    pub at: f64,
}

impl Slot {
    /// A port called `name`.
    #[must_use]
    pub fn new(name: PortName, wired: bool, required: bool) -> Self {
        let aside = !required && (name == PortName::FAILED || name.as_str() == "passed");
        Self { name, wired, required, aside, at: 0.0 }
    }
}

/// A card.
#[derive(Clone, PartialEq, Debug)]
pub struct Card {
    /// Its node.
    pub id: NodeId,
    /// Where it lies.
    pub rect: Rect,
    /// Its ways out, in the kind's order.
    pub slots: Vec<Slot>,
    /// Whether wires may lead to it.
    pub entry: bool,
}

impl Card {
    /// Where the port called `name` is.
    #[must_use]
    pub fn port(&self, name: &PortName) -> Point {
        // A wire may leave by a port that the kind has no more: it starts in the middle.
        let at = self.slots.iter().find(|slot| slot.name == *name).map_or(self.rect.width / 2.0, |slot| slot.at);
        Point::new(self.rect.x + at, self.rect.bottom())
    }
    /// Where wires come in.
    #[must_use]
    pub fn entrance(&self) -> Point {
        Point::new(self.rect.center().x, self.rect.y)
    }
}

/// Gives ports their places on the lower side of a card: spread evenly, but for those that wait in the corner until they are
/// wired, so that a plain chain stays a straight line.
pub fn place_slots(slots: &mut [Slot], width: f64, mirror: bool) {
    let leading = slots.iter().filter(|s| s.wired || !s.aside).count();
    let main = |n: usize, slot: &Slot| slot.wired || !slot.aside || (leading == 0 && n == 0);
    let shown = leading.max(usize::from(!slots.is_empty()));
    let waiting = slots.len() - shown;
    let (mut next, mut corner) = (0, 0);
    for (n, slot) in slots.iter_mut().enumerate() {
        let at = if main(n, slot) {
            next += 1;
            (next as f64 - 0.5) / shown as f64 * width
        } else {
            corner += 1;
            width - 18.0 - 20.0 * (waiting - corner) as f64
        };
        slot.at = if mirror { width - at } else { at };
    }
}

/// `rect` on the other side: what the document says of one who reads from left to right, as one sees it who reads from right to
/// left, and the other way round.
#[must_use]
pub fn mirrored(rect: Rect) -> Rect {
    Rect { x: -rect.x - rect.width, ..rect }
}

/// The cards and wires of a journey.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scene {
    cards: Vec<Card>,
    wires: Vec<Edge>,
    index: HashMap<NodeId, usize>,
    /// Indexes of the wires at each card, by the card's index.
    touching: Vec<Vec<usize>>,
}

impl Scene {
    /// The scene of `cards` and `wires`; wires that lead nowhere are left out.
    #[must_use]
    pub fn new(cards: Vec<Card>, wires: Vec<Edge>) -> Self {
        let index: HashMap<NodeId, usize> = cards.iter().enumerate().map(|(n, card)| (card.id.clone(), n)).collect();
        let wires: Vec<Edge> = wires.into_iter().filter(|e| index.contains_key(&e.from) && index.contains_key(&e.to)).collect();
        let mut touching = vec![Vec::new(); cards.len()];
        for (n, wire) in wires.iter().enumerate() {
            touching[index[&wire.from]].push(n);
            if wire.to != wire.from {
                touching[index[&wire.to]].push(n);
            }
        }
        Self { cards, wires, index, touching }
    }
    /// Every card.
    #[must_use]
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }
    /// Every wire.
    #[must_use]
    pub fn wires(&self) -> &[Edge] {
        &self.wires
    }
    /// The card of a node.
    #[must_use]
    pub fn card(&self, id: &NodeId) -> Option<&Card> {
        self.index.get(id).map(|&n| &self.cards[n])
    }
    /// The wires that begin or end at a card.
    pub fn wires_at(&self, id: &NodeId) -> impl Iterator<Item = &Edge> {
        self.index.get(id).into_iter().flat_map(|&n| self.touching[n].iter().map(|&w| &self.wires[w]))
    }
    /// Puts a card elsewhere.
    pub fn move_card(&mut self, id: &NodeId, to: Point) {
        if let Some(&n) = self.index.get(id) {
            self.cards[n].rect = Rect { x: to.x, y: to.y, ..self.cards[n].rect };
        }
    }
    /// The smallest rectangle around all cards.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect> {
        geometry::bounds(self.cards.iter().map(|card| card.rect))
    }
    /// The way of a wire.
    #[must_use]
    pub fn curve(&self, wire: &Edge) -> Option<Curve> {
        let (from, to) = (self.card(&wire.from)?, self.card(&wire.to)?);
        Some(wire::route(from.port(&wire.port), to.entrance(), &from.rect, &to.rect))
    }
    /// The card at `point`, the one drawn last when several lie there.
    #[must_use]
    pub fn card_at(&self, point: Point) -> Option<&Card> {
        self.top_at(point).map(|n| &self.cards[n])
    }
    /// The place among [`Scene::cards`] of the uppermost card at a point: those before it lie under it there.
    #[must_use]
    pub fn top_at(&self, point: Point) -> Option<usize> {
        self.cards.iter().rposition(|card| card.rect.contains(point))
    }
    /// The nearest wire within `reach` of `point`, leaving out those at any card of `except`.
    #[must_use]
    pub fn wire_at(&self, point: Point, reach: f64, except: &[NodeId]) -> Option<&Edge> {
        let free = |wire: &&Edge| !except.contains(&wire.from) && !except.contains(&wire.to);
        let measured = self.wires.iter().filter(free).filter_map(|w| Some((self.curve(w)?.distance(point, reach)?, w)));
        measured.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, wire)| wire)
    }
    /// The cards that lie in or reach into `area`.
    #[must_use]
    pub fn within(&self, area: &Rect) -> Vec<NodeId> {
        self.cards.iter().filter(|card| card.rect.meets(area)).map(|card| card.id.clone()).collect()
    }
    /// The nodes that `id` leads to, in the order of its ports.
    #[must_use]
    pub fn after(&self, id: &NodeId) -> Vec<&NodeId> {
        let Some(card) = self.card(id) else { return Vec::new() };
        let mut out: Vec<(usize, &NodeId)> = Vec::new();
        for wire in self.wires_at(id).filter(|wire| wire.from == *id) {
            let place = card.slots.iter().position(|slot| slot.name == wire.port).unwrap_or(usize::MAX);
            out.push((place, &wire.to));
        }
        out.sort_by_key(|(place, _)| *place);
        out.into_iter().map(|(_, to)| to).collect()
    }
    /// The nodes that lead to `id`, as they were drawn.
    #[must_use]
    pub fn before(&self, id: &NodeId) -> Vec<&NodeId> {
        self.wires_at(id).filter(|wire| wire.to == *id).map(|wire| &wire.from).collect()
    }
    /// `id` and everything it leads to.
    #[must_use]
    pub fn branch(&self, id: &NodeId) -> Vec<NodeId> {
        let mut found: Vec<NodeId> = self.card(id).into_iter().map(|card| card.id.clone()).collect();
        let mut seen: std::collections::HashSet<NodeId> = found.iter().cloned().collect();
        let mut n = 0;
        while n < found.len() {
            for next in self.after(&found[n].clone()) {
                if seen.insert(next.clone()) {
                    found.push(next.clone());
                }
            }
            n += 1;
        }
        found
    }
    /// The nearest place to `wanted` where a card of `size` covers no other: below first, then to the sides.
    #[must_use]
    pub fn free_place(&self, wanted: Rect) -> Point {
        const GAP: f64 = 24.0;
        let free = |rect: &Rect| self.cards.iter().all(|card| !card.rect.grown(GAP / 2.0).meets(rect));
        for row in 0..6 {
            for step in [0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0] {
                let moved = wanted.moved(Point::new(step * (wanted.width + 2.0 * GAP), f64::from(row) * (wanted.height + 2.0 * GAP)));
                if free(&moved) {
                    return moved.origin();
                }
            }
        }
        // Crowded all around: under everything there is always room.
        let bottom = self.bounds().map_or(0.0, |all| all.bottom());
        Point::new(wanted.x, bottom + GAP)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::gesture) fn id(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    pub(in crate::gesture) fn edge(from: &str, port: &'static str, to: &str) -> Edge {
        Edge { from: id(from), port: PortName::fixed(port), to: id(to) }
    }

    /// Cards of 240 by 60 at the given places; ports as the wires say.
    pub(in crate::gesture) fn scene(cards: &[(&str, f64, f64)], wires: &[(&str, &'static str, &str)]) -> Scene {
        let wires: Vec<Edge> = wires.iter().map(|(from, port, to)| edge(from, port, to)).collect();
        let cards = cards.iter().map(|(name, x, y)| {
            let mut slots: Vec<Slot> =
                wires.iter().filter(|w| w.from.as_str() == *name).map(|w| Slot::new(w.port.clone(), true, false)).collect();
            place_slots(&mut slots, CARD_WIDTH, false);
            Card { id: id(name), rect: Rect::new(*x, *y, CARD_WIDTH, 60.0), slots, entry: *name != "start" }
        });
        Scene::new(cards.collect(), wires)
    }

    fn fork() -> Scene {
        scene(
            &[("start", 0.0, 0.0), ("if", 0.0, 120.0), ("a", -140.0, 240.0), ("b", 140.0, 240.0)],
            &[("start", "next", "if"), ("if", "no", "b"), ("if", "yes", "a")],
        )
    }

    #[test]
    fn a_chain_is_straight_and_waiting_ports_stand_aside() {
        let mut slots = vec![Slot::new(PortName::NEXT, true, false), Slot::new(PortName::FAILED, false, false)];
        place_slots(&mut slots, 240.0, false);
        assert_eq!((slots[0].at, slots[1].at), (120.0, 222.0));
        slots[1].wired = true;
        place_slots(&mut slots, 240.0, false);
        assert_eq!((slots[0].at, slots[1].at), (60.0, 180.0));
        place_slots(&mut slots, 240.0, true);
        assert_eq!((slots[0].at, slots[1].at), (180.0, 60.0));
        slots.iter_mut().for_each(|slot| slot.wired = false);
        place_slots(&mut slots, 240.0, false);
        assert_eq!((slots[0].at, slots[1].at), (120.0, 222.0));
    }

    #[test]
    fn what_lies_under_a_hand_is_found() {
        let mut scene = fork();
        assert_eq!(scene.card_at(Point::new(10.0, 130.0)).map(|c| c.id.as_str()), Some("if"));
        assert_eq!(scene.card_at(Point::new(10.0, 100.0)), None);
        scene.move_card(&id("if"), Point::new(0.0, 20.0));
        assert_eq!(
            (scene.top_at(Point::new(10.0, 10.0)), scene.top_at(Point::new(10.0, 30.0))),
            (Some(0), Some(1)),
            "the later one is on top"
        );
        let scene = fork();
        let wire = scene.wire_at(Point::new(123.0, 90.0), NEAR_WIRE, &[]).unwrap();
        assert_eq!(*wire, edge("start", "next", "if"));
        assert_eq!(scene.wire_at(Point::new(123.0, 90.0), NEAR_WIRE, &[id("if")]), None);
        assert_eq!(scene.within(&Rect::new(-200.0, 250.0, 100.0, 10.0)), [id("a")]);
    }

    #[test]
    fn ways_are_in_the_order_of_ports_and_branches_end() {
        let scene = fork();
        assert_eq!(scene.after(&id("if")), [&id("b"), &id("a")]);
        assert_eq!(scene.before(&id("a")), [&id("if")]);
        assert_eq!(scene.branch(&id("if")), [id("if"), id("b"), id("a")]);
        let round = super::tests::scene(&[("a", 0.0, 0.0), ("b", 0.0, 90.0)], &[("a", "next", "b"), ("b", "next", "a")]);
        assert_eq!(round.branch(&id("a")).len(), 2);
    }

    #[test]
    fn a_free_place_covers_nothing() {
        let mut scene = fork();
        for n in 0..40 {
            let size = Rect::new(0.0, 120.0, 240.0, 60.0);
            let at = scene.free_place(size);
            let rect = Rect { x: at.x, y: at.y, ..size };
            assert!(scene.cards().iter().all(|card| !card.rect.meets(&rect)), "{n}: {rect:?}");
            let mut cards = scene.cards().to_vec();
            cards.push(Card { id: id(&format!("n{n}")), rect, slots: Vec::new(), entry: true });
            scene = Scene::new(cards, scene.wires().to_vec());
        }
    }

    #[test]
    fn mirroring_twice_changes_nothing() {
        let rect = Rect::new(30.0, 5.0, 240.0, 60.0);
        assert_eq!(mirrored(rect).x, -270.0);
        assert_eq!(mirrored(mirrored(rect)), rect);
    }
}

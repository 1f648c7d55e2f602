//! What hands and keys ask for, as edits: a new step after another, a step put into a wire, a step taken out of its chain.

use super::clipboard::Clip;
use super::history::Label;
use super::ids::Names;
use super::legal;
use crate::gesture::geometry::{Point, Rect};
use crate::gesture::scene::{Card, Scene, mirrored};
use std::collections::HashSet;
use tradewind_nodes::JsonMap;
use tradewind_nodes::graph::{Edge, Edit, Graph, Move, Node, Position};
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::kinds::Outlines;

/// Between a card and the one below: room for a wire and its label.
pub const BELOW: f64 = 72.0;
/// How far a copy lies from what it was made of.
const BESIDE: f64 = 40.0;

/// An edit, what to call it, and what is selected afterwards.
#[derive(Clone, PartialEq, Debug)]
pub struct Composed {
    /// The edit.
    pub edit: Edit,
    /// Its name.
    pub label: Label,
    /// The nodes to select; None keeps the selection.
    pub select: Option<Vec<NodeId>>,
}

/// A step to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct NewStep {
    /// Its kind.
    pub kind: String,
    /// What it begins with.
    pub config: JsonMap,
    /// How large its card will be.
    pub height: f64,
}

/// What composing looks at.
#[derive(Clone, Copy)]
pub struct Table<'t> {
    /// The graph.
    pub graph: &'t Graph,
    /// The kinds.
    pub kinds: &'t Outlines,
    /// Where everything lies.
    pub scene: &'t Scene,
    /// Whether the scene is mirrored.
    pub mirror: bool,
}

impl Table<'_> {
    /// What the document says of a card that lies at `rect`.
    #[must_use]
    pub fn position(&self, rect: Rect) -> Position {
        let Rect { x, y, .. } = if self.mirror { mirrored(rect) } else { rect };
        Position { x, y }
    }

    fn node(&self, names: &mut Names, step: &NewStep, rect: Rect) -> Node {
        let id = names.node(self.graph, &step.kind, &HashSet::new());
        Node { id, kind: step.kind.clone(), label: String::new(), config: step.config.clone(), position: Some(self.position(rect)) }
    }

    fn wire(&self, from: &NodeId, port: &PortName) -> Option<&Edge> {
        self.graph.edges.iter().find(|e| e.from == *from && e.port == *port)
    }

    /// A new step where there is nothing.
    #[must_use]
    pub fn add(&self, names: &mut Names, step: &NewStep, at: Point, width: f64) -> Composed {
        let node = self.node(names, step, Rect::new(at.x, at.y, width, step.height));
        let select = Some(vec![node.id.clone()]);
        Composed { edit: Edit::AddNode { node }, label: Label::Added { kind: step.kind.clone() }, select }
    }

    /// A new step after `port` of `from`: put into its wire when it has one.
    #[must_use]
    pub fn add_after(&self, names: &mut Names, step: &NewStep, from: &NodeId, port: &PortName) -> Option<Composed> {
        let card = self.scene.card(from)?;
        if let Some(wire) = self.wire(from, port) {
            return self.splice(names, step, wire, None).or_else(|| self.end(names, step, wire, card));
        }
        let at = card.port(port);
        // Several open ports: each to its side, so that the next one finds its place too.
        let aside = if card.slots.len() > 1 { (at.x - card.rect.center().x) * 1.2 } else { 0.0 };
        let wanted = Rect::new(card.rect.x + aside, card.rect.bottom() + BELOW, card.rect.width, step.height);
        let place = self.scene.free_place(wanted);
        let node = self.node(names, step, Rect { x: place.x, y: place.y, ..wanted });
        let edge = Edge { from: from.clone(), port: port.clone(), to: node.id.clone() };
        let select = Some(vec![node.id.clone()]);
        let edits = vec![Edit::AddNode { node }, Edit::Connect { edge }];
        Some(Composed { edit: Edit::Many { edits }, label: Label::Added { kind: step.kind.clone() }, select })
    }

    /// A new step in the middle of a wire; None when no way leads out of it. What comes after moves down if there is no room.
    /// `at` is where the hand let go; halfway when None.
    #[must_use]
    pub fn splice(&self, names: &mut Names, step: &NewStep, wire: &Edge, at: Option<Point>) -> Option<Composed> {
        let port = self.kinds.ports(&step.kind, &step.config).first()?.name.clone();
        let (from, to) = (self.scene.card(&wire.from)?, self.scene.card(&wire.to)?);
        let place = self.between(from, to, step.height, at);
        let rect = Rect::new(place.x, place.y, to.rect.width, step.height);
        let node = self.node(names, step, rect);
        let select = Some(vec![node.id.clone()]);
        let mut edits = vec![Edit::SpliceNode { node, edge: wire.clone(), port }];
        edits.extend(self.make_room(rect, from, to));
        Some(Composed { edit: Edit::Many { edits }, label: Label::Added { kind: step.kind.clone() }, select })
    }

    /// Puts a lone step that is there already into a wire.
    #[must_use]
    pub fn splice_existing(&self, id: &NodeId, wire: &Edge, moves: Vec<Move>) -> Option<Composed> {
        let node = self.graph.node(id)?;
        let lone = self.graph.edges.iter().all(|e| e.from != *id && e.to != *id);
        let legal = legal::targets(self.graph, self.kinds, &wire.from).contains(id);
        if !lone || !legal {
            return None;
        }
        let port = self.kinds.ports(&node.kind, &node.config).first()?.name.clone();
        let edits = vec![
            Edit::MoveNodes { to: moves },
            Edit::Disconnect { edge: wire.clone() },
            Edit::Connect { edge: Edge { from: wire.from.clone(), port: wire.port.clone(), to: id.clone() } },
            Edit::Connect { edge: Edge { from: id.clone(), port, to: wire.to.clone() } },
        ];
        Some(Composed { edit: Edit::Many { edits }, label: Label::Connected, select: None })
    }

    /// An end put after a port that led on: the wire now leads to the end.
    fn end(&self, names: &mut Names, step: &NewStep, wire: &Edge, from: &Card) -> Option<Composed> {
        let to = self.scene.card(&wire.to)?;
        let wanted = Rect::new(to.rect.x, from.rect.bottom() + BELOW, to.rect.width, step.height);
        let place = self.scene.free_place(wanted);
        let node = self.node(names, step, Rect { x: place.x, y: place.y, ..wanted });
        let select = Some(vec![node.id.clone()]);
        let edge = Edge { to: node.id.clone(), ..wire.clone() };
        let edits = vec![Edit::AddNode { node }, Edit::Disconnect { edge: wire.clone() }, Edit::Connect { edge }];
        Some(Composed { edit: Edit::Many { edits }, label: Label::Added { kind: step.kind.clone() }, select })
    }

    fn between(&self, from: &Card, to: &Card, height: f64, at: Option<Point>) -> Point {
        let upward = to.rect.y < from.rect.bottom();
        if upward {
            // Into a wire that leads back up: under where it leaves.
            return self.scene.free_place(Rect::new(from.rect.x, from.rect.bottom() + BELOW, from.rect.width, height));
        }
        let x = at.map_or(to.rect.x, |at| at.x - to.rect.width / 2.0);
        // In line with what it leads to, unless it was dropped far from there.
        let x = if (x - to.rect.x).abs() < to.rect.width { to.rect.x } else { x };
        let room = to.rect.y - from.rect.bottom();
        let y = if room >= height + 2.0 * BELOW * 0.6 { from.rect.bottom() + (room - height) / 2.0 } else { from.rect.bottom() + BELOW };
        Point::new(x, y)
    }

    /// Moves what a wire led to, and all after it, down as far as the new card needs.
    fn make_room(&self, new: Rect, from: &Card, to: &Card) -> Option<Edit> {
        let missing = new.bottom() + BELOW * 0.6 - to.rect.y;
        if missing <= 0.0 || to.rect.y < from.rect.bottom() {
            return None;
        }
        let by = new.bottom() + BELOW - to.rect.y;
        // What is after it by a loop but lies above stays.
        let below = self.scene.branch(&to.id).into_iter().filter_map(|id| self.scene.card(&id)).filter(|card| card.rect.y >= to.rect.y);
        Some(Edit::MoveNodes { to: below.map(|card| self.moved(card, Point::new(0.0, by))).collect() })
    }

    fn moved(&self, card: &Card, by: Point) -> Move {
        Move { node: card.id.clone(), position: Some(self.position(card.rect.moved(by))) }
    }

    /// Moves cards to places of the scene.
    #[must_use]
    pub fn move_to(&self, places: &[(NodeId, Point)], label: Label) -> Option<Composed> {
        let moves: Vec<Move> = places
            .iter()
            .filter_map(|(id, at)| {
                let card = self.scene.card(id)?;
                let position = self.position(Rect { x: at.x, y: at.y, ..card.rect });
                (self.graph.node(id)?.position != Some(position)).then(|| Move { node: id.clone(), position: Some(position) })
            })
            .collect();
        (!moves.is_empty()).then_some(Composed { edit: Edit::MoveNodes { to: moves }, label, select: None })
    }

    /// Joins a port to a node; a port that led elsewhere leads there no more. None when nothing changes.
    #[must_use]
    pub fn connect(&self, from: &NodeId, port: &PortName, to: &NodeId) -> Option<Composed> {
        let edge = Edge { from: from.clone(), port: port.clone(), to: to.clone() };
        let (edit, label) = match self.wire(from, port) {
            Some(old) if old.to == *to => return None,
            Some(old) => {
                let edits = vec![Edit::Disconnect { edge: old.clone() }, Edit::Connect { edge }];
                (Edit::Many { edits }, Label::Connected)
            }
            None => (Edit::Connect { edge }, Label::Connected),
        };
        Some(Composed { edit, label, select: None })
    }

    /// The port whose way is kept when the node goes: the one wired port, or any when all lead to the same place.
    #[must_use]
    pub fn kept_port(&self, id: &NodeId) -> Option<&PortName> {
        let mut out = self.graph.edges.iter().filter(|e| e.from == *id && e.to != *id);
        let first = out.next()?;
        out.all(|e| e.to == first.to).then_some(&first.port)
    }

    /// Takes nodes away. Where one way leads through a node what was before it is joined to what was after it.
    #[must_use]
    pub fn delete(&self, ids: &[NodeId]) -> Option<Composed> {
        let edits: Vec<Edit> = ids
            .iter()
            .filter(|id| self.graph.node(id).is_some())
            .map(|id| match self.kept_port(id) {
                Some(port) => Edit::RemoveAndReconnect { node: id.clone(), port: port.clone() },
                None => Edit::RemoveNode { node: id.clone() },
            })
            .collect();
        let label = Label::Removed { count: edits.len() };
        // What comes next is where the keyboard goes on.
        let gone = |id: &NodeId| ids.contains(id);
        let neighbour = ids.first().and_then(|id| {
            let near = self.scene.before(id).into_iter().chain(self.scene.after(id));
            near.into_iter().find(|next| !gone(next)).cloned()
        });
        (!edits.is_empty()).then(|| Composed { edit: Edit::Many { edits }, label, select: Some(neighbour.into_iter().collect()) })
    }

    /// Pastes beside what was copied, or with its corner at `at`.
    #[must_use]
    pub fn paste(&self, names: &mut Names, clip: &Clip, at: Option<Point>) -> Composed {
        let origin = clip.origin();
        let by = match at {
            Some(at) => {
                let to = self.position(Rect::new(at.x, at.y, if self.mirror { crate::gesture::scene::CARD_WIDTH } else { 0.0 }, 0.0));
                Position { x: to.x - origin.x, y: to.y - origin.y }
            }
            None => Position { x: BESIDE, y: BESIDE },
        };
        let (edit, ids) = clip.paste(self.graph, names, by);
        Composed { edit, label: Label::Pasted { count: clip.len() }, select: Some(ids) }
    }
}

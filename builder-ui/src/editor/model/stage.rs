//! Where everything lies and the elements that show it. Positions are written into the elements directly: a pan or a drag
//! changes a transform and renders nothing.

use super::face::Face;
use super::overview::{Overview, Tints};
use super::sight::Lies;
use crate::gesture::geometry::{Point, Rect, Size};
use crate::gesture::scene::{CARD_WIDTH, Card, Scene, mirrored};
use crate::gesture::snap::GRID;
use crate::gesture::viewport::Viewport;
use std::collections::{HashMap, HashSet};
use tradewind_nodes::graph::{Edge, Graph, Note, NoteId, Position};
use tradewind_nodes::id::NodeId;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};

/// Below this zoom there are no cards but an [`Overview`].
pub const FAR: f64 = 0.42;
/// The smallest distance of the grid's dots on the screen.
const DOTS: f64 = 14.0;

/// The elements of a wire.
#[derive(Clone, Default)]
struct WireElements {
    path: Option<Element>,
    label: Option<HtmlElement>,
}

/// Where everything lies, as the page has it.
pub struct InSight {
    /// Every card, in its order.
    pub cards: Vec<(NodeId, Lies)>,
    /// Every wire, in its order.
    pub wires: Vec<(Edge, Lies)>,
}

/// The stage.
#[derive(Default)]
pub struct Stage {
    /// Where cards lie and how wires run.
    pub scene: Scene,
    /// Pan and zoom.
    pub view: Viewport,
    /// How large the canvas is on the screen.
    pub size: Size,
    /// The canvas's upper left corner in the window.
    pub corner: Point,
    /// Whether the scene is mirrored, for those who read from right to left.
    pub mirror: bool,
    /// Whether cards show numbers.
    pub live: bool,
    /// The part of the scene whose cards are on the page.
    region: Rect,
    /// Whether the overview is seen in place of the cards.
    afar: bool,
    overview: Overview,
    elements: Option<Elements>,
    cards: HashMap<NodeId, HtmlElement>,
    wires: HashMap<Edge, WireElements>,
    notes: HashMap<NoteId, (HtmlElement, Rect)>,
}

/// What is moved as a whole.
#[derive(Clone)]
pub struct Elements {
    /// Everything; its class says whether the overview is seen.
    pub canvas: HtmlElement,
    /// Cards, wires, notes.
    pub layer: HtmlElement,
    /// What is drawn over them: a wire in the hand, guides.
    pub over: HtmlElement,
    /// The dots.
    pub grid: HtmlElement,
}

fn set(element: &HtmlElement, property: &str, value: &str) {
    let _ = element.style().set_property(property, value);
}

fn shift(at: Point) -> String {
    format!("translate({:.1}px,{:.1}px)", at.x, at.y)
}

impl Stage {
    /// An empty stage.
    #[must_use]
    pub fn new(mirror: bool) -> Self {
        Self { mirror, ..Self::default() }
    }

    /// Lays out the scene of `graph` anew. `faces` has every node.
    pub fn build(&mut self, graph: &Graph, faces: impl Fn(&NodeId) -> Option<Face>) {
        let mut seen_afar = Vec::with_capacity(graph.nodes.len());
        let cards = graph.nodes.iter().filter_map(|node| {
            let face = faces(&node.id)?;
            let rect = self.rect(node.position.unwrap_or_default(), CARD_WIDTH, face.height(self.live));
            seen_afar.push((face.family, face.title));
            Some(Card { id: node.id.clone(), rect, slots: face.slots, entry: face.entry })
        });
        self.scene = Scene::new(cards.collect(), graph.edges.clone());
        self.overview.set_faces(seen_afar);
    }

    /// A rectangle of the document as one of the scene.
    #[must_use]
    pub fn rect(&self, at: Position, width: f64, height: f64) -> Rect {
        let rect = Rect::new(at.x, at.y, width, height);
        if self.mirror { mirrored(rect) } else { rect }
    }

    /// The document's position of a rectangle of the scene.
    #[must_use]
    pub fn position(&self, rect: Rect) -> Position {
        let Rect { x, y, .. } = if self.mirror { mirrored(rect) } else { rect };
        Position { x, y }
    }

    /// Where a note lies in the scene.
    #[must_use]
    pub fn note_rect(&self, note: &Note) -> Rect {
        self.rect(note.position, note.size.width, note.size.height)
    }

    /// A point of the window as one of the canvas.
    #[must_use]
    pub fn on_canvas(&self, x: i32, y: i32) -> Point {
        Point::new(f64::from(x), f64::from(y)) - self.corner
    }

    /// The canvas is on the page.
    pub fn mount(&mut self, elements: Elements, overview: HtmlCanvasElement) {
        self.elements = Some(elements);
        self.overview.mount(overview);
    }

    /// Asks the page where the canvas is.
    pub fn measure(&mut self, canvas: &Element) {
        let rect = canvas.get_bounding_client_rect();
        self.corner = Point::new(rect.left(), rect.top());
        self.size = Size::new(rect.width(), rect.height());
        self.overview.resize(self.size);
        self.draw_afar();
    }

    /// Shows pan and zoom.
    pub fn draw_view(&mut self) {
        let Viewport { pan, zoom } = self.view;
        if self.view.zoom < FAR {
            self.set_afar(true);
        }
        if let Some(Elements { layer, over, grid, .. }) = &self.elements {
            let transform = format!("translate({:.2}px,{:.2}px) scale({zoom:.4})", pan.x, pan.y);
            set(layer, "transform", &transform);
            set(over, "transform", &transform);
            let mut cell = GRID * zoom;
            while cell < DOTS {
                cell *= 2.0;
            }
            set(grid, "--cell", &format!("{cell:.3}px"));
            set(grid, "transform", &shift(Point::new(pan.x.rem_euclid(cell) - cell, pan.y.rem_euclid(cell) - cell)));
        }
        self.draw_afar();
    }

    /// Whether the overview is seen in place of the cards.
    #[must_use]
    pub fn is_afar(&self) -> bool {
        self.afar
    }

    /// Shows the overview, or the cards once they are on the page.
    pub fn set_afar(&mut self, afar: bool) {
        if self.afar == afar {
            return;
        }
        self.afar = afar;
        if let Some(Elements { canvas, .. }) = &self.elements {
            let _ = canvas.class_list().toggle_with_force("afar", afar);
        }
        self.draw_afar();
    }

    /// What stands out when seen from afar.
    pub fn tint(&mut self, tints: Tints) {
        if self.overview.set_tints(tints) {
            self.draw_afar();
        }
    }

    /// The theme is another.
    pub fn recolour(&mut self) {
        self.overview.recolour();
        self.draw_afar();
    }

    fn draw_afar(&mut self) {
        if self.afar {
            let notes = self.notes.values().map(|(_, rect)| *rect);
            self.overview.draw(&self.scene, notes, &self.view, self.size, self.mirror);
        }
    }

    /// Whether cards come into sight that are not on the page.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        if self.view.zoom < FAR {
            return false;
        }
        if self.afar {
            return true;
        }
        let seen = self.view.seen(self.size);
        let inside = self.region.contains(seen.origin()) && self.region.contains(Point::new(seen.right(), seen.bottom()));
        // Far too many after zooming in is a reason too.
        !inside || self.region.width > seen.width * 6.0
    }

    /// Decides what belongs on the page: what is seen, and as much again on every side.
    pub fn cut(&mut self) -> InSight {
        let seen = self.view.seen(self.size);
        self.region = seen.grown(seen.width.max(seen.height) * 0.5);
        let lies = |rect: &Rect| {
            if rect.meets(&seen) {
                Lies::Seen
            } else if rect.meets(&self.region) {
                Lies::Near
            } else {
                Lies::Far
            }
        };
        let wire = |wire: &Edge| {
            let ends = [self.scene.card(&wire.from), self.scene.card(&wire.to)].into_iter().flatten().map(|card| card.rect);
            // The rectangle around both ends holds the wire but for its round trips, which stay near.
            let lies = crate::gesture::geometry::bounds(ends).map_or(Lies::Far, |rect| lies(&rect.grown(60.0)));
            (wire.clone(), lies)
        };
        let cards = self.scene.cards().iter().map(|card| (card.id.clone(), lies(&card.rect))).collect();
        InSight { cards, wires: self.scene.wires().iter().map(wire).collect() }
    }

    /// What belongs on the page from afar: the cards that are `there`, so that coming back costs little, and no wires more.
    #[must_use]
    pub fn keep(&self, there: &[NodeId]) -> InSight {
        let there: HashSet<&NodeId> = there.iter().collect();
        let card = |card: &Card| (card.id.clone(), if there.contains(&card.id) { Lies::Seen } else { Lies::Far });
        let wire = |wire: &Edge| {
            let on_page = there.contains(&wire.from) || there.contains(&wire.to);
            (wire.clone(), if on_page { Lies::Near } else { Lies::Far })
        };
        InSight { cards: self.scene.cards().iter().map(card).collect(), wires: self.scene.wires().iter().map(wire).collect() }
    }

    /// The element of a card is on the page.
    pub fn show_card(&mut self, id: &NodeId, element: HtmlElement) {
        self.cards.insert(id.clone(), element);
        self.draw_card(id);
    }

    /// The element of a card is gone.
    pub fn hide_card(&mut self, id: &NodeId) {
        self.cards.remove(id);
    }

    /// The element of a card, when it is on the page.
    #[must_use]
    pub fn card_element(&self, id: &NodeId) -> Option<&HtmlElement> {
        self.cards.get(id)
    }

    /// Every card on the page.
    pub fn card_elements(&self) -> impl Iterator<Item = (&NodeId, &HtmlElement)> {
        self.cards.iter()
    }

    /// Puts a card's element where the card is.
    pub fn draw_card(&self, id: &NodeId) {
        if let (Some(card), Some(element)) = (self.scene.card(id), self.cards.get(id)) {
            set(element, "transform", &shift(card.rect.origin()));
            set(element, "height", &format!("{}px", card.rect.height));
        }
    }

    /// The element of a wire is on the page.
    pub fn show_wire(&mut self, wire: &Edge, path: Element) {
        self.wires.entry(wire.clone()).or_default().path = Some(path);
        self.draw_wire(wire);
    }

    /// The label of a wire is on the page.
    pub fn show_label(&mut self, wire: &Edge, label: HtmlElement) {
        self.wires.entry(wire.clone()).or_default().label = Some(label);
        self.draw_wire(wire);
    }

    /// The element of a wire is gone.
    pub fn hide_wire(&mut self, wire: &Edge) {
        if let Some(elements) = self.wires.get_mut(wire) {
            elements.path = None;
        }
        self.wires.retain(|_, elements| elements.path.is_some() || elements.label.is_some());
    }

    /// The label of a wire is gone.
    pub fn hide_label(&mut self, wire: &Edge) {
        if let Some(elements) = self.wires.get_mut(wire) {
            elements.label = None;
        }
        self.wires.retain(|_, elements| elements.path.is_some() || elements.label.is_some());
    }

    /// Draws a wire between where its cards are.
    pub fn draw_wire(&self, wire: &Edge) {
        let (Some(elements), Some(curve)) = (self.wires.get(wire), self.scene.curve(wire)) else { return };
        if let Some(path) = &elements.path {
            let _ = path.set_attribute("d", &curve.d());
        }
        if let Some(label) = &elements.label {
            set(label, "transform", &format!("{} translate(-50%,-50%)", shift(curve.label())));
        }
    }

    /// Puts cards elsewhere, with all their wires.
    pub fn move_cards(&mut self, places: &[(NodeId, Point)]) {
        self.overview.moved();
        for (id, at) in places {
            self.scene.move_card(id, *at);
            self.draw_card(id);
        }
        for (id, _) in places {
            self.scene.wires_at(id).for_each(|wire| self.draw_wire(wire));
        }
        self.draw_afar();
    }

    /// Draws everything that is on the page.
    pub fn draw_all(&mut self) {
        self.cards.keys().for_each(|id| self.draw_card(id));
        self.wires.keys().for_each(|wire| self.draw_wire(wire));
        self.draw_afar();
    }

    /// The element of a note is on the page, or its note has changed.
    pub fn show_note(&mut self, note: &Note, element: HtmlElement) {
        let rect = self.note_rect(note);
        self.notes.insert(note.id.clone(), (element, rect));
        self.draw_note(&note.id, rect);
    }

    /// The element of a note is gone.
    pub fn hide_note(&mut self, id: &NoteId) {
        self.notes.remove(id);
        self.overview.moved();
        self.draw_afar();
    }

    /// Puts a note's element where `rect` says.
    pub fn draw_note(&mut self, id: &NoteId, rect: Rect) {
        if let Some((element, place)) = self.notes.get_mut(id) {
            *place = rect;
            set(element, "transform", &shift(rect.origin()));
            set(element, "width", &format!("{}px", rect.width));
            set(element, "height", &format!("{}px", rect.height));
        }
        self.overview.moved();
        self.draw_afar();
    }

    /// While set, cards glide to their new places instead of jumping.
    pub fn set_gliding(&self, gliding: bool) {
        if let Some(Elements { layer, .. }) = &self.elements {
            let _ = layer.class_list().toggle_with_force("gliding", gliding);
        }
    }

    /// While set, the layer is kept as a picture, which is moved as a whole.
    pub fn set_moving(&mut self, moving: bool) {
        if let Some(Elements { layer, .. }) = &self.elements {
            let _ = layer.class_list().toggle_with_force("moving", moving);
        }
        self.overview.set_named(!moving);
        if !moving {
            self.draw_afar();
        }
    }
}

//! Doing what hands mean: from intents to the stage while they move, and to edits when they let go.

use super::drag;
use crate::browser;
use crate::editor::model::adding::Place;
use crate::editor::model::hands::Going;
use crate::editor::model::motion::{is_idle, moving};
use crate::editor::model::opening;
use crate::editor::model::stage::FAR;
use crate::editor::model::state::{Connecting, Editor, Selection};
use crate::gesture::geometry::{Point, Rect};
use crate::gesture::pointer::{self, Device, Grabbed, Held, Input, Intent, Phase, Target};
use crate::gesture::scene::{Card, NEAR_WIRE};
use crate::gesture::scroll;
use crate::gesture::wire;
use leptos::prelude::*;
use tradewind_nodes::id::{NodeId, PortName};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// How near a hand must come to a port, in pixels; fingers are broader.
const NEAR_PORT: f64 = 11.0;
const NEAR_PORT_FINGER: f64 = 22.0;
/// How much of a card, from below, its ports may take.
const EDGE: f64 = 0.4;

/// An element of the canvas by its id.
pub(in crate::editor) fn element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Shows an element or hides it.
pub(in crate::editor) fn reveal(id: &str, shown: bool) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.set_hidden(!shown);
    }
}

/// Sets a property of an element's style.
pub(in crate::editor) fn style(id: &str, property: &str, value: &str) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.style().set_property(property, value);
    }
}

/// What lies at a point of the canvas.
#[must_use]
pub fn target(editor: Editor, at: Point, device: Device) -> Target {
    let found = editor.stage.with_value(|stage| {
        let (point, zoom) = (stage.view.to_scene(at), stage.view.zoom);
        let reach = if device == Device::Touch { NEAR_PORT_FINGER } else { NEAR_PORT } / zoom.min(1.0);
        // From afar no ports are seen, and a small card is still a card but for its lower edge.
        let lower = |card: &&Card| point.y >= card.rect.bottom() - card.rect.height * EDGE;
        // A card that lies over another hides its ports.
        let visible = &stage.scene.cards()[stage.scene.top_at(point).unwrap_or(0)..];
        let near = visible.iter().filter(|card| zoom >= FAR && card.rect.grown(reach).contains(point)).filter(lower);
        let ports = near.flat_map(|card| card.slots.iter().map(move |slot| (card, slot, card.port(&slot.name).distance(point))));
        if let Some((card, slot, _)) = ports.filter(|(.., far)| *far <= reach).min_by(|a, b| a.2.total_cmp(&b.2)) {
            return Some(Target::Port(card.id.clone(), slot.name.clone()));
        }
        if let Some(card) = stage.scene.card_at(point) {
            return Some(Target::Card(card.id.clone()));
        }
        let wire = stage.scene.wire_at(point, NEAR_WIRE / 2.0 / zoom.min(1.0), &[]);
        wire.map(|wire| Target::Wire(wire.clone()))
    });
    found.or_else(|| note_at(editor, at)).unwrap_or(Target::Canvas)
}

fn note_at(editor: Editor, at: Point) -> Option<Target> {
    editor.stage.with_value(|stage| {
        let point = stage.view.to_scene(at);
        editor.with_graph(|graph| {
            let note = graph.notes.iter().rev().find(|note| stage.note_rect(note).contains(point))?;
            let rect = stage.note_rect(note);
            let corner = Point::new(if stage.mirror { rect.x } else { rect.right() }, rect.bottom());
            let cornered = corner.distance(point) < 18.0;
            Some(if cornered { Target::NoteCorner(note.id.clone()) } else { Target::Note(note.id.clone()) })
        })
    })
}

/// A hand does something.
pub fn hand(editor: Editor, input: Input) {
    if let Input::Move { pointer, at, held } = &input {
        editor.going.update_value(|going| going.last = Some((*pointer, *at, *held)));
    }
    let Some(intents) = editor.hands.try_update_value(|hands| {
        let (next, intents) = pointer::step(std::mem::take(hands), input);
        *hands = next;
        intents
    }) else {
        return;
    };
    for intent in intents {
        intend(editor, intent);
    }
    super::resting::show(editor);
    if !is_idle(editor) {
        tick(editor);
    }
}

/// While a hand is down: long presses become due, and the view moves along at the edge.
fn tick(editor: Editor) {
    let store = editor.going;
    if store.with_value(|going| going.ticking) {
        return;
    }
    store.update_value(|going| going.ticking = true);
    frame(editor, store, browser::ticks());
}

fn frame(editor: Editor, store: StoredValue<Going, LocalStorage>, before: f64) {
    request_animation_frame(move || {
        if editor.hands.is_disposed() || store.is_disposed() {
            return;
        }
        if is_idle(editor) {
            store.update_value(|going| going.ticking = false);
            return;
        }
        let now = browser::ticks();
        hand(editor, Input::Tick { now });
        let carries = editor
            .hands
            .with_value(|hands| matches!(hands.phase, Phase::Dragging { .. } | Phase::Connecting { .. } | Phase::Lassoing { .. }));
        // What comes from the palette passes the edge on its way in: only once inside does the edge mean anything.
        if let (true, Some((pointer, at, held))) = (carries && has_entered(editor), store.with_value(|going| going.last)) {
            let speed = editor.stage.with_value(|stage| scroll::speed(at, stage.size));
            if speed != Point::ZERO {
                editor.set_view(editor.view().panned(speed * (-(now - before).min(50.0) / 1_000.0)));
                hand(editor, Input::Move { pointer, at, held });
            }
        }
        frame(editor, store, now);
    });
}

/// Whether what is dragged has been well inside the canvas.
fn has_entered(editor: Editor) -> bool {
    let brought = editor.hands.with_value(|hands| matches!(&hands.phase, Phase::Dragging { grabbed: Grabbed::Kind(_), .. }));
    if !brought {
        return true;
    }
    let size = editor.stage.with_value(|stage| stage.size);
    let entered = editor.going.try_update_value(|going| {
        going.entered |= going
            .last
            .is_some_and(|(_, at, _)| scroll::speed(at, size) == Point::ZERO && Rect::new(0.0, 0.0, size.width, size.height).contains(at));
        going.entered
    });
    entered == Some(true)
}

/// Does what is meant.
pub fn intend(editor: Editor, intent: Intent) {
    match intent {
        Intent::Pan(by) => {
            editor.set_view(editor.view().panned(by));
            moving(editor);
        }
        Intent::Zoom { factor, at } => {
            editor.set_view(editor.view().zoomed(factor, at));
            moving(editor);
        }
        Intent::Click { target, held } => click(editor, target, held),
        Intent::Open(target) => open(editor, target),
        Intent::Menu { target, at } => super::context_menu::open(editor, target, at),
        Intent::DragBegins(grabbed) => drag::begin(editor, grabbed),
        Intent::Drag { by, at, held, .. } => drag::go(editor, by, at, held),
        Intent::Drop { at, .. } => drag::end(editor, at),
        Intent::DragCancelled(_) => drag::cancel(editor),
        Intent::ConnectBegins(from, port) => connect_begins(editor, from, port),
        Intent::Connect { from, port, at } => connect(editor, &from, &port, at),
        Intent::Connected { from, port, at } => connected(editor, &from, &port, at),
        Intent::ConnectCancelled => connect_ends(editor),
        Intent::Lasso(area) => lasso(area),
        Intent::LassoEnds { area, adding } => {
            reveal("lasso", false);
            select_within(editor, area, adding);
        }
        Intent::LassoCancelled => reveal("lasso", false),
    }
}

fn click(editor: Editor, target: Target, held: Held) {
    match target {
        Target::Canvas => {
            editor.selection.set(Selection::default());
            editor.focus.set(None);
            browser::focus("canvas");
        }
        Target::Card(id) => {
            if held.shift || held.primary {
                editor.toggle(&id);
            } else {
                editor.select(id.clone());
            }
            editor.focus_card(&id);
        }
        Target::Port(id, port) => {
            editor.select(id.clone());
            super::quick::open(editor, Place::After { node: id, port });
        }
        Target::Wire(wire) => {
            let middle = editor.stage.with_value(|stage| Some((stage.scene.curve(&wire)?.middle(), stage.view)));
            let at = editor.going.with_value(|going| going.last.map(|(_, at, _)| at));
            let hit = middle.zip(at).is_some_and(|((middle, view), at)| view.to_screen(middle).distance(at) < 14.0);
            editor.focus.set(None);
            editor.selection.set(Selection { wire: Some(wire.clone()), ..Selection::default() });
            browser::focus("canvas");
            if hit {
                super::quick::open(editor, Place::Into { wire });
            }
        }
        Target::Note(note) | Target::NoteCorner(note) => {
            editor.selection.set(Selection { notes: vec![note], ..Selection::default() });
            browser::focus("canvas");
        }
        Target::Kind(kind) => super::palette::add(editor, &kind),
    }
}

fn open(editor: Editor, target: Target) {
    match target {
        Target::Card(id) => {
            editor.select(id.clone());
            editor.focus_card(&id);
            opening::form(editor);
        }
        Target::Note(note) => browser::focus(&format!("note-{note}")),
        Target::Canvas => {
            if let Some((_, at, _)) = editor.going.with_value(|going| going.last) {
                super::quick::open(editor, Place::At { point: editor.view().to_scene(at) });
            }
        }
        other => click(editor, other, Held::default()),
    }
}

fn lasso(area: Rect) {
    reveal("lasso", true);
    style("lasso", "transform", &format!("translate({}px,{}px)", area.x, area.y));
    style("lasso", "width", &format!("{}px", area.width));
    style("lasso", "height", &format!("{}px", area.height));
}

fn select_within(editor: Editor, area: Rect, adding: bool) {
    let view = editor.view();
    let area = Rect::between(view.to_scene(area.origin()), view.to_scene(Point::new(area.right(), area.bottom())));
    let nodes = editor.stage.with_value(|stage| stage.scene.within(&area));
    let notes = editor.stage.with_value(|stage| {
        editor.with_graph(|graph| {
            graph.notes.iter().filter(|note| stage.note_rect(note).meets(&area)).map(|note| note.id.clone()).collect::<Vec<_>>()
        })
    });
    editor.selection.update(|selection| {
        if !adding {
            *selection = Selection::default();
        }
        selection.wire = None;
        let fresh: Vec<NodeId> = nodes.into_iter().filter(|id| !selection.nodes.contains(id)).collect();
        selection.nodes.extend(fresh);
        let fresh: Vec<_> = notes.into_iter().filter(|id| !selection.notes.contains(id)).collect();
        selection.notes.extend(fresh);
    });
    editor.say_selection();
    browser::focus("canvas");
}

/// Lights the cards a wire may lead to.
pub(in crate::editor) fn light(editor: Editor, connecting: Option<&Connecting>) {
    editor.stage.with_value(|stage| {
        for (id, element) in stage.card_elements() {
            let list = element.class_list();
            let _ = list.toggle_with_force("legal", connecting.is_some_and(|c| c.legal.contains(id)));
            let _ = list.toggle_with_force("aimed", connecting.is_some_and(|c| c.over.as_ref() == Some(id)));
        }
    });
}

fn connect_begins(editor: Editor, from: NodeId, port: PortName) {
    let legal = editor.with_graph(|graph| editor.with_kinds(|kinds| crate::editor::model::document::legal::targets(graph, kinds, &from)));
    let connecting = Connecting { from, port, legal: legal.into_iter().collect(), over: None };
    light(editor, Some(&connecting));
    editor.connecting.set(Some(connecting));
}

fn connect(editor: Editor, from: &NodeId, port: &PortName, at: Point) {
    let (end, over) = editor.stage.with_value(|stage| {
        let point = stage.view.to_scene(at);
        // Near a card is at it: its entrance need not be hit.
        let card = stage.scene.cards().iter().rev().find(|card| card.rect.grown(14.0).contains(point));
        (point, card.map(|card| (card.id.clone(), card.entrance())))
    });
    let legal = |id: &NodeId| editor.connecting.with_untracked(|c| c.as_ref().is_some_and(|c| c.legal.contains(id)));
    let over = over.filter(|(id, _)| legal(id));
    let start = editor.stage.with_value(|stage| stage.scene.card(from).map(|card| card.port(port)));
    if let (Some(start), Some(loose)) = (start, element("loose")) {
        let end = over.as_ref().map_or(end, |(_, entrance)| *entrance);
        let _ = loose.set_attribute("d", &wire::loose(start, end).d());
    }
    let over = over.map(|(id, _)| id);
    let changed = editor.connecting.with_untracked(|c| c.as_ref().is_some_and(|c| c.over != over));
    if changed {
        editor.connecting.update(|connecting| {
            if let Some(connecting) = connecting {
                connecting.over = over;
            }
        });
        editor.connecting.with_untracked(|connecting| light(editor, connecting.as_ref()));
    }
}

fn connected(editor: Editor, from: &NodeId, port: &PortName, at: Point) {
    let over = editor.connecting.with_untracked(|c| c.as_ref().and_then(|c| c.over.clone()));
    let point = editor.view().to_scene(at);
    let covered = editor.stage.with_value(|stage| stage.scene.card_at(point).map(|card| card.id.clone()));
    connect_ends(editor);
    match (over, covered) {
        (Some(to), _) => {
            editor.compose_and_make(|table, _| table.connect(from, port, &to));
        }
        (None, Some(card)) if card != *from => editor.say(crate::t!(editor.canvas.no_wire, what = editor.title(&card))),
        (None, Some(_)) => {}
        (None, None) => super::quick::open_at(editor, Place::After { node: from.clone(), port: port.clone() }, at),
    }
}

fn connect_ends(editor: Editor) {
    editor.connecting.set(None);
    light(editor, None);
    if let Some(loose) = element("loose") {
        let _ = loose.remove_attribute("d");
    }
}

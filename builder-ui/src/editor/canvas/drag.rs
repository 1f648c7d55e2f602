//! Dragging: cards (with the rest of the selection), notes, and new steps from the palette.

use super::perform::{element, reveal, style};
use crate::editor::model::document::history::Label;
use crate::editor::model::hands::Drag;
use crate::editor::model::state::{Editor, Selection};
use crate::gesture::geometry::{Point, Rect};
use crate::gesture::pointer::{Grabbed, Held};
use crate::gesture::scene::{CARD_WIDTH, NEAR_WIRE};
use crate::gesture::snap::{GRID, Guide, snap};
use leptos::prelude::*;
use std::fmt::Write;
use tradewind_nodes::graph::{Edge, Edit, Note, Size};
use tradewind_nodes::id::{NodeId, PortName};

/// How near cards must come to be drawn to one another, in pixels.
const DRAW: f64 = 7.0;
/// How near a new step must come to an open port to be joined to it.
const CATCH: f64 = 60.0;
/// The smallest side of a note.
const NOTE: f64 = 80.0;

/// A drag begins.
pub fn begin(editor: Editor, grabbed: Grabbed) {
    match &grabbed {
        Grabbed::Card(id) if !editor.selection.with_untracked(|s| s.has(id)) => editor.select(id.clone()),
        Grabbed::Note(id) | Grabbed::NoteCorner(id) if !editor.selection.with_untracked(|s| s.notes.contains(id)) => {
            editor.selection.set(Selection { notes: vec![id.clone()], ..Selection::default() });
        }
        _ => {}
    }
    let selection = editor.selection.get_untracked();
    let moves = matches!(grabbed, Grabbed::Card(_) | Grabbed::Note(_));
    let (cards, notes) = editor.stage.with_value(|stage| {
        let mut ids: Vec<NodeId> = if moves { selection.nodes.clone() } else { Vec::new() };
        if let Grabbed::Card(first) = &grabbed {
            ids.retain(|id| id != first);
            ids.insert(0, first.clone());
        }
        let cards: Vec<_> = ids.into_iter().filter_map(|id| stage.scene.card(&id).map(|card| (id, card.rect))).collect();
        let resized = if let Grabbed::NoteCorner(id) = &grabbed { vec![id.clone()] } else { Vec::new() };
        let chosen = if moves { selection.notes.clone() } else { resized };
        let notes = editor.with_graph(|graph| {
            let found = chosen.iter().filter_map(|id| graph.note(id).cloned());
            found.map(|note| (note.clone(), stage.note_rect(&note))).collect::<Vec<_>>()
        });
        (cards, notes)
    });
    if let Grabbed::Kind(kind) = &grabbed {
        super::palette::show_ghost(editor, kind);
    }
    set_dragged(editor, &cards, true);
    let drag = Drag { grabbed, from: None, cards, notes, by: Point::ZERO, wire: None, port: None };
    editor.going.update_value(|going| (going.drag, going.entered) = (Some(drag), false));
}

fn set_dragged(editor: Editor, cards: &[(NodeId, Rect)], dragged: bool) {
    editor.stage.with_value(|stage| {
        for element in cards.iter().filter_map(|(id, _)| stage.card_element(id)) {
            let _ = element.class_list().toggle_with_force("dragged", dragged);
        }
    });
}

/// The hand moves.
pub fn go(editor: Editor, by: Point, at: Point, held: Held) {
    editor.going.update_value(|going| {
        let Some(drag) = &mut going.drag else { return };
        let view = editor.view();
        let from = *drag.from.get_or_insert_with(|| view.to_scene(at - by));
        let shift = view.to_scene(at) - from;
        match &drag.grabbed {
            Grabbed::Card(_) | Grabbed::Note(_) => drag.carry(editor, shift, held),
            Grabbed::NoteCorner(_) => drag.resize(editor, shift),
            Grabbed::Kind(_) => drag.bring(editor, at, held),
        }
    });
}

impl Drag {
    fn carry(&mut self, editor: Editor, shift: Point, held: Held) {
        let Some(lead) = self.cards.first().map(|(_, rect)| *rect).or_else(|| self.notes.first().map(|(_, rect)| *rect)) else { return };
        let placed = lead.moved(shift);
        let by = if held.alt { Point::ZERO } else { self.drawn(editor, &placed) };
        self.by = shift + by;
        let places: Vec<(NodeId, Point)> = self.cards.iter().map(|(id, rect)| (id.clone(), rect.moved(self.by).origin())).collect();
        editor.stage.update_value(|stage| {
            stage.move_cards(&places);
            self.notes.iter().for_each(|(note, rect)| stage.draw_note(&note.id, rect.moved(self.by)));
        });
        // A lone step can be put into a wire.
        if let [(id, rect)] = self.cards.as_slice() {
            let middle = rect.moved(self.by).center();
            let lone = editor.stage.with_value(|stage| stage.scene.wires_at(id).next().is_none());
            let wire = lone.then(|| wire_at(editor, middle, std::slice::from_ref(id))).flatten();
            self.aim(editor, wire);
        }
    }

    /// How far neighbours or the grid draw it; shows to what.
    fn drawn(&self, editor: Editor, placed: &Rect) -> Point {
        let snapped = editor.stage.with_value(|stage| {
            let moving = |id: &NodeId| self.cards.iter().any(|(own, _)| own == id);
            let others: Vec<Rect> = stage.scene.cards().iter().filter(|card| !moving(&card.id)).map(|card| card.rect).collect();
            snap(placed, others.iter(), DRAW / stage.view.zoom)
        });
        guide(&snapped.guides);
        snapped.by
    }

    fn resize(&mut self, editor: Editor, shift: Point) {
        let Some((note, rect)) = self.notes.first() else { return };
        let mirror = editor.stage.with_value(|stage| stage.mirror);
        let wide = (rect.width + if mirror { -shift.x } else { shift.x }).max(NOTE);
        let high = (rect.height + shift.y).max(NOTE);
        let (wide, high) = ((wide / GRID).round() * GRID, (high / GRID).round() * GRID);
        self.by = Point::new(wide - rect.width, high - rect.height);
        let x = if mirror { rect.right() - wide } else { rect.x };
        editor.stage.update_value(|stage| stage.draw_note(&note.id, Rect::new(x, rect.y, wide, high)));
    }

    fn bring(&mut self, editor: Editor, at: Point, held: Held) {
        style("ghost", "transform", &format!("translate({}px,{}px)", at.x, at.y));
        let point = editor.view().to_scene(at);
        let wire = wire_at(editor, point, &[]);
        self.port = if wire.is_none() { open_port(editor, point) } else { None };
        let placed = Rect::new(point.x - CARD_WIDTH / 2.0, point.y - 20.0, CARD_WIDTH, crate::editor::model::face::HEAD);
        let free = wire.is_none() && self.port.is_none() && !held.alt;
        let by = if free { self.drawn(editor, &placed) } else { Point::ZERO };
        self.by = placed.origin() + by;
        light_port(editor, self.port.as_ref());
        self.aim(editor, wire);
    }

    fn aim(&mut self, editor: Editor, wire: Option<Edge>) {
        if self.wire == wire {
            return;
        }
        let d = wire.as_ref().and_then(|wire| editor.stage.with_value(|stage| stage.scene.curve(wire).map(|curve| curve.d())));
        if let Some(aimed) = element("aimed") {
            let _ = aimed.set_attribute("d", &d.unwrap_or_default());
        }
        self.wire = wire;
    }
}

fn wire_at(editor: Editor, point: Point, except: &[NodeId]) -> Option<Edge> {
    editor.stage.with_value(|stage| stage.scene.wire_at(point, NEAR_WIRE * 2.0, except).cloned())
}

fn open_port(editor: Editor, point: Point) -> Option<(NodeId, PortName)> {
    editor.stage.with_value(|stage| {
        let cards = stage.scene.cards().iter().filter(|card| card.rect.grown(CATCH).contains(point));
        let ports = cards.flat_map(|card| card.slots.iter().filter(|slot| !slot.wired).map(move |slot| (card, slot)));
        let measured = ports.map(|(card, slot)| (card.port(&slot.name).distance(point), card.id.clone(), slot.name.clone()));
        let nearest = measured.filter(|(far, ..)| *far <= CATCH).min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map(|(_, id, port)| (id, port))
    })
}

fn light_port(editor: Editor, port: Option<&(NodeId, PortName)>) {
    let d = port.and_then(|(id, port)| {
        editor.stage.with_value(|stage| {
            let at = stage.scene.card(id)?.port(port);
            Some(crate::gesture::wire::loose(at, at + Point::new(0.0, 40.0)).d())
        })
    });
    if let Some(loose) = element("loose") {
        let _ = loose.set_attribute("d", &d.unwrap_or_default());
    }
}

fn guide(guides: &[Guide]) {
    let mut d = String::new();
    for Guide { from, to } in guides {
        // A `String` takes every write, so there is no error to tell.
        let _ = write!(d, "M{:.1} {:.1}L{:.1} {:.1}", from.x, from.y, to.x, to.y);
    }
    if let Some(path) = element("guides") {
        let _ = path.set_attribute("d", &d);
    }
}

fn finish(editor: Editor) -> Option<Drag> {
    let mut drag = editor.going.try_update_value(|going| going.drag.take()).flatten()?;
    guide(&[]);
    light_port(editor, None);
    reveal("ghost", false);
    set_dragged(editor, &drag.cards, false);
    let wire = drag.wire.clone();
    drag.aim(editor, None);
    drag.wire = wire;
    Some(drag)
}

/// The hand lets go.
pub fn end(editor: Editor, at: Point) {
    let Some(drag) = finish(editor) else { return };
    match &drag.grabbed {
        Grabbed::Card(_) | Grabbed::Note(_) => drop_cards(editor, &drag),
        Grabbed::NoteCorner(_) => {
            if let Some((note, rect)) = drag.notes.first() {
                let size = Size { width: rect.width + drag.by.x, height: rect.height + drag.by.y };
                editor.apply(&Edit::ChangeNote { note: Note { size, ..note.clone() } }, Label::NoteChanged);
            }
        }
        Grabbed::Kind(kind) => {
            let inside = editor.stage.with_value(|stage| Rect::new(0.0, 0.0, stage.size.width, stage.size.height).contains(at));
            if inside {
                super::palette::bring(editor, kind, drag.by, drag.wire.as_ref(), drag.port.as_ref());
            }
        }
    }
}

fn drop_cards(editor: Editor, drag: &Drag) {
    if drag.by == Point::ZERO {
        return;
    }
    let places: Vec<(NodeId, Point)> = drag.cards.iter().map(|(id, rect)| (id.clone(), rect.moved(drag.by).origin())).collect();
    if let (Some(wire), [(id, _)]) = (&drag.wire, drag.cards.as_slice()) {
        let into = editor.compose(|table, _| {
            let moved = table.move_to(&places, Label::Connected)?;
            let Edit::MoveNodes { to } = moved.edit else { return None };
            table.splice_existing(id, wire, to)
        });
        if let Some(composed) = into.flatten() {
            editor.make(composed);
            return;
        }
    }
    let count = drag.cards.len() + drag.notes.len();
    let mut edits: Vec<Edit> = Vec::new();
    if let Some(moved) = editor.compose(|table, _| table.move_to(&places, Label::Moved { count })).flatten() {
        edits.push(moved.edit);
    }
    edits.extend(drag.notes.iter().map(|(note, rect)| {
        let position = editor.stage.with_value(|stage| stage.position(rect.moved(drag.by)));
        Edit::ChangeNote { note: Note { position, ..note.clone() } }
    }));
    let edit = if edits.len() == 1 { edits.remove(0) } else { Edit::Many { edits } };
    editor.apply(&edit, Label::Moved { count });
}

/// The drag is given up: everything goes back.
pub fn cancel(editor: Editor) {
    let Some(drag) = finish(editor) else { return };
    let places: Vec<(NodeId, Point)> = drag.cards.iter().map(|(id, rect)| (id.clone(), rect.origin())).collect();
    editor.stage.update_value(|stage| {
        stage.move_cards(&places);
        drag.notes.iter().for_each(|(note, rect)| stage.draw_note(&note.id, *rect));
    });
}

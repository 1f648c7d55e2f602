//! What keys (and menus) ask for, done.

use super::clips;
use super::quick;
use super::{arrange, perform};
use crate::browser;
use crate::editor::model::adding::Place;
use crate::editor::model::document::history::{About, Group, Label};
use crate::editor::model::state::{Editor, Panel, Selection};
use crate::editor::model::{issues, motion, opening};
use crate::gesture::geometry::{Point, Rect};
use crate::gesture::keys::{self, Command, Direction, Stroke};
use crate::gesture::linking::{Linking, Outcome};
use crate::gesture::pointer::{Input, Target};
use crate::gesture::snap::GRID;
use crate::gesture::{viewport, walk};
use crate::t;
use leptos::prelude::*;
use tradewind_nodes::graph::{Edit, Note, Size};
use tradewind_nodes::id::{NodeId, PortName};
use web_sys::KeyboardEvent;

/// How long after `g` a letter leads to another page, as in the shell.
const CHORD: f64 = 1_500.0;

/// A key was pressed on the canvas.
pub fn key(editor: Editor, event: &KeyboardEvent) {
    let name = event.key();
    let stroke = Stroke { key: &name, primary: event.ctrl_key() || event.meta_key(), shift: event.shift_key(), alt: event.alt_key() };
    editor.hands.update_value(crate::gesture::pointer::State::interrupted);
    let now = browser::ticks();
    let led = editor.going.try_update_value(|going| {
        let led = going.chord.is_some_and(|pressed| now - pressed < CHORD);
        going.chord = (name == "g" && !stroke.primary).then_some(now);
        led
    });
    if led == Some(true) && !stroke.primary && name.len() == 1 {
        return;
    }
    let Some(command) = keys::command(stroke) else { return };
    if let Some(linking) = editor.linking.get_untracked() {
        event.prevent_default();
        event.stop_propagation();
        link_on(editor, linking, command);
        return;
    }
    if run(editor, command) {
        event.prevent_default();
    }
}

/// Does a command. False when there is nothing to do and the key belongs to the browser.
pub fn run(editor: Editor, command: Command) -> bool {
    match command {
        Command::Walk(direction) => walk(editor, direction, false),
        Command::Extend(direction) => walk(editor, direction, true),
        Command::Nudge(direction) => nudge(editor, direction),
        Command::Open => match editor.current() {
            Some(id) => {
                editor.select(id);
                opening::form(editor);
            }
            None => walk(editor, Direction::Down, false),
        },
        Command::AddAfter => return add_after(editor),
        Command::Link => begin_link(editor),
        Command::Delete => delete(editor),
        // The browser tells of these by events of its own, which bring the clipboard along.
        Command::Copy | Command::Cut | Command::Paste => return false,
        Command::Duplicate => clips::duplicate(editor),
        Command::Undo => editor.undo(),
        Command::Redo => editor.redo(),
        Command::SelectAll => editor.select_all(editor.with_graph(|graph| graph.nodes.iter().map(|n| n.id.clone()).collect())),
        Command::SelectBranch => {
            if let Some(id) = editor.current() {
                editor.select_all(editor.stage.with_value(|stage| stage.scene.branch(&id)));
            }
        }
        Command::Rename => editor.naming.set(editor.current()),
        Command::SearchKinds => browser::focus("palette-search"),
        Command::SearchSteps => super::search::open(editor),
        Command::Help => opening::keys(editor),
        Command::Fit => editor.fit(),
        Command::Tidy => arrange::tidy_up(editor),
        Command::ZoomIn => editor.zoom_by(viewport::STEP),
        Command::ZoomOut => editor.zoom_by(1.0 / viewport::STEP),
        Command::ZoomReset => editor.zoom_by(1.0 / editor.view().zoom),
        Command::NextIssue => issues::next(editor),
        Command::AddNote => add_note(editor),
        Command::Menu => return menu(editor),
        Command::Outline => {
            editor.panel.set(Panel::Outline);
            request_animation_frame(|| browser::focus("outline"));
        }
        Command::DryRun => opening::dry_run(editor),
        Command::Publish => return opening::publish(editor),
        Command::Escape => return escape(editor),
    }
    true
}

fn walk(editor: Editor, direction: Direction, extending: bool) {
    let next = editor.stage.with_value(|stage| match editor.current() {
        Some(id) => walk::neighbour(&stage.scene, &id, direction).cloned(),
        None => walk::first(&stage.scene).cloned(),
    });
    let Some(next) = next else { return };
    if !extending {
        editor.go_to(&next);
        return;
    }
    if !editor.selection.with_untracked(|selection| selection.has(&next)) {
        editor.toggle(&next);
    }
    editor.reveal(&next);
    editor.focus_card(&next);
}

fn nudge(editor: Editor, direction: Direction) {
    let by = match direction {
        Direction::Up => Point::new(0.0, -GRID),
        Direction::Down => Point::new(0.0, GRID),
        Direction::Left => Point::new(-GRID, 0.0),
        Direction::Right => Point::new(GRID, 0.0),
    };
    let places: Vec<(NodeId, Point)> = editor.stage.with_value(|stage| {
        let cards = editor.chosen().into_iter().filter_map(|id| stage.scene.card(&id).map(|card| (id, card.rect.origin() + by)));
        cards.collect()
    });
    let label = Label::Moved { count: places.len() };
    if let Some(composed) = editor.compose(|table, _| table.move_to(&places, label)).flatten() {
        let group = Group { about: About::Nudge, now: browser::ticks() };
        editor.apply_in(&composed.edit, composed.label, Some(group));
    }
    if let Some(id) = editor.current() {
        editor.reveal(&id);
    }
}

/// The port a new step is put after: the first that must lead on and does not, else the first that leads nowhere, else the first.
#[must_use]
pub fn first_port(editor: Editor, id: &NodeId) -> Option<PortName> {
    editor.stage.with_value(|stage| {
        let slots = &stage.scene.card(id)?.slots;
        let needed = slots.iter().find(|slot| !slot.wired && slot.required);
        let open = || slots.iter().find(|slot| !slot.wired && !slot.aside);
        needed.or_else(open).or_else(|| slots.first()).map(|slot| slot.name.clone())
    })
}

fn add_after(editor: Editor) -> bool {
    let Some(id) = editor.focus.get_untracked() else { return false };
    match first_port(editor, &id) {
        Some(port) => {
            editor.reveal(&id);
            quick::open(editor, Place::After { node: id, port });
        }
        None => editor.say(t!(editor.canvas.no_port)),
    }
    true
}

fn targets(editor: Editor, from: &NodeId) -> Vec<NodeId> {
    let legal = editor.with_graph(|graph| editor.with_kinds(|kinds| crate::editor::model::document::legal::targets(graph, kinds, from)));
    editor.stage.with_value(|stage| {
        let Some(here) = stage.scene.card(from).map(|card| card.rect.center()) else { return legal.clone() };
        let mut placed: Vec<(f64, NodeId)> =
            legal.iter().filter_map(|id| Some((stage.scene.card(id)?.rect.center().distance(here), id.clone()))).collect();
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));
        // The step itself is the nearest and the least likely.
        let (own, others): (Vec<_>, Vec<_>) = placed.into_iter().map(|(_, id)| id).partition(|id| id == from);
        others.into_iter().chain(own).collect()
    })
}

fn begin_link(editor: Editor) {
    let Some(from) = editor.current() else { return };
    let ports = editor.stage.with_value(|stage| stage.scene.card(&from).map(|card| card.slots.iter().map(|s| s.name.clone()).collect()));
    match Linking::begin(from.clone(), ports.unwrap_or_default(), |_| targets(editor, &from)) {
        Some(linking) => show_link(editor, linking),
        None => editor.say(t!(editor.canvas.no_port)),
    }
}

fn show_link(editor: Editor, linking: Linking) {
    match &linking {
        Linking::Port { ports, at, .. } => {
            let port = ports.get(*at).map(|port| crate::words::step::port_label(port.as_str())).unwrap_or_default();
            editor.say(t!(editor.link.port, port = port));
        }
        Linking::Target { from, port, targets, at } => {
            if let Some(to) = targets.get(*at) {
                editor.reveal(to);
                editor.say(t!(editor.link.target, what = editor.title(to)));
                let legal = targets.iter().cloned().collect();
                let connecting =
                    crate::editor::model::state::Connecting { from: from.clone(), port: port.clone(), legal, over: Some(to.clone()) };
                perform::light(editor, Some(&connecting));
                draw_link(editor, from, port, to);
            }
        }
    }
    editor.linking.set(Some(linking));
}

fn draw_link(editor: Editor, from: &NodeId, port: &PortName, to: &NodeId) {
    let d = editor.stage.with_value(|stage| {
        let (from, to) = (stage.scene.card(from)?, stage.scene.card(to)?);
        Some(crate::gesture::wire::route(from.port(port), to.entrance(), &from.rect, &to.rect).d())
    });
    if let (Some(d), Some(loose)) = (d, perform::element("loose")) {
        let _ = loose.set_attribute("d", &d);
    }
}

/// One key further in choosing a wire.
pub fn link_on(editor: Editor, linking: Linking, command: Command) {
    let from = match &linking {
        Linking::Port { from, .. } | Linking::Target { from, .. } => from.clone(),
    };
    match linking.step(command, |_| targets(editor, &from)) {
        Outcome::Choosing(next) => show_link(editor, next),
        Outcome::Joined { from, port, to } => {
            end_link(editor);
            editor.compose_and_make(|table, _| table.connect(&from, &port, &to));
            editor.focus_card(&from);
        }
        Outcome::Left => {
            end_link(editor);
            editor.say(t!(editor.link.left));
            editor.reveal(&from);
            editor.focus_card(&from);
        }
    }
}

fn end_link(editor: Editor) {
    editor.linking.set(None);
    perform::light(editor, None);
    if let Some(loose) = perform::element("loose") {
        let _ = loose.remove_attribute("d");
    }
}

/// Takes away what is selected, and says how to have it back.
pub fn delete(editor: Editor) {
    let Selection { notes, wire, .. } = editor.selection.get_untracked();
    if let Some(edge) = wire {
        if editor.apply(&Edit::Disconnect { edge }, Label::Disconnected) {
            crate::ui::toast::undoable(crate::editor::model::labels::done(&Label::Disconnected), move || editor.undo());
        }
        return;
    }
    let nodes = editor.chosen();
    let removed = editor.compose(|table, _| table.delete(&nodes)).flatten();
    let mut edits: Vec<Edit> = notes.iter().map(|note| Edit::RemoveNote { note: note.clone() }).collect();
    let select = removed.as_ref().and_then(|composed| composed.select.clone()).unwrap_or_default();
    edits.extend(removed.map(|composed| composed.edit));
    if edits.is_empty() {
        return;
    }
    let label = if nodes.is_empty() { Label::NoteRemoved } else { Label::Removed { count: nodes.len() } };
    let words = crate::editor::model::labels::done(&label);
    if editor.apply(&Edit::Many { edits }, label) {
        editor.selection.set(Selection { nodes: select.clone(), ..Selection::default() });
        match select.last() {
            Some(id) => editor.focus_card(id),
            None => browser::focus("canvas"),
        }
        editor.say(words.clone());
        crate::ui::toast::undoable(words, move || editor.undo());
    }
}

/// Sticks a note in the middle of what is seen and opens it.
pub fn add_note(editor: Editor) {
    let size = Size { width: 220.0, height: 120.0 };
    let at = editor.stage.with_value(|stage| {
        let middle = stage.view.seen(stage.size).center() - Point::new(size.width / 2.0, size.height / 2.0);
        stage.scene.free_place(Rect::new(middle.x, middle.y, size.width, size.height))
    });
    let position = editor.stage.with_value(|stage| stage.position(Rect::new(at.x, at.y, size.width, size.height)));
    let id = editor.compose(|table, names| names.note(table.graph));
    let Some(id) = id else { return };
    if editor.apply(&Edit::AddNote { note: Note { id: id.clone(), text: String::new(), position, size }, at: None }, Label::NoteAdded) {
        editor.reveal_rect(Rect::new(at.x, at.y, size.width, size.height));
        request_animation_frame(move || browser::focus(&format!("note-{id}")));
    }
}

fn menu(editor: Editor) -> bool {
    let Some(id) = editor.current() else { return false };
    let at = editor.stage.with_value(|stage| stage.scene.card(&id).map(|card| stage.view.to_screen(card.rect.center())));
    if let Some(at) = at {
        super::context_menu::open(editor, Target::Card(id), at);
    }
    true
}

fn escape(editor: Editor) -> bool {
    if !motion::is_idle(editor) {
        perform::hand(editor, Input::Cancel);
    } else if editor.quick.with_untracked(Option::is_some) {
        editor.quick.set(None);
    } else if editor.selection.with_untracked(Selection::is_empty) && editor.focus.get_untracked().is_none() {
        return false;
    } else {
        editor.selection.set(Selection::default());
        editor.focus.set(None);
        browser::focus("canvas");
    }
    true
}

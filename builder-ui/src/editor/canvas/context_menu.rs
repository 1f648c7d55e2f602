//! The menu of a card, a wire, a note or the canvas, by the second button, a resting finger or the keyboard.

use super::quick;
use super::{arrange, clips, commands};
use crate::browser;
use crate::editor::model::adding::Place;
use crate::editor::model::document::history::Label;
use crate::editor::model::menu::Open;
use crate::editor::model::opening;
use crate::editor::model::state::{Editor, Selection, editor};
use crate::gesture::geometry::Point;
use crate::gesture::keys::Command;
use crate::gesture::pointer::Target;
use crate::ui::Kbd;
use crate::words;
use crate::{t, tr};
use leptos::html;
use leptos::prelude::*;
use tradewind_nodes::graph::Edit;
use tradewind_nodes::id::NodeId;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// What an entry does.
type Run = Box<dyn Fn()>;

/// Opens the menu of what lies at a point of the canvas.
pub fn open(editor: Editor, target: Target, at: Point) {
    match &target {
        Target::Card(id) | Target::Port(id, _) if !editor.selection.with_untracked(|s| s.has(id)) => editor.select(id.clone()),
        Target::Wire(wire) => editor.selection.set(Selection { wire: Some(wire.clone()), ..Selection::default() }),
        Target::Note(note) | Target::NoteCorner(note) => {
            editor.selection.set(Selection { notes: vec![note.clone()], ..Selection::default() });
        }
        _ => {}
    }
    editor.menu.set(Some(Open { target, at }));
}

struct Entry {
    label: String,
    keys: Option<&'static str>,
    run: Run,
}

fn entry(label: String, keys: Option<&'static str>, run: impl Fn() + 'static) -> Entry {
    Entry { label, keys, run: Box::new(run) }
}

fn command(editor: Editor, label: String, keys: &'static str, command: Command) -> Entry {
    entry(label, Some(keys), move || {
        commands::run(editor, command);
    })
}

fn entries(editor: Editor, open: &Open) -> Vec<Entry> {
    let point = editor.view().to_scene(open.at);
    match &open.target {
        Target::Card(id) | Target::Port(id, _) => card_entries(editor, id.clone()),
        Target::Wire(wire) => {
            let into = wire.clone();
            vec![
                entry(t!(editor.menu.insert), None, move || quick::open(editor, Place::Into { wire: into.clone() })),
                command(editor, t!(editor.menu.disconnect), "Delete", Command::Delete),
            ]
        }
        Target::Note(note) | Target::NoteCorner(note) => {
            let note = note.clone();
            vec![
                entry(t!(editor.menu.write), Some("Enter"), move || browser::focus(&format!("note-{note}"))),
                entry(t!(editor.menu.copy), Some("Mod+C"), move || clips::copy(editor)),
                command(editor, t!(editor.menu.delete), "Delete", Command::Delete),
            ]
        }
        Target::Canvas | Target::Kind(_) => vec![
            entry(t!(editor.menu.add_here), None, move || quick::open(editor, Place::At { point })),
            entry(t!(editor.menu.paste), Some("Mod+V"), move || clips::paste(editor)),
            command(editor, t!(editor.menu.note), "S", Command::AddNote),
            command(editor, t!(editor.menu.all), "Mod+A", Command::SelectAll),
            entry(t!(editor.menu.tidy), Some("T"), move || arrange::tidy_up(editor)),
            command(editor, t!(editor.menu.fit), "1", Command::Fit),
        ],
    }
}

fn card_entries(editor: Editor, id: NodeId) -> Vec<Entry> {
    let opened = id.clone();
    let mut entries = vec![entry(t!(editor.menu.open), Some("Enter"), move || {
        editor.select(opened.clone());
        opening::form(editor);
    })];
    if let Some(place) = quick::first_free(editor, &id) {
        entries.push(entry(t!(editor.menu.add_after), Some("Tab"), move || quick::open(editor, place.clone())));
        entries.push(command(editor, t!(editor.menu.link), "L", Command::Link));
    }
    entries.extend([
        command(editor, t!(editor.menu.rename), "F2", Command::Rename),
        entry(t!(editor.menu.copy), Some("Mod+C"), move || clips::copy(editor)),
        entry(t!(editor.menu.cut), Some("Mod+X"), move || clips::cut(editor)),
        command(editor, t!(editor.menu.duplicate), "Mod+D", Command::Duplicate),
        command(editor, t!(editor.menu.branch), "B", Command::SelectBranch),
        command(editor, t!(editor.menu.delete), "Delete", Command::Delete),
    ]);
    // Where several ways lead on, which one is kept must be said.
    let ways: Vec<_> = editor.with_graph(|graph| graph.edges.iter().filter(|e| e.from == id).map(|e| e.port.clone()).collect());
    if ways.len() > 1 {
        entries.extend(ways.into_iter().map(|port| {
            let (node, label) = (id.clone(), t!(editor.menu.delete_keeping, port = words::step::port_label(port.as_str())));
            entry(label, None, move || {
                let edit = Edit::RemoveAndReconnect { node: node.clone(), port: port.clone() };
                editor.apply(&edit, Label::Removed { count: 1 });
            })
        }));
    }
    entries
}

/// The menu, when it is open.
#[component]
pub fn ContextMenu() -> impl IntoView {
    let editor = editor();
    view! { {move || editor.menu.get().map(|open| view! { <List open=open /> })} }
}

#[component]
fn List(
    /// What is open.
    open: Open,
) -> impl IntoView {
    let editor = editor();
    let list = NodeRef::<html::Div>::new();
    let at = open.at;
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            let size = editor.stage.with_value(|stage| stage.size);
            let own = list.get_bounding_client_rect();
            let style = HtmlElement::style(&list);
            let _ = style.set_property("left", &format!("{}px", at.x.min(size.width - own.width() - 8.0).max(8.0)));
            let _ = style.set_property("top", &format!("{}px", at.y.min(size.height - own.height() - 8.0).max(8.0)));
            step(&list, None, 1);
        }
    });
    let close = move || {
        editor.menu.set(None);
        match editor.focus.get_untracked() {
            Some(id) => editor.focus_card(&id),
            None => browser::focus("canvas"),
        }
    };
    let keys = move |event: KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        match event.key().as_str() {
            "ArrowDown" => step(&list, document().active_element(), 1),
            "ArrowUp" => step(&list, document().active_element(), -1),
            "Escape" | "Tab" => close(),
            // The entry under the focus is a button and presses itself.
            "Enter" | " " => {
                event.stop_propagation();
                return;
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let left = move |event: web_sys::FocusEvent| {
        // A menu that is being taken away loses the focus too; nothing of it is there any more then.
        if editor.menu.try_with_untracked(Option::is_some) != Some(true) {
            return;
        }
        let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        if !list.try_get_untracked().flatten().is_some_and(|list| to.is_some_and(|to| list.contains(Some(&to)))) {
            editor.menu.set(None);
        }
    };
    let row = move |Entry { label, keys, run }: Entry| {
        let press = move |_| {
            close();
            run();
        };
        view! { <button type="button" role="menuitem" tabindex="-1" class="item" on:click=press><span>{label}</span>{keys.map(|keys| view! { <Kbd keys=keys /> })}</button> }
    };
    view! {
        <div node_ref=list class="context-menu float" role="menu" aria-label=tr!(editor.menu.label) on:keydown=keys on:focusout=left>
            {entries(editor, &open).into_iter().map(row).collect_view()}
        </div>
    }
}

fn step(list: &HtmlElement, from: Option<web_sys::Element>, by: i32) {
    let entries = list.children();
    let count = i32::try_from(entries.length()).unwrap_or(0);
    let place = from.and_then(|from| (0..count).find(|at| entries.item(at.unsigned_abs()).as_ref() == Some(&from)));
    let next = place.map_or(0, |place| (place + by).rem_euclid(count.max(1)));
    if let Some(entry) = entries.item(next.unsigned_abs()).and_then(|entry| entry.dyn_into::<HtmlElement>().ok()) {
        let _ = entry.focus();
    }
}

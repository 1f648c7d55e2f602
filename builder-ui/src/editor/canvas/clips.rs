//! Copy, cut and paste. The browser's clipboard events bring the clipboard along without asking for leave; a menu has to ask.

use crate::editor::model::document::clipboard::{Clip, ClipError};
use crate::editor::model::document::compose::Composed;
use crate::editor::model::document::history::Label;
use crate::editor::model::state::Editor;
use crate::{browser, t};
use leptos::ev;
use leptos::prelude::*;
use std::cell::RefCell;
use tradewind_nodes::graph::Edit;
use web_sys::ClipboardEvent;

thread_local! {
    // Where the browser lets nobody at the clipboard, menus still copy within this window.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn clip(editor: Editor) -> Option<Clip> {
    let selection = editor.selection.get_untracked();
    let nodes = editor.chosen().into_iter().collect();
    let notes = selection.notes.into_iter().collect();
    editor.with_graph(|graph| Clip::copy(graph, &nodes, &notes))
}

/// Listens for the browser's clipboard events while the keyboard is on the canvas.
pub(in crate::editor) fn listen(editor: Editor) {
    let ours = move || {
        let active = document().active_element();
        active.is_some_and(|element| element.closest("#canvas").ok().flatten().is_some() && !browser::is_typing(Some(element.into())))
    };
    let take = move |event: &ClipboardEvent| {
        let Some(clip) = ours().then(|| clip(editor)).flatten() else { return false };
        let text = clip.to_text();
        event.prevent_default();
        LAST.set(Some(text.clone()));
        event.clipboard_data().is_some_and(|data| data.set_data("text/plain", &text).is_ok())
    };
    let copied = window_event_listener(ev::copy, move |event| {
        if take(&event) {
            said_copied(editor);
        }
    });
    let cut = window_event_listener(ev::cut, move |event| {
        if take(&event) {
            remove(editor);
        }
    });
    let pasted = window_event_listener(ev::paste, move |event| {
        if !ours() {
            return;
        }
        event.prevent_default();
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
        paste_text(editor, &text.unwrap_or_default());
    });
    on_cleanup(move || {
        copied.remove();
        cut.remove();
        pasted.remove();
    });
}

fn said_copied(editor: Editor) {
    let n = editor.chosen().len() + editor.selection.with_untracked(|selection| selection.notes.len());
    editor.say(t!(editor.clip.copied, n = n));
}

fn remove(editor: Editor) {
    let nodes = editor.chosen();
    let notes = editor.selection.with_untracked(|selection| selection.notes.clone());
    let mut edits: Vec<Edit> = notes.iter().map(|note| Edit::RemoveNote { note: note.clone() }).collect();
    edits.extend(editor.compose(|table, _| table.delete(&nodes)).flatten().map(|composed| composed.edit));
    let label = Label::Cut { count: nodes.len() + notes.len() };
    editor.make(Composed { edit: Edit::Many { edits }, label, select: Some(Vec::new()) });
    browser::focus("canvas");
}

/// Copies what is selected, from a menu.
pub fn copy(editor: Editor) {
    let Some(text) = clip(editor).map(|clip| clip.to_text()) else { return };
    LAST.set(Some(text.clone()));
    leptos::task::spawn_local(async move {
        browser::copy(&text).await;
    });
    said_copied(editor);
}

/// Cuts what is selected, from a menu.
pub fn cut(editor: Editor) {
    copy(editor);
    remove(editor);
}

/// Pastes, from a menu.
pub fn paste(editor: Editor) {
    leptos::task::spawn_local(async move {
        let text = browser::paste().await.or_else(|| LAST.with_borrow(Clone::clone));
        if !editor.stage.is_disposed() {
            paste_text(editor, &text.unwrap_or_default());
        }
    });
}

/// Copies and pastes at once, leaving the clipboard alone.
pub fn duplicate(editor: Editor) {
    let Some(clip) = clip(editor) else { return };
    let made = editor.compose(|table, names| table.paste(names, &clip, None));
    if let Some(composed) = made {
        put(editor, Composed { label: Label::Duplicated { count: clip.len() }, ..composed });
    }
}

fn paste_text(editor: Editor, text: &str) {
    let clip = match Clip::parse(text) {
        Ok(clip) => clip,
        Err(error) => {
            let words = match error {
                ClipError::Empty => t!(editor.clip.empty),
                ClipError::Foreign => t!(editor.clip.foreign),
                ClipError::Newer => t!(editor.clip.newer),
                ClipError::Broken => t!(editor.clip.broken),
            };
            crate::ui::toast::trouble(words);
            return;
        }
    };
    let made = editor.compose(|table, names| {
        let composed = table.paste(names, &clip, None);
        // Beside what was copied when that is in sight; else where one is looking.
        let seen = editor.view();
        let here = editor.stage.with_value(|stage| {
            let origin = clip.origin();
            let rect = stage.rect(origin, crate::gesture::scene::CARD_WIDTH, 60.0);
            seen.seen(stage.size).meets(&rect)
        });
        if here { composed } else { table.paste(names, &clip, Some(super::arrange::free_middle(editor))) }
    });
    if let Some(composed) = made {
        put(editor, composed);
    }
}

fn put(editor: Editor, composed: Composed) {
    if editor.make(composed)
        && let Some(id) = editor.focus.get_untracked()
    {
        editor.reveal(&id);
        editor.focus_card(&id);
    }
}

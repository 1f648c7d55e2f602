//! Sticky notes.

use crate::editor::model::document::history::{About, Group, Label};
use crate::editor::model::state::{Selection, editor};
use crate::{browser, tr};
use leptos::html;
use leptos::prelude::*;
use tradewind_nodes::graph::{Edit, MAX_NOTE, Note, NoteId};

/// A note: text on paper. A double click writes on it.
#[component]
pub fn Sticky(
    /// Which.
    id: NoteId,
) -> impl IntoView {
    let editor = editor();
    let note = StoredValue::new(id);
    let element = NodeRef::<html::Div>::new();
    let field = NodeRef::<html::Textarea>::new();
    let present = move || note.with_value(|id| editor.with_graph(|graph| graph.note(id).cloned()));
    Effect::new(move |_| {
        editor.version.track();
        if let (Some(element), Some(note)) = (element.get(), present()) {
            editor.stage.update_value(|stage| stage.show_note(&note, element.into()));
        }
    });
    on_cleanup(move || {
        editor.stage.try_update_value(|stage| stage.hide_note(&note.get_value()));
    });
    let text = Memo::new(move |_| {
        editor.version.track();
        present().map(|note: Note| note.text).unwrap_or_default()
    });
    let selected = Memo::new(move |_| note.with_value(|id| editor.selection.with(|selection| selection.notes.contains(id))));
    let write = move |words: String| {
        if let Some(old) = present()
            && old.text != words
        {
            let group = Group { about: About::Note { note: old.id.clone() }, now: browser::ticks() };
            editor.apply_in(&Edit::ChangeNote { note: Note { text: words, ..old } }, Label::NoteChanged, Some(group));
        }
    };
    let leave = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            browser::focus("canvas");
        }
    };
    view! {
        <div node_ref=element class="note" class:selected=move || selected.get()>
            <textarea
                node_ref=field
                id=format!("note-{}", note.get_value())
                aria-label=tr!(editor.note.label)
                placeholder=tr!(editor.note.hint)
                maxlength=MAX_NOTE
                dir="auto"
                tabindex="-1"
                prop:value=move || text.get()
                on:input=move |event| write(event_target_value(&event))
                on:keydown=leave
                on:focus=move |_| editor.selection.set(Selection { notes: vec![note.get_value()], ..Selection::default() })
            ></textarea>
            <span class="corner" aria-hidden="true"></span>
        </div>
    }
}

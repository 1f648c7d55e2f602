//! Looking for a step on the canvas.

use crate::browser;
use crate::editor::model::icons;
use crate::editor::model::select::walk_order;
use crate::editor::model::state::{Editor, editor};
use crate::ui::Icon;
use crate::{t, tr};
use leptos::html;
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;
use web_sys::KeyboardEvent;

/// The most steps that are listed.
const MOST: usize = 50;

/// Opens the search.
pub fn open(editor: Editor) {
    editor.searching.set(true);
}

/// The search, when it is open.
#[component]
pub fn StepSearch() -> impl IntoView {
    let editor = editor();
    view! { <Show when=move || editor.searching.get()><Field /></Show> }
}

fn find(editor: Editor, typed: &str) -> Vec<NodeId> {
    let typed = typed.trim().to_lowercase();
    let fits = |id: &NodeId| {
        typed.is_empty()
            || id.as_str().contains(&typed)
            || editor.card(id).is_some_and(|card| {
                card.face.with_untracked(|face| face.title.to_lowercase().contains(&typed) || face.line.to_lowercase().contains(&typed))
            })
    };
    walk_order(editor).into_iter().map(|(id, _)| id).filter(fits).take(MOST).collect()
}

#[component]
fn Field() -> impl IntoView {
    let editor = editor();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let found = Memo::new(move |_| {
        editor.version.track();
        find(editor, &typed.get())
    });
    let close = move || {
        editor.searching.set(false);
        match editor.focus.get_untracked() {
            Some(id) => editor.focus_card(&id),
            None => browser::focus("canvas"),
        }
    };
    let take = move |id: NodeId| {
        editor.searching.set(false);
        editor.go_to(&id);
    };
    let look = move |by: usize| {
        let count = found.with_untracked(Vec::len).max(1);
        chosen.update(|n| *n = (*n + by) % count);
        if let Some(id) = found.get_untracked().get(chosen.get_untracked()) {
            editor.reveal(id);
        }
    };
    let keys = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => look(1),
            "ArrowUp" => look(found.with_untracked(Vec::len).max(1) - 1),
            "Enter" => match found.get_untracked().get(chosen.get_untracked()) {
                Some(id) => take(id.clone()),
                None => close(),
            },
            "Escape" | "Tab" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let row = move |(n, id): (usize, NodeId)| {
        let Some(card) = editor.card(&id) else { return ().into_any() };
        let face = card.face.get_untracked();
        view! {
            <li id=format!("found-{n}") role="option" class="kind" data-family=icons::family(face.family) aria-selected=move || (chosen.get() == n).to_string()
                on:pointerenter=move |_| chosen.set(n) on:click=move |_| take(id.clone())>
                <span class="ic"><Icon icon=icons::of(&face.kind, face.family) size=14 /></span>
                <span class="name">{face.title}<small>{face.line}</small></span>
            </li>
        }
        .into_any()
    };
    let listed = move || found.get().into_iter().enumerate().collect::<Vec<(usize, NodeId)>>();
    view! {
        <div class="quick step-search float" role="search" on:keydown=keys>
            <input node_ref=field type="text" role="combobox" autocomplete="off" aria-expanded="true" aria-controls="found-list" aria-autocomplete="list"
                aria-activedescendant=move || format!("found-{}", chosen.get()) placeholder=tr!(editor.search.label) aria-label=tr!(editor.search.label)
                on:input=move |event| { typed.set(event_target_value(&event)); chosen.set(0); } />
            <ul id="found-list" role="listbox" aria-label=tr!(editor.search.label)>
                <For each=listed key=Clone::clone children=row />
            </ul>
            <Show when=move || found.with(Vec::is_empty)><p class="nothing">{move || t!(editor.search.nothing, what = typed.get())}</p></Show>
        </div>
    }
}

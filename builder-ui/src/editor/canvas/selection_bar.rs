//! What can be done with several selected steps.

use super::clips;
use super::commands;
use crate::editor::model::state::editor;
use crate::gesture::keys::Command;
use crate::ui::{Button, Look};
use crate::{t, tr};
use leptos::prelude::*;

/// The bar over the canvas; there while several things are selected.
#[component]
pub fn SelectionBar() -> impl IntoView {
    let editor = editor();
    let count = Memo::new(move |_| editor.selection.with(|selection| selection.nodes.len() + selection.notes.len()));
    let run = move |command: Command| {
        move |_| {
            commands::run(editor, command);
        }
    };
    view! {
        <Show when=move || { count.get() > 1 }>
            <div class="selection-bar float" role="toolbar" aria-label=tr!(editor.tools.selection)>
                <span>{move || t!(editor.selected, n = count.get())}</span>
                <Button look=Look::Ghost icon=icondata::LuCopy label=Signal::derive(tr!(editor.menu.copy)) on:click=move |_| clips::copy(editor) />
                <Button look=Look::Ghost icon=icondata::LuCopyPlus label=Signal::derive(tr!(editor.menu.duplicate)) on:click=run(Command::Duplicate) />
                <Button look=Look::Ghost icon=icondata::LuTrash2 label=Signal::derive(tr!(editor.menu.delete)) on:click=run(Command::Delete) />
            </div>
        </Show>
    }
}

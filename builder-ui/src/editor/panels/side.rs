//! The column at the side: one panel at a time.

use super::inspector::Inspector;
use super::issues::Issues;
use super::outline::Outline;
use super::sheet::{Handle, is_down};
use crate::editor::model::sheet::Sheet;
use crate::editor::model::state::{Editor, Panel, editor};
use crate::ui::{Button, Look};
use crate::{browser, tr};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// The column.
#[component]
pub fn Side() -> impl IntoView {
    let editor = editor();
    // One that is asked for again stays as it is, with what is being typed in it.
    let panel = Memo::new(move |_| editor.panel.get());
    // What was asked for must be seen.
    Effect::new(move |_| {
        if panel.get() != Panel::Inspector && editor.sheet.get_untracked() == Sheet::Down {
            editor.sheet.set(Sheet::Up);
        }
    });
    let down = Memo::new(move |_| is_down(editor));
    // So must be what has the keyboard.
    let focused = move |event: web_sys::FocusEvent| {
        let on_handle = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|to| to.matches(".handle") == Ok(true));
        if down.get_untracked() && !on_handle {
            editor.sheet.set(Sheet::Up);
        }
    };
    // What has a use of its own for Escape, as an open list, has taken it before.
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            leave(editor);
        }
    };
    view! {
        <aside class="side" class:down=down style:--sheet=move || editor.sheet.get().height() aria-label=tr!(editor.side) on:keydown=keys on:focusin=focused>
            <Handle is_down=down />
            {move || match panel.get() {
                Panel::Inspector => view! { <Inspector /> }.into_any(),
                Panel::Issues => view! { <Issues /> }.into_any(),
                Panel::Outline => view! { <Outline /> }.into_any(),
                Panel::DryRun => view! { <super::life::DryRunPanel /> }.into_any(),
                Panel::People => view! { <super::numbers::Numbers /> }.into_any(),
            }}
        </aside>
    }
}

/// Back to the canvas, where one was.
pub(in crate::editor) fn leave(editor: Editor) {
    editor.panel.set(Panel::Inspector);
    match editor.current() {
        Some(id) => editor.focus_card(&id),
        None => browser::focus("canvas"),
    }
}

/// A button that leads back to the form.
#[component]
pub fn Close() -> impl IntoView {
    let editor = editor();
    view! {
        <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(ui.close)) on:click=move |_| editor.panel.set(Panel::Inspector) />
    }
}

//! A dialog on the browser's own `<dialog>`: it holds the focus, closes by Escape and gives the focus back.

use super::{Button, Look};
use crate::tr;
use leptos::html;
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Several dialogs can be on a page: each heading has an id of its own.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A dialog. It is on the page while `open`; what is in it is made when it opens.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it may be closed without an answer.
    #[prop(default = true)]
    closable: bool,
    /// A class beside `dialog`, for its size.
    #[prop(default = "")]
    class: &'static str,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = format!("dialog-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let labelled = heading.clone();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let cancel = move |event: web_sys::Event| {
        if !closable {
            event.prevent_default();
        }
    };
    // A browser closes on the second Escape whatever `cancel` said.
    let closed = move |_| {
        if closable {
            open.set(false);
        } else if let Some(dialog) = node.get_untracked().filter(|_| open.get_untracked()) {
            let _ = dialog.show_modal();
        }
    };
    // A press on the backdrop is one on the dialog itself: what is inside lies in a box of its own.
    let backdrop = move |event: web_sys::MouseEvent| {
        if closable && event.target().is_some_and(|target| node.get_untracked().is_some_and(|dialog| target.loose_eq(&dialog))) {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=node class=format!("dialog {class}") on:close=closed on:cancel=cancel on:mousedown=backdrop aria-labelledby=labelled>
            <div class="inside">
                <header role="presentation">
                    <h2 id=heading>{title}</h2>
                    {closable.then(|| view! { <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(ui.close)) on:click=move |_| open.set(false) /> })}
                </header>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </dialog>
    }
}

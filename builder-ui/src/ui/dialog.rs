//! A dialog on the browser's own `<dialog>`: it holds the focus, closes by Escape and gives the focus back.

use super::{Button, Look};
use crate::tr;
use leptos::html;
use leptos::prelude::*;

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
    // A press on the backdrop is one on the dialog itself: what is inside lies in a box of its own.
    let backdrop = move |event: web_sys::MouseEvent| {
        if closable && event.target().is_some_and(|target| node.get_untracked().is_some_and(|dialog| target.loose_eq(&dialog))) {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=node class=format!("dialog {class}") on:close=move |_| open.set(false) on:cancel=cancel on:mousedown=backdrop aria-labelledby="dialog-title">
            <div class="inside">
                <header>
                    <h2 id="dialog-title">{title}</h2>
                    {closable.then(|| view! { <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(ui.close)) on:click=move |_| open.set(false) /> })}
                </header>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </dialog>
    }
}

//! The column at the side: one panel at a time.

use super::inspector::Inspector;
use super::issues::Issues;
use super::outline::Outline;
use super::state::{Panel, editor};
use crate::tr;
use crate::ui::{Button, Look};
use leptos::prelude::*;

/// The column.
#[component]
pub fn Side() -> impl IntoView {
    let editor = editor();
    view! {
        <aside class="side" aria-label=tr!(editor.side)>
            {move || match editor.panel.get() {
                Panel::Inspector => view! { <Inspector /> }.into_any(),
                Panel::Issues => view! { <Issues /> }.into_any(),
                Panel::Outline => view! { <Outline /> }.into_any(),
                Panel::DryRun => view! { <super::life::DryRunPanel /> }.into_any(),
                Panel::People => view! { <super::live::Numbers /> }.into_any(),
            }}
        </aside>
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

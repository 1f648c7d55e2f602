//! Buttons.

use super::{Icon, Kbd};
use leptos::prelude::*;

/// How much a button wants to be pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Look {
    /// One among others.
    #[default]
    Plain,
    /// The one thing to do here: one a page.
    Main,
    /// Present, but quiet: in bars and rows.
    Ghost,
}

/// A button. `on:click` goes on it directly.
#[component]
pub fn Button(
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<icondata::Icon>,
    /// The words when there is only an icon to see: its name, and its tooltip.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// The key that does the same.
    #[prop(optional)]
    kbd: Option<&'static str>,
    /// Whether it cannot be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether what it started is under way: it cannot be pressed again until then.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Whether it sends the form it is in.
    #[prop(optional)]
    submits: bool,
    /// Its words.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let alone = children.is_none();
    view! {
        <button
            type=if submits { "submit" } else { "button" }
            class="btn"
            class:main=look == Look::Main
            class:ghost=look == Look::Ghost
            class:alone=alone
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            aria-label=move || label.get()
            data-tip=move || label.get()
        >
            {icon.map(|icon| view! { <Icon icon=icon size=16 /> })}
            {children.map(|children| children())}
            {kbd.map(|keys| view! { <Kbd keys=keys /> })}
        </button>
    }
}

//! Small parts: keys, pills, text to copy.

use crate::{browser, tr};
use leptos::prelude::*;

/// A key, as printed on it. `Mod` is Command on a Mac and Control elsewhere; keys pressed together are joined by `+`.
#[component]
pub fn Kbd(
    /// As `Mod+K`.
    keys: &'static str,
) -> impl IntoView {
    let mac = browser::is_mac();
    let name = move |key: &'static str| match key {
        "Mod" if mac => "⌘",
        "Mod" => "Ctrl",
        "Shift" if mac => "⇧",
        "Alt" if mac => "⌥",
        other => other,
    };
    let shown = keys.split('+').map(name).collect::<Vec<_>>().join(if mac { "" } else { " " });
    view! { <kbd dir="ltr">{shown}</kbd> }
}

/// What a pill's colour says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Quiet,
    /// It runs, it is well.
    Good,
    /// Look at it some time.
    Warn,
    /// It must be mended.
    Bad,
}

/// A state in one or two words.
#[component]
pub fn Pill(
    /// What its colour says.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// Whether it has a dot: for what is live.
    #[prop(optional)]
    dot: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <span
            class="pill"
            class:good=move || tone.get() == Tone::Good
            class:warn=move || tone.get() == Tone::Warn
            class:bad=move || tone.get() == Tone::Bad
        >
            {dot.then(|| view! { <span class="dot" aria-hidden="true"></span> })}
            {children()}
        </span>
    }
}

/// Text that is copied by a click: ids, keys, addresses.
#[component]
pub fn Copyable(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            if browser::copy(&text.get_untracked()).await {
                copied.set(true);
                browser::pause(1_500).await;
                copied.try_set(false);
            }
        });
    };
    view! {
        <button type="button" class="copyable" on:click=copy data-tip=tr!(ui.copy)>
            <code>{text}</code>
            <span class="note" aria-live="polite">{move || if copied.get() { crate::t!(ui.copied) } else { String::new() }}</span>
        </button>
    }
}

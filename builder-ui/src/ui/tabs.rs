//! Tabs: one of several panels, chosen by a press or the arrow keys.

use crate::i18n::{self, Text};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// A tab.
#[derive(Clone, Copy)]
pub struct Tab {
    /// Its id; its panel carries `panel-{id}` and is labelled by `tab-{id}`.
    pub id: &'static str,
    /// Its words.
    pub label: Text,
    /// A number after them.
    pub count: Option<Signal<Option<f64>>>,
}

/// The row of tabs. The panels are the caller's: `<div role="tabpanel" id="panel-…" aria-labelledby="tab-…" tabindex="0">`.
#[component]
pub fn Tabs(
    /// What is chosen by them.
    #[prop(into)]
    label: Signal<String>,
    /// The tabs.
    tabs: Vec<Tab>,
    /// The id of the one in front.
    chosen: RwSignal<&'static str>,
) -> impl IntoView {
    let ids: Vec<&'static str> = tabs.iter().map(|tab| tab.id).collect();
    let keys = move |event: KeyboardEvent| {
        let place = ids.iter().position(|id| *id == chosen.get_untracked()).unwrap_or(0);
        let forward = if i18n::present_untracked().language.direction() == "rtl" { "ArrowLeft" } else { "ArrowRight" };
        let next = match event.key().as_str() {
            "Home" => 0,
            "End" => ids.len() - 1,
            key if key == forward => (place + 1) % ids.len(),
            "ArrowLeft" | "ArrowRight" => (place + ids.len() - 1) % ids.len(),
            _ => return,
        };
        event.prevent_default();
        chosen.set(ids[next]);
        crate::browser::focus(&format!("tab-{}", ids[next]));
    };
    let one = move |tab: Tab| {
        let front = move || chosen.get() == tab.id;
        let count = tab.count.map(|count| view! { <span class="count">{move || count.get().map(i18n::format::number)}</span> });
        view! {
            <button type="button" role="tab" id=format!("tab-{}", tab.id) aria-controls=format!("panel-{}", tab.id)
                aria-selected=move || front().to_string() tabindex=move || if front() { "0" } else { "-1" } on:click=move |_| chosen.set(tab.id)>
                {move || tab.label.get()}{count}
            </button>
        }
    };
    view! { <div class="tabs" role="tablist" aria-label=label on:keydown=keys>{tabs.into_iter().map(one).collect_view()}</div> }
}

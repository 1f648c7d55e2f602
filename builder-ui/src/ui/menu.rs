//! A menu under a button, walked by the arrow keys.

use super::Icon;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// One entry of a menu.
#[derive(Clone)]
pub struct Item {
    /// Its words.
    pub label: Signal<String>,
    /// Whether it is the one in force, in a menu that chooses.
    pub chosen: Option<Signal<bool>>,
    /// What it does.
    pub run: Callback<()>,
}

impl Item {
    /// An entry that does something.
    pub fn new(label: impl Fn() -> String + Send + Sync + 'static, run: impl Fn() + Send + Sync + 'static) -> Self {
        Self { label: Signal::derive(label), chosen: None, run: Callback::new(move |()| run()) }
    }

    /// The same, with a mark while this holds.
    #[must_use]
    pub fn chosen(mut self, chosen: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.chosen = Some(Signal::derive(chosen));
        self
    }
}

/// A button that opens a menu.
#[component]
pub fn Menu(
    /// What the button is called.
    #[prop(into)]
    label: Signal<String>,
    /// Its icon.
    icon: icondata::Icon,
    /// The entries.
    #[prop(into)]
    items: Signal<Vec<Item>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if open.get()
            && let (Some(list), Some(button)) = (list.get(), button.get_untracked())
        {
            place(&list, &button);
            // Where a choice has been made the walk begins at it.
            match list.query_selector("[aria-checked=true]").ok().flatten().and_then(|chosen| chosen.dyn_into::<HtmlElement>().ok()) {
                Some(chosen) => drop(chosen.focus()),
                None => step(&list, None, 1),
            }
        }
    });
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let keys = move |event: KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        match event.key().as_str() {
            "ArrowDown" => step(&list, focused(), 1),
            "ArrowUp" => step(&list, focused(), -1),
            "Home" => step(&list, None, 1),
            "End" => step(&list, None, -1),
            "Escape" | "Tab" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // Leaving by any way closes it.
    let left = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        let inside = list.try_get_untracked().flatten().is_some_and(|list| to.is_some_and(|to| list.contains(Some(&to))));
        if !inside {
            open.set(false);
        }
    };
    let entry = move |item: Item| {
        let run = move |_| {
            close();
            item.run.run(());
        };
        let chosen = move || item.chosen.map(|chosen| chosen.get());
        let mark = move || chosen() == Some(true);
        view! {
            <button type="button" role=if item.chosen.is_some() { "menuitemradio" } else { "menuitem" } class="item" tabindex="-1"
                aria-checked=move || chosen().map(|chosen| chosen.to_string()) on:click=run>
                {item.chosen.map(|_| view! { <span class="mark">{move || mark().then(|| view! { <Icon icon=icondata::LuCheck size=14 /> })}</span> })}
                {item.label}
            </button>
        }
    };
    view! {
        <div class="menu" on:keydown=keys>
            <button node_ref=button type="button" class="btn ghost alone" aria-haspopup="menu" aria-expanded=move || open.get().to_string()
                aria-label=label data-tip=label on:mousedown=|event| event.prevent_default() on:click=move |_| open.update(|open| *open = !*open)>
                <Icon icon=icon />
            </button>
            <Show when=move || open.get()>
                <div node_ref=list class="items" role="menu" aria-label=label on:focusout=left>
                    {move || items.get().into_iter().map(entry).collect_view()}
                </div>
            </Show>
        </div>
    }
}

/// Puts the list below the button where there is room, else beside it, and never out of the window.
fn place(list: &HtmlElement, button: &HtmlElement) {
    const GAP: f64 = 6.0;
    /// No wider, and the rail with its menus lies below.
    const PHONE: f64 = 600.0;
    let (width, height) = crate::browser::window_size();
    let (from, own) = (button.get_bounding_client_rect(), list.get_bounding_client_rect());
    let rtl = crate::i18n::present_untracked().language.direction() == "rtl";
    let below = from.bottom() + GAP + own.height() <= height;
    let (top, left) = match (below, rtl) {
        (false, _) if width <= PHONE => (from.top() - GAP - own.height(), from.left()),
        (true, false) => (from.bottom() + GAP, from.left()),
        (true, true) => (from.bottom() + GAP, from.right() - own.width()),
        (false, false) => (from.bottom() - own.height(), from.right() + GAP),
        (false, true) => (from.bottom() - own.height(), from.left() - GAP - own.width()),
    };
    let top = top.min(height - own.height() - GAP).max(GAP);
    let left = left.min(width - own.width() - GAP).max(GAP);
    // The window's own coordinates: they have no direction of writing.
    let _ = list.style().set_property("top", &format!("{top}px"));
    let _ = list.style().set_property("left", &format!("{left}px"));
}

fn focused() -> Option<web_sys::Element> {
    document().active_element()
}

/// Moves the focus among the entries, round the end.
fn step(list: &HtmlElement, from: Option<web_sys::Element>, by: i32) {
    let entries = list.children();
    let count = i32::try_from(entries.length()).unwrap_or(0);
    let place = from.and_then(|from| (0..count).find(|at| entries.item(at.unsigned_abs()).as_ref() == Some(&from)));
    let next = match place {
        Some(place) => (place + by).rem_euclid(count.max(1)),
        None if by > 0 => 0,
        None => count - 1,
    };
    if let Some(entry) = entries.item(next.unsigned_abs()).and_then(|entry| entry.dyn_into::<HtmlElement>().ok()) {
        let _ = entry.focus();
    }
}

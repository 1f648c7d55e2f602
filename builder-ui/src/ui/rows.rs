//! Lists walked by the keyboard: `↓` and `↑` (or `j` and `k`) from row to row, Enter opens, `/` searches. The way into a row
//! is its link of class `open`; a press anywhere on the row is one on it.

use crate::browser;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, MouseEvent};

/// Listens for the keys while the page is shown; `more` fetches the next page when the last row is left downwards.
pub fn use_rows(more: impl Fn() + 'static) {
    let pressed = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || browser::is_typing(event.target()) {
            return;
        }
        let down = match event.key().as_str() {
            "/" => {
                browser::focus("search");
                event.prevent_default();
                return;
            }
            "ArrowDown" | "j" => true,
            "ArrowUp" | "k" => false,
            _ => return,
        };
        if move_on(down, &more) {
            event.prevent_default();
        }
    };
    let handle = window_event_listener(ev::keydown, pressed);
    on_cleanup(move || handle.remove());
}

/// Listens for `↓` and `↑` among cards while the page is shown; from the title they lead to the first.
pub fn use_cards(selector: &'static str) {
    let pressed = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || browser::is_typing(event.target()) {
            return;
        }
        let by = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        if browser::walk(selector, by) || (by > 0 && is_nowhere() && browser::focus_nth(selector, 0)) {
            event.prevent_default();
        }
    };
    let handle = window_event_listener(ev::keydown, pressed);
    on_cleanup(move || handle.remove());
}

/// Whether the keyboard is at the title or nowhere: anywhere else arrows are somebody else's.
fn is_nowhere() -> bool {
    document().active_element().is_none_or(|element| matches!(element.tag_name().as_str(), "BODY" | "H1" | "MAIN"))
}

/// Whether there was a row to go to.
fn move_on(down: bool, more: &impl Fn()) -> bool {
    let here = document().active_element();
    let row = here.as_ref().and_then(|element| element.closest("[data-row]").ok().flatten());
    let Some(row) = row else {
        let outside = is_nowhere();
        let first = document().query_selector("[data-row]").ok().flatten();
        return outside && first.is_some_and(|row| focus(&row));
    };
    let next = if down { row.next_element_sibling() } else { row.previous_element_sibling() };
    match next {
        Some(next) => focus(&next),
        None => {
            if down {
                more();
            }
            true
        }
    }
}

fn focus(row: &Element) -> bool {
    let link = row.query_selector(".open").ok().flatten().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    link.is_some_and(|link| link.focus().is_ok())
}

/// A press on a row that met nothing of its own in it.
pub fn press(event: MouseEvent) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let own = target.closest("a, button, input, select, label, [role=menu]").ok().flatten().is_some();
    // Somebody who marks text wants to copy it.
    let marked = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    if own || marked {
        return;
    }
    let link = target.closest("[data-row]").ok().flatten().and_then(|row| row.query_selector(".open").ok().flatten());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        link.click();
    }
}

//! Tooltips: one bubble for the whole page, shown at whatever carries `data-tip` and is pointed at or focused by the keyboard.
//!
//! What it says is the name the thing has for screen readers anyway (`aria-label`), so the bubble itself is hidden from them.

use crate::browser;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

/// How long one must point before it appears, in milliseconds.
const DELAY: u32 = 350;
const GAP: f64 = 6.0;

/// The bubble: once, in the shell.
#[component]
pub fn Tips() -> impl IntoView {
    let text = RwSignal::new(None::<String>);
    let at = StoredValue::new_local(None::<Element>);
    let bubble = NodeRef::<html::Div>::new();
    let show = move |target: Option<EventTarget>, wait: u32| {
        let element = target.and_then(|target| target.dyn_into::<Element>().ok()).and_then(|element| element.closest("[data-tip]").ok()?);
        if element == at.get_value() {
            return;
        }
        at.set_value(element.clone());
        text.set(None);
        let Some(element) = element else { return };
        leptos::task::spawn_local(async move {
            browser::pause(wait).await;
            if at.try_get_value().flatten().as_ref() == Some(&element) {
                text.set(element.get_attribute("data-tip").filter(|tip| !tip.is_empty()));
            }
        });
    };
    let hide = move || {
        at.set_value(None);
        text.set(None);
    };
    Effect::new(move |_| {
        if text.get().is_some()
            && let (Some(bubble), Some(element)) = (bubble.get(), at.get_value())
        {
            place(&bubble, &element);
        }
    });
    let handles = [
        window_event_listener(ev::pointerover, move |event| show(event.target(), DELAY)),
        window_event_listener(ev::focusin, move |event| show(event.target().filter(by_keyboard), 0)),
        window_event_listener(ev::pointerdown, move |_| hide()),
        window_event_listener(ev::keydown, move |_| hide()),
    ];
    on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    view! {
        <Show when=move || text.get().is_some()>
            <div node_ref=bubble class="tip-bubble" aria-hidden="true">{move || text.get()}</div>
        </Show>
    }
}

fn by_keyboard(target: &EventTarget) -> bool {
    target.dyn_ref::<Element>().is_some_and(|element| element.matches(":focus-visible").unwrap_or(false))
}

/// Below what it is about where there is room, beside it in the rail, never out of the window.
fn place(bubble: &web_sys::HtmlElement, element: &Element) {
    let (width, height) = browser::window_size();
    let (about, own) = (element.get_bounding_client_rect(), bubble.get_bounding_client_rect());
    let in_rail = element.closest(".rail").ok().flatten().is_some();
    let (left, top) = match (in_rail, about.left() > width / 2.0) {
        (true, false) => (about.right() + GAP, about.top() + (about.height() - own.height()) / 2.0),
        (true, true) => (about.left() - GAP - own.width(), about.top() + (about.height() - own.height()) / 2.0),
        (false, _) if about.bottom() + GAP + own.height() > height => {
            (about.left() + (about.width() - own.width()) / 2.0, about.top() - GAP - own.height())
        }
        (false, _) => (about.left() + (about.width() - own.width()) / 2.0, about.bottom() + GAP),
    };
    let within = |value: f64, most: f64| value.min(most - GAP).max(GAP);
    let style = bubble.style();
    // The window's own coordinates: they have no direction of writing.
    let _ = style.set_property("left", &format!("{}px", within(left, width - own.width())));
    let _ = style.set_property("top", &format!("{}px", within(top, height - own.height())));
}

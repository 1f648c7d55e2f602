//! Keys that work on every page: `g` and a letter lead to a place, `Mod+K` opens the palette, `?` lists the keys.

use super::{NAV, Palette};
use crate::ui::{Dialog, Kbd};
use crate::{browser, tr};
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use web_sys::KeyboardEvent;

/// How long after `g` the letter may come, in milliseconds.
const CHORD: f64 = 1_500.0;

/// Listens for the keys and shows their list.
#[component]
pub fn Keyboard() -> impl IntoView {
    let (list, palette) = (RwSignal::new(false), RwSignal::new(false));
    let chord = StoredValue::new(0.0_f64);
    let navigate = use_navigate();
    let pressed = move |event: KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") && !event.default_prevented() {
            event.prevent_default();
            list.set(false);
            palette.update(|open| *open = !*open);
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || browser::is_typing(event.target()) {
            return;
        }
        let key = event.key();
        let begun = browser::now() - chord.get_value() < CHORD;
        chord.set_value(0.0);
        if begun {
            if let Some(place) = NAV.iter().find(|place| place.letter == key) {
                event.prevent_default();
                navigate(place.href, leptos_router::NavigateOptions::default());
            }
        } else if key == "g" {
            chord.set_value(browser::now());
        } else if key == "?" {
            event.prevent_default();
            list.set(true);
        }
    };
    let handle = window_event_listener(ev::keydown, pressed);
    on_cleanup(move || handle.remove());
    view! {
        <Palette open=palette />
        <Dialog open=list title=Signal::derive(tr!(shell.keys.title))>
            <dl class="keys">
                {NAV.iter().map(|place| view! {
                    <div><dt>{move || place.label.get()}</dt><dd><Kbd keys="G" />" "<kbd>{place.letter.to_uppercase()}</kbd></dd></div>
                }).collect_view()}
                <div><dt>{tr!(shell.palette.title)}</dt><dd><Kbd keys="Mod+K" /></dd></div>
                <div><dt>{tr!(shell.keys.list)}</dt><dd><Kbd keys="?" /></dd></div>
            </dl>
        </Dialog>
    }
}

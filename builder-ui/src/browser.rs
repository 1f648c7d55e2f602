//! What is asked of the browser, in one place. Where there is none (native tests) these do nothing or find nothing.

use leptos::prelude::document;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlMetaElement, Response, Storage};

/// Where remembered choices are, among those of other programs on this host.
const PREFIX: &str = "tradewind.";

fn here() -> Option<web_sys::Window> {
    if cfg!(target_arch = "wasm32") { web_sys::window() } else { None }
}

/// The content of `<meta name=…>`.
#[must_use]
pub fn meta(name: &str) -> Option<String> {
    let found = here()?.document()?.query_selector(&format!("meta[name='{name}']")).ok()??;
    Some(found.dyn_into::<HtmlMetaElement>().ok()?.content())
}

/// The text at an address of this server that everyone may read.
pub async fn fetch_text(address: &str) -> Option<String> {
    let response: Response = JsFuture::from(here()?.fetch_with_str(address)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// The languages the user prefers, as the browser knows them.
#[must_use]
pub fn languages() -> Vec<String> {
    here().map(|window| window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()).unwrap_or_default()
}

/// Sets an attribute of the page itself, as `lang`.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = here().and_then(|window| window.document()?.document_element()) {
        let _ = root.set_attribute(name, value);
    }
}

/// The event of the window that tells that the colours are others.
pub const COLOURS: &str = "tradewind-colours";

/// Tells everybody in the window of an event.
pub fn tell(event: &str) {
    if let (Some(window), Ok(event)) = (here(), web_sys::Event::new(event)) {
        let _ = window.dispatch_event(&event);
    }
}

fn storage() -> Option<Storage> {
    // A browser told to keep nothing throws here: then nothing is remembered.
    here()?.local_storage().ok().flatten()
}

/// What was remembered in this browser under a name.
#[must_use]
pub fn remembered(name: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{name}")).ok().flatten()
}

/// Remembers something in this browser.
pub fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("{PREFIX}{name}"), value);
    }
}

/// Forgets what was remembered under a name.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{PREFIX}{name}"));
    }
}

/// Milliseconds since 1970 by the user's clock.
#[must_use]
pub fn now() -> f64 {
    if cfg!(target_arch = "wasm32") { js_sys::Date::now() } else { 0.0 }
}

/// A random number from 0 to 1.
#[must_use]
pub fn random() -> f64 {
    if cfg!(target_arch = "wasm32") { js_sys::Math::random() } else { 0.5 }
}

/// Waits.
pub async fn pause(milliseconds: u32) {
    gloo_timers::future::TimeoutFuture::new(milliseconds).await;
}

/// The key in the address (`#key=…`), taken out of it at once: it must not stay in the history or be copied along.
#[must_use]
pub fn take_key_from_address() -> Option<String> {
    let window = here()?;
    let hash = window.location().hash().ok()?;
    let key = hash.strip_prefix("#key=")?.to_owned();
    let path = window.location().pathname().ok()? + &window.location().search().ok()?;
    let _ = window.history().ok()?.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    Some(key)
}

/// Path and query of the address.
#[must_use]
pub fn address() -> String {
    let found = here().and_then(|window| Some(window.location().pathname().ok()? + &window.location().search().ok()?));
    found.unwrap_or_else(|| "/".to_owned())
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = here() {
        let _ = window.location().reload();
    }
}

/// Opens an address of this server beside this page.
pub fn open_beside(address: &str) {
    if let Some(window) = here() {
        let _ = window.open_with_url_and_target(address, "_blank");
    }
}

/// Width and height of the window.
#[must_use]
pub fn window_size() -> (f64, f64) {
    let size = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    here().map_or((0.0, 0.0), |window| (size(window.inner_width()), size(window.inner_height())))
}

/// Sets the title of the browser's window.
pub fn set_title(title: &str) {
    if let Some(document) = here().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

const DARK: &str = "(prefers-color-scheme: dark)";

/// Whether the system is set to dark colours.
#[must_use]
pub fn prefers_dark() -> bool {
    here().and_then(|window| window.match_media(DARK).ok()?).is_some_and(|query| query.matches())
}

/// Calls when the system changes between light and dark, as long as the page lives.
pub fn when_colours_change(call: impl Fn() + 'static) {
    let Some(query) = here().and_then(|window| window.match_media(DARK).ok()?) else { return };
    let closure = Closure::<dyn FnMut()>::new(call);
    let _ = query.add_event_listener_with_callback("change", closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Whether this is a Mac, whose users press Command where others press Control.
#[must_use]
pub fn is_mac() -> bool {
    here().and_then(|window| window.navigator().platform().ok()).is_some_and(|platform| platform.starts_with("Mac"))
}

/// Puts text on the clipboard. False when the browser refuses.
pub async fn copy(text: &str) -> bool {
    let Some(window) = here() else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// Puts the focus on the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Puts the focus on the element with this id, brought into view. False when there is none.
#[must_use]
pub fn focus_on(id: &str) -> bool {
    let Some(element) = document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlElement>().ok()) else { return false };
    element.scroll_into_view();
    element.focus().is_ok()
}

/// Brings the first element that matches into view, by as little as it takes.
pub fn reveal(selector: &str) {
    let found = here().and_then(|window| window.document()?.query_selector(selector).ok()?);
    if let Some(element) = found {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The names of the time zones the browser knows.
#[must_use]
pub fn zones() -> Vec<String> {
    let asked = || {
        let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let ask: js_sys::Function = js_sys::Reflect::get(&intl, &"supportedValuesOf".into()).ok()?.dyn_into().ok()?;
        ask.call1(&intl, &"timeZone".into()).ok()?.dyn_into::<js_sys::Array>().ok()
    };
    if !cfg!(target_arch = "wasm32") {
        return Vec::new();
    }
    let names = asked().map(|names| names.iter().filter_map(|name| name.as_string()).collect::<Vec<_>>()).unwrap_or_default();
    // It leaves out UTC, which most journeys that name a zone want.
    ["UTC".to_owned()].into_iter().chain(names.into_iter().filter(|name| name != "UTC")).collect()
}

/// Whether a key pressed here is being typed into a field.
#[must_use]
pub fn is_typing(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || element.is_content_editable()
}

/// Leaves the field that somebody is typing in, which takes what was typed.
pub fn leave_field() {
    let active = here().and_then(|window| window.document()?.active_element()).and_then(|active| active.dyn_into::<HtmlElement>().ok());
    if let Some(field) = active.filter(|active| is_typing(Some((**active).clone().into()))) {
        let _ = field.blur();
    }
}

/// Milliseconds on a clock that never goes back: for measuring and moving, not for telling the time.
#[must_use]
pub fn ticks() -> f64 {
    here().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Whether the user has asked the system for less motion.
#[must_use]
pub fn prefers_less_motion() -> bool {
    here().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok()?).is_some_and(|query| query.matches())
}

/// The text on the clipboard; none when the browser refuses.
pub async fn paste() -> Option<String> {
    JsFuture::from(here()?.navigator().clipboard().read_text()).await.ok()?.as_string()
}

/// Moves the focus to the next (or former) of the elements that match, from the one that has it. False when none has.
#[must_use]
pub fn walk(selector: &str, by: i32) -> bool {
    let Some(document) = here().and_then(|window| window.document()) else { return false };
    let (Ok(found), Some(active)) = (document.query_selector_all(selector), document.active_element()) else { return false };
    let count = i32::try_from(found.length()).unwrap_or(0);
    let holds = |at: &i32| found.item(at.unsigned_abs()).is_some_and(|node| node.contains(Some(&active)));
    let Some(place) = (0..count).find(holds) else { return false };
    let next = (place + by).clamp(0, count - 1);
    let element = found.item(next.unsigned_abs()).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// The place of the element with this id among those that match; 0 when it is not among them.
#[must_use]
pub fn place_of(selector: &str, id: &str) -> u32 {
    let Some(found) = here().and_then(|window| window.document()?.query_selector_all(selector).ok()) else { return 0 };
    let is = |place: &u32| found.item(*place).and_then(|node| node.dyn_into::<HtmlElement>().ok()).is_some_and(|one| one.id() == id);
    (0..found.length()).find(is).unwrap_or(0)
}

/// Puts the focus on the element of this place among those that match, on the last of fewer. False when there is none.
#[must_use]
pub fn focus_nth(selector: &str, place: u32) -> bool {
    let found = here().and_then(|window| window.document()?.query_selector_all(selector).ok());
    let element = found.and_then(|found| found.item(place.min(found.length().saturating_sub(1))));
    element.and_then(|node| node.dyn_into::<HtmlElement>().ok()).is_some_and(|element| element.focus().is_ok())
}

/// A moment as a field of dates and times has it, by the user's clock: `2026-11-23T14:05`.
#[must_use]
pub fn local_moment(millis: f64) -> String {
    if !cfg!(target_arch = "wasm32") {
        return String::new();
    }
    let date = js_sys::Date::new(&JsValue::from_f64(millis));
    let (month, day) = (date.get_month() + 1, date.get_date());
    format!("{:04}-{month:02}-{day:02}T{:02}:{:02}", date.get_full_year(), date.get_hours(), date.get_minutes())
}

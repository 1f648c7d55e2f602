//! Names with a value each: traits, properties, headers. Values are templates; what is no text is written as JSON.

use super::fields::Wrongs;
use super::spot::{Meant, Spot, Typed, typed};
use super::template::Template;
use crate::ui::{Button, Look};
use crate::{browser, t, tr};
use leptos::prelude::*;
use tradewind_nodes::{Json, JsonMap};

fn map(spot: Spot) -> JsonMap {
    spot.value.get_untracked().and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

/// A map with one of its names changed, in its place.
fn renamed(old: &JsonMap, from: &str, to: &str) -> JsonMap {
    old.iter().map(|(key, value)| (if key == from { to.to_owned() } else { key.clone() }, value.clone())).collect()
}

/// A value as it is typed, when it is no text.
fn of_json(text: &str) -> Meant {
    if text.trim().is_empty() {
        return Meant::Value(Some(Json::Null));
    }
    serde_json::from_str(text).map_or(Meant::Nothing, |value| Meant::Value(Some(value)))
}

fn as_json(value: Option<&Json>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

#[component]
fn Value(spot: Spot) -> impl IntoView {
    let text = Memo::new(move |_| spot.value.with(|value| matches!(value, None | Some(Json::String(_)))));
    let label = Signal::derive(tr!(form.pairs.value));
    view! {
        <Show when=move || text.get() fallback=move || view! { <JsonLine spot=spot /> }>
            // An emptied value stays a value: the name would vanish under the hand otherwise.
            <Template spot=spot.part("", |value| value.cloned(), |_, new| Some(new.unwrap_or_else(|| "".into()))) html=false label=label reads=false />
        </Show>
    }
}

#[component]
fn JsonLine(spot: Spot) -> impl IntoView {
    let Typed { text, typed, done } = typed(spot, as_json, of_json);
    view! {
        <input id=spot.id() class="in mono" dir="ltr" aria-label=tr!(form.pairs.value) prop:value=move || text.get()
            on:input=move |event| typed.run(event_target_value(&event)) on:blur=move |_| { let _ = done.try_run(()); } />
    }
}

/// The names and their values.
#[component]
pub fn Pairs(
    /// The map.
    spot: Spot,
) -> impl IntoView {
    let keys = Memo::new(move |_| {
        spot.value
            .with(|value| value.as_ref().and_then(Json::as_object).map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default())
    });
    let set = move |map: JsonMap| spot.set((!map.is_empty()).then_some(Json::Object(map)));
    let pair = move |key: String| {
        let value = spot.key(&key);
        let (name, old) = (key.clone(), StoredValue::new(key));
        let rename = move |event: web_sys::Event| {
            let new = event_target_value(&event).trim().to_owned();
            let map = map(spot);
            if !new.is_empty() && !map.contains_key(&new) {
                set(renamed(&map, &old.get_value(), &new));
            }
        };
        let gone = move |_| {
            let mut map = map(spot);
            map.shift_remove(&old.get_value());
            set(map);
        };
        view! {
            <li class="pair">
                <input class="in pair-name" dir="auto" aria-label=tr!(form.pairs.name) prop:value=name on:change=rename />
                <div class="pair-value"><Value spot=value /><Wrongs id=format!("{}-error", value.id()) wrong=value.wrong_below() /></div>
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(move || t!(form.remove_it, what = old.get_value())) on:click=gone />
            </li>
        }
    };
    let add = move |event: web_sys::Event| {
        let name = event_target_value(&event).trim().to_owned();
        if let Some(input) = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlInputElement>(target).ok()) {
            input.set_value("");
        }
        let mut map = map(spot);
        if name.is_empty() || map.contains_key(&name) {
            return;
        }
        map.insert(name.clone(), "".into());
        set(map);
        let id = spot.key(&name).id();
        request_animation_frame(move || browser::focus(&id));
    };
    view! {
        <ul class="pairs">{move || keys.get().into_iter().map(pair).collect_view()}</ul>
        <input id=spot.id() class="in" dir="auto" placeholder=tr!(form.pairs.add) aria-label=tr!(form.pairs.add) on:change=add />
        <Wrongs id=format!("{}-whole-error", spot.id()) wrong=spot.wrong() />
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_new_name_stays_in_its_place() {
        let old = json!({"a": 1, "b": 2, "c": 3});
        let new = renamed(old.as_object().unwrap(), "b", "x");
        assert_eq!(new.keys().collect::<Vec<_>>(), ["a", "x", "c"]);
        assert_eq!(new["x"], 2);
    }

    #[test]
    fn what_is_no_json_yet_is_not_kept() {
        assert!(matches!(of_json("[1,"), Meant::Nothing));
        assert!(matches!(of_json("[1]"), Meant::Value(Some(Json::Array(_)))));
    }
}

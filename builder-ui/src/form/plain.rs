//! Controls of simple values: text, numbers, yes or no, one of a few, lists of texts, JSON.

use super::combo::{Combo, Picks};
use super::known::{known, zone_picks};
use super::spot::{Meant, Spot, Typed, as_text, of_text, typed};
use crate::ui::{Button, Look};
use crate::words::field::option_words;
use crate::{t, tr};
use leptos::prelude::*;
use tradewind_nodes::Json;
use tradewind_nodes::field::FieldType;

/// Longer JSON is shown, not edited in the page.
const LONGEST_JSON: usize = 64 * 1024;

/// What tells a screen reader of the hint and the error of a control.
#[must_use]
pub fn described(spot: Spot) -> String {
    let id = spot.id();
    format!("{id}-hint {id}-error")
}

/// One line of text.
#[component]
pub fn TextLine(
    /// The value.
    spot: Spot,
    /// What it is called, where no label says so.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// What stands there while it is empty.
    #[prop(optional, into)]
    placeholder: MaybeProp<String>,
) -> impl IntoView {
    let Typed { text, typed, done } = typed(spot, as_text, of_text);
    let wrong = spot.wrong_below();
    view! {
        <input id=spot.id() class="in" type="text" autocomplete="off" dir="auto" prop:value=move || text.get() placeholder=move || placeholder.get()
            aria-label=move || label.get() aria-describedby=described(spot) aria-invalid=move || (!wrong.with(Vec::is_empty)).to_string()
            on:input=move |event| typed.run(event_target_value(&event)) on:change=move |_| done.run(()) on:blur=move |_| { let _ = done.try_run(()); } />
    }
}

fn of_number(text: &str) -> Meant {
    let text = text.trim();
    if text.is_empty() {
        return Meant::Value(None);
    }
    let whole = text.parse::<i64>().ok().map(Json::from);
    let number = whole.or_else(|| text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Json::Number));
    number.map_or(Meant::Nothing, |number| Meant::Value(Some(number)))
}

/// A number.
#[component]
pub fn NumberLine(
    /// The value.
    spot: Spot,
    /// Whether it may have a fraction.
    #[prop(optional)]
    fraction: bool,
    /// The smallest.
    #[prop(optional_no_strip)]
    min: Option<i64>,
    /// The largest.
    #[prop(optional_no_strip)]
    max: Option<i64>,
    /// What it is worth while it is empty.
    #[prop(optional, into)]
    placeholder: MaybeProp<String>,
    /// What it is called, where no label says so.
    #[prop(optional, into)]
    label: MaybeProp<String>,
) -> impl IntoView {
    let Typed { text, typed, done } = typed(spot, as_text, of_number);
    let wrong = spot.wrong_below();
    view! {
        <input id=spot.id() class="in short" type="number" step=if fraction { "any" } else { "1" } min=min max=max prop:value=move || text.get()
            placeholder=move || placeholder.get() aria-label=move || label.get() aria-describedby=described(spot)
            aria-invalid=move || (!wrong.with(Vec::is_empty)).to_string()
            on:input=move |event| typed.run(event_target_value(&event)) on:change=move |_| done.run(()) on:blur=move |_| { let _ = done.try_run(()); } />
    }
}

/// Yes or no.
#[component]
pub fn Switch(
    /// The value.
    spot: Spot,
    /// What it is worth while it is not said.
    default: bool,
) -> impl IntoView {
    let on = move || spot.value.with(|value| value.as_ref().and_then(Json::as_bool)).unwrap_or(default);
    view! {
        <label class="switch">
            <input id=spot.id() type="checkbox" role="switch" prop:checked=on aria-describedby=described(spot)
                on:change=move |event| spot.set(Some(event_target_checked(&event).into())) />
            <span>{move || if on() { t!(form.yes) } else { t!(form.no) }}</span>
        </label>
    }
}

/// One of a few; a value that is none of them is shown too.
#[component]
pub fn Choice(
    /// The value.
    spot: Spot,
    /// The legal values.
    options: Vec<String>,
    /// What it is worth while it is not said.
    default: Option<String>,
) -> impl IntoView {
    let now = Memo::new(move |_| {
        spot.value.with(|value| value.as_ref().and_then(Json::as_str).map(str::to_owned)).or_else(|| default.clone()).unwrap_or_default()
    });
    let list = StoredValue::new(options);
    let shown = move || {
        let mut all = list.get_value();
        let now = now.get();
        if !all.contains(&now) {
            all.insert(0, now);
        }
        all
    };
    let entry = move |option: String| {
        let (value, words) = (option.clone(), option.clone());
        view! { <option value=value.clone() prop:selected=move || now.get() == value>{move || option_words(&words)}</option> }
    };
    view! {
        <select id=spot.id() class="in" aria-describedby=described(spot) on:change=move |event| spot.set(Some(event_target_value(&event).into()))>
            {move || shown().into_iter().map(entry).collect_view()}
        </select>
    }
}

/// A name that completes: an event, a fact, a segment, a journey, a zone.
#[component]
pub fn Name(
    /// The value.
    spot: Spot,
    /// What it names.
    ty: FieldType,
) -> impl IntoView {
    let picks: Picks = match ty {
        FieldType::EventName { .. } => known().event_picks(),
        FieldType::Segment => known().segment_picks(),
        FieldType::Journey => known().journey_picks(),
        FieldType::Zone => zone_picks(),
        _ => known().fact_picks(),
    };
    let wrong = spot.wrong_below();
    let chosen = Callback::new(move |name: String| spot.set((!name.is_empty()).then(|| name.into())));
    view! {
        <Combo id=spot.id() value=Signal::derive(move || spot.text()) picks=picks chosen=chosen wrong=Signal::derive(move || !wrong.with(Vec::is_empty))
            placeholder=Signal::derive(tr!(form.choose)) />
    }
}

/// Several names of events.
#[component]
pub fn Names(
    /// The list.
    spot: Spot,
) -> impl IntoView {
    let add = Callback::new(move |name: String| {
        if !name.is_empty() && !spot.items().iter().any(|item| item.as_str() == Some(&name)) {
            spot.push(name.into());
        }
    });
    let count = spot.count();
    let chip = move |n: usize| {
        let item = spot.item(n);
        let name = Memo::new(move |_| item.text());
        let wrong = item.wrong_below();
        view! {
            <li class="chip" class:wrong=move || !wrong.with(Vec::is_empty)>
                <span dir="auto">{move || name.get()}</span>
                <button type="button" class="chip-x" aria-label=move || t!(form.remove_it, what = name.get()) on:click=move |_| remove(spot, n)>"×"</button>
            </li>
        }
    };
    view! {
        <div class="many">
            <Show when=move || { count.get() > 0 }><ul class="chips">{move || (0..count.get()).map(chip).collect_view()}</ul></Show>
            <Combo id=spot.id() value="" picks=known().event_picks() chosen=add adds=true placeholder=Signal::derive(tr!(form.add_event)) />
        </div>
    }
}

/// Takes an entry out of a list; an empty list is removed.
pub fn remove(spot: Spot, n: usize) {
    let mut items = spot.items();
    if n < items.len() {
        items.remove(n);
        spot.set((!items.is_empty()).then_some(Json::Array(items)));
    }
}

/// A list of short texts, a line each. Where they name ways out, a new name keeps the wire.
#[component]
pub fn Texts(
    /// The list.
    spot: Spot,
) -> impl IntoView {
    let count = spot.count();
    let line = move |n: usize| {
        let item = spot.item(n);
        let old = Memo::new(move |_| item.text());
        let wrong = item.wrong_below();
        let done = move |event: web_sys::Event| {
            let (new, old) = (event_target_value(&event).trim().to_owned(), old.get_untracked());
            if new.is_empty() {
                remove(spot, n);
            } else if new != old {
                item.set_renamed(Some(new.as_str().into()), &old, &new);
            }
        };
        view! {
            <li>
                <input id=item.id() class="in" dir="auto" prop:value=move || old.get() on:change=done aria-label=move || t!(form.entry, n = n + 1)
                    aria-invalid=move || (!wrong.with(Vec::is_empty)).to_string() />
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(move || t!(form.remove_it, what = old.get())) on:click=move |_| remove(spot, n) />
            </li>
        }
    };
    let add = move |event: web_sys::Event| {
        let text = event_target_value(&event).trim().to_owned();
        if !text.is_empty() {
            spot.push(text.into());
        }
        if let Some(input) = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlInputElement>(target).ok()) {
            input.set_value("");
        }
    };
    view! {
        <ul class="lines">{move || (0..count.get()).map(line).collect_view()}</ul>
        <input id=spot.id() class="in" dir="auto" placeholder=tr!(form.add) aria-describedby=described(spot) on:change=add />
    }
}

/// Any JSON, as text.
#[component]
pub fn JsonText(
    /// The value.
    spot: Spot,
) -> impl IntoView {
    let broken = RwSignal::new(None::<String>);
    let written = move || {
        spot.value.with(|value| value.as_ref().map(|value| serde_json::to_string_pretty(value).unwrap_or_default()).unwrap_or_default())
    };
    let long = Memo::new(move |_| written().len() > LONGEST_JSON);
    let done = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        if text.trim().is_empty() {
            broken.set(None);
            return spot.set(None);
        }
        match serde_json::from_str::<Json>(&text) {
            Ok(value) => {
                broken.set(None);
                spot.set(Some(value));
            }
            Err(error) => broken.set(Some(t!(form.bad_json, line = error.line(), column = error.column()))),
        }
    };
    view! {
        <Show when=move || long.get() fallback=move || view! {
            <textarea id=spot.id() class="in mono" dir="ltr" rows="4" spellcheck="false" prop:value=written on:change=done
                aria-describedby=described(spot) aria-invalid=move || broken.with(Option::is_some).to_string()></textarea>
        }>
            <p class="note">{move || t!(form.too_long_to_show, size = crate::words::field::size(written().len()))}</p>
        </Show>
        <p class="error" role="alert">{move || broken.get()}</p>
    }
}

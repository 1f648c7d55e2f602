//! The settings of a journey as a form: who enters again, goal and exit, hours, caps, what an outage does.

use super::combo::Combo;
use super::fields::Labelled;
use super::known::known;
use super::plain::{Name, NumberLine};
use super::rule::Rule;
use super::spot::{Filling, Spot};
use super::time::{Length, TimeOfDay};
use crate::i18n::Text;
use crate::{key, tr};
use leptos::prelude::*;
use serde_json::json;
use tradewind_nodes::Json;
use tradewind_nodes::field::FieldType;

fn words(text: Text) -> Signal<String> {
    Signal::derive(move || text.get())
}

/// The settings. Their values are a journey's `settings` as JSON.
#[component]
pub fn JourneySettings(
    /// What it works on.
    filling: Filling,
) -> impl IntoView {
    let spot = move |name: &str| filling.field(name);
    let run_key = spot("run_key");
    let keyed = Callback::new(move |path: String| run_key.set((!path.is_empty()).then(|| path.into())));
    let wrong = run_key.wrong();
    view! {
        <div class="form" on:focusin=move |_| filling.focused()>
            <Labelled label=words(key!(form.settings.goal)) help=words(key!(form.settings.goal_help)) spot=spot("goal") group=true whole=false><Rule spot=spot("goal") /></Labelled>
            <Labelled label=words(key!(form.settings.exit)) help=words(key!(form.settings.exit_help)) spot=spot("exit") group=true whole=false><Rule spot=spot("exit") /></Labelled>
            <Labelled label=words(key!(form.settings.reentry)) help=words(key!(form.settings.reentry_help)) spot=spot("reentry")>
                <Variant spot=spot("reentry") tag="rule" variants=&REENTRY />
            </Labelled>
            <Labelled label=words(key!(form.settings.run_key)) help=words(key!(form.settings.run_key_help)) spot=run_key>
                <Combo id=run_key.id() value=Signal::derive(move || run_key.text()) picks=known().fact_picks() chosen=keyed wrong=Signal::derive(move || !wrong.with(Vec::is_empty))
                    placeholder=words(key!(form.settings.run_key_none)) />
            </Labelled>
            <Labelled label=words(key!(form.settings.timezone)) help=words(key!(form.settings.timezone_help)) spot=spot("timezone")>
                <Name spot=spot("timezone") ty=FieldType::Zone />
            </Labelled>
            <Part spot=spot("quiet_hours") label=key!(form.settings.quiet) help=key!(form.settings.quiet_help) begins=|| json!({"from": "21:00", "to": "08:00"}) draw=quiet />
            <Part spot=spot("frequency_cap") label=key!(form.settings.cap) help=key!(form.settings.cap_help) begins=|| json!({"max": 3, "per": "7d"}) draw=at_most />
            <Part spot=spot("throttle") label=key!(form.settings.throttle) help=key!(form.settings.throttle_help) begins=|| json!({"max": 1000, "per": "1h"}) draw=at_most />
            <Labelled label=words(key!(form.settings.concurrency)) help=words(key!(form.settings.concurrency_help)) spot=spot("concurrency")>
                <NumberLine spot=spot("concurrency") min=Some(1) max=Some(i64::from(u32::MAX)) placeholder=words(key!(form.settings.unlimited)) />
            </Labelled>
            <Labelled label=words(key!(form.settings.outage)) help=words(key!(form.settings.outage_help)) spot=spot("outage")>
                <Variant spot=spot("outage") tag="policy" variants=&OUTAGE />
            </Labelled>
        </div>
    }
}

/// One of a few ways, some with a length of time: its name, its words, the key of its length and what that begins with.
type Way = (&'static str, Text, Option<(&'static str, &'static str)>);

static REENTRY: [Way; 4] = [
    ("not_while_inside", key!(form.settings.not_while_inside), None),
    ("once", key!(form.settings.once), None),
    ("once_per", key!(form.settings.once_per), Some(("period", "30d"))),
    ("always", key!(form.settings.always), None),
];
static OUTAGE: [Way; 3] = [
    ("run", key!(form.settings.outage_run), None),
    ("skip_after", key!(form.settings.outage_skip), Some(("late", "1h"))),
    ("next_window", key!(form.settings.outage_next), Some(("late", "1h"))),
];

#[component]
fn Variant(spot: Spot, tag: &'static str, variants: &'static [Way]) -> impl IntoView {
    let now = Memo::new(move |_| spot.key_text(tag));
    let choose = move |event: web_sys::Event| {
        let name = event_target_value(&event);
        if let Some((name, _, length)) = variants.iter().find(|(known, ..)| *known == name) {
            let mut value = json!({ tag: name });
            if let (Some((key, begins)), Json::Object(value)) = (length, &mut value) {
                value.insert((*key).to_owned(), (*begins).into());
            }
            spot.set(Some(value));
        }
    };
    let length =
        move || variants.iter().find(|(name, ..)| *name == now.get()).and_then(|(_, words, length)| length.map(|(key, _)| (*words, key)));
    view! {
        <div class="row test">
            <select id=spot.id() class="in" on:change=choose>
                {variants.iter().map(|(name, words, _)| view! { <option value=*name prop:selected=move || now.get() == *name>{move || words.get()}</option> }).collect_view()}
            </select>
            {move || length().map(|(label, key)| view! { <Length spot=spot.key(key) label=words(label) /> })}
        </div>
    }
}

/// A part that is there or not.
#[component]
fn Part(spot: Spot, label: Text, help: Text, begins: fn() -> Json, draw: fn(Spot) -> AnyView) -> impl IntoView {
    let there = Memo::new(move |_| spot.value.with(|value| value.as_ref().is_some_and(|value| !value.is_null())));
    let turn = move |event: web_sys::Event| spot.set(event_target_checked(&event).then(begins));
    view! {
        <div class="field">
            <label class="switch"><input id=spot.id() type="checkbox" role="switch" prop:checked=move || there.get() aria-describedby=format!("{}-hint", spot.id()) on:change=turn /><span>{move || label.get()}</span></label>
            <p class="hint" id=format!("{}-hint", spot.id())>{move || help.get()}</p>
            <Show when=move || there.get()>{draw(spot)}</Show>
            <super::fields::Wrongs id=format!("{}-error", spot.id()) wrong=spot.wrong_below() />
        </div>
    }
}

fn quiet(spot: Spot) -> AnyView {
    view! {
        <div class="row test">
            <span>{tr!(form.settings.from)}</span><TimeOfDay spot=spot.key("from") label=words(key!(form.settings.from)) />
            <span>{tr!(form.settings.to)}</span><TimeOfDay spot=spot.key("to") label=words(key!(form.settings.to)) />
        </div>
    }
    .into_any()
}

fn at_most(spot: Spot) -> AnyView {
    view! {
        <div class="row test">
            <span>{tr!(form.settings.at_most)}</span><NumberLine spot=spot.key("max") min=Some(1) max=Some(i64::from(u32::MAX)) label=words(key!(form.settings.at_most)) />
            <span>{tr!(form.settings.per)}</span><Length spot=spot.key("per") label=words(key!(form.settings.per)) />
        </div>
    }
    .into_any()
}

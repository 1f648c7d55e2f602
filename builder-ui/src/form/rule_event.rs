//! A test of what somebody did: whether, how often, for how much; within a time, or since he came in.

use super::combo::Combo;
use super::facts::Fact;
use super::known::known;
use super::plain::NumberLine;
use super::rule::{Reach, group};
use super::rule_words::bound_words;
use super::spot::Spot;
use super::time::Length;
use crate::ui::{Button, Look};
use crate::{key, tr};
use leptos::prelude::*;
use serde_json::json;
use std::sync::Arc;
use tradewind_nodes::{Json, JsonMap};

/// What is asked of the events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Measure {
    Did,
    DidNot,
    Times,
    Sum,
}

const MEASURES: [(Measure, &str); 4] =
    [(Measure::Did, "did"), (Measure::DidNot, "did_not"), (Measure::Times, "times"), (Measure::Sum, "sum")];

fn measure(value: Option<&Json>) -> Measure {
    let get = |key: &str| value.and_then(|value| value.get(key)).filter(|inner| !inner.is_null());
    if get("sum").is_some() {
        return Measure::Sum;
    }
    match get("count") {
        None => Measure::Did,
        Some(count) if count.as_object().is_some_and(|count| count.len() == 1) && count.get("eq").and_then(Json::as_f64) == Some(0.0) => {
            Measure::DidNot
        }
        Some(_) => Measure::Times,
    }
}

/// The test with another measure; the event, the window and what is asked of each event stay.
fn measured(test: &JsonMap, measure: Measure) -> Json {
    let mut test = test.clone();
    let (count, sum) = match measure {
        Measure::Did => (None, None),
        Measure::DidNot => (Some(json!({"eq": 0})), None),
        Measure::Times => (Some(json!({"gte": 2})), None),
        Measure::Sum => (None, Some(json!({"of": "total", "gte": 100}))),
    };
    for (key, value) in [("count", count), ("sum", sum)] {
        match value {
            Some(value) => drop(test.insert(key.to_owned(), value)),
            None => drop(test.shift_remove(key)),
        }
    }
    Json::Object(test)
}

/// Something somebody did.
#[component]
pub fn EventTest(
    /// The test.
    spot: Spot,
    /// The facts there are.
    reach: Reach,
) -> impl IntoView {
    let event = spot.key("event");
    let now = Memo::new(move |_| spot.value.with(|value| measure(value.as_ref())));
    let test = move || spot.value.get_untracked().and_then(|value| value.as_object().cloned()).unwrap_or_default();
    let choose = move |chosen: web_sys::Event| {
        if let Some((measure, _)) = MEASURES.iter().find(|(_, name)| *name == event_target_value(&chosen)) {
            spot.set(Some(measured(&test(), *measure)));
        }
    };
    let words = |measure: Measure| match measure {
        Measure::Did => key!(form.rule.did),
        Measure::DidNot => key!(form.rule.did_not),
        Measure::Times => key!(form.rule.times),
        Measure::Sum => key!(form.rule.sum),
    };
    let chosen = Callback::new(move |name: String| event.set(Some(name.into())));
    let counted = Memo::new(move |_| spot.value.with(|value| value.as_ref().is_some_and(|value| value.get("count").is_some())));
    let wrong = event.wrong_below();
    view! {
        <div class="row test">
            <select class="in unit" aria-label=tr!(form.rule.measure) on:change=choose>
                {MEASURES.map(|(measure, name)| view! { <option value=name prop:selected=move || now.get() == measure>{move || words(measure).get()}</option> }).collect_view()}
            </select>
            <Combo id=event.id() value=Signal::derive(move || event.text()) picks=known().event_picks() chosen=chosen label=Signal::derive(tr!(form.rule.which_event))
                placeholder=Signal::derive(tr!(form.rule.which_event)) wrong=Signal::derive(move || !wrong.with(Vec::is_empty)) />
        </div>
        <Show when=move || counted.get() && now.get() != Measure::DidNot>
            <div class="row test"><Limits spot=spot.key("count") /><span>{tr!(form.rule.times_after)}</span></div>
        </Show>
        <Show when=move || now.get() == Measure::Sum><Sum spot=spot.key("sum") event=event /></Show>
        <Window spot=spot />
        <Which spot=spot reach=reach event=event />
    }
}

/// A property to add up, and its bounds.
#[component]
fn Sum(spot: Spot, event: Spot) -> impl IntoView {
    let of = spot.key("of");
    let properties = known().properties_of(move || event.text());
    let picks = Memo::new(move |_| {
        let own = |fact: &Fact| fact.path.strip_prefix("event.properties.").map(super::combo::Pick::plain);
        properties.with(|facts| Arc::new(facts.iter().filter_map(own).collect::<Vec<_>>()))
    });
    let chosen = Callback::new(move |path: String| of.set(Some(path.into())));
    view! {
        <div class="row test">
            <Combo id=of.id() value=Signal::derive(move || of.text()) picks=picks chosen=chosen label=Signal::derive(tr!(form.rule.sum_of)) />
            <Limits spot=spot />
        </div>
    }
}

const BOUNDS: [&str; 5] = ["gte", "eq", "lte", "gt", "lt"];

/// A bound of a number; a second one is shown where there are two.
#[component]
fn Limits(spot: Spot) -> impl IntoView {
    let there = Memo::new(move |_| {
        spot.value.with(|value| {
            let has = |name: &&&str| value.as_ref().is_some_and(|value| value.get(**name).is_some_and(|bound| !bound.is_null()));
            let found: Vec<&'static str> = BOUNDS.iter().filter(has).copied().collect();
            if found.is_empty() { vec!["gte"] } else { found }
        })
    });
    let change = move |old: &'static str, event: web_sys::Event| {
        let mut map = spot.value.get_untracked().and_then(|value| value.as_object().cloned()).unwrap_or_default();
        let value = map.shift_remove(old).unwrap_or_else(|| json!(1));
        map.insert(event_target_value(&event), value);
        spot.set(Some(Json::Object(map)));
    };
    let one = move |name: &'static str| {
        view! {
            <select class="in unit" aria-label=tr!(form.rule.bound) on:change=move |event| change(name, event)>
                {BOUNDS.map(|bound| view! { <option value=bound selected=bound == name>{move || bound_words(bound)}</option> }).collect_view()}
            </select>
            <NumberLine spot=spot.key(name) fraction=true min=None max=None label=Signal::derive(tr!(form.rule.value)) />
        }
    };
    move || there.get().into_iter().map(one).collect_view()
}

/// When: ever, within the last so long, or since he came in.
#[component]
fn Window(spot: Spot) -> impl IntoView {
    let now = Memo::new(move |_| {
        let has =
            |key: &str| spot.value.with(|value| value.as_ref().is_some_and(|value| value.get(key).is_some_and(|inner| !inner.is_null())));
        if has("within") {
            "within"
        } else if has("since") {
            "since"
        } else {
            "ever"
        }
    });
    let choose = move |event: web_sys::Event| {
        let mut test = spot.value.get_untracked().and_then(|value| value.as_object().cloned()).unwrap_or_default();
        let old = test.shift_remove("within");
        test.shift_remove("since");
        match event_target_value(&event).as_str() {
            "within" => drop(test.insert("within".to_owned(), old.unwrap_or_else(|| "30d".into()))),
            "since" => drop(test.insert("since".to_owned(), "entry".into())),
            _ => {}
        }
        spot.set(Some(Json::Object(test)));
    };
    let windows = [("ever", key!(form.rule.ever)), ("within", key!(form.rule.within)), ("since", key!(form.rule.since))];
    view! {
        <div class="row test">
            <select class="in unit" aria-label=tr!(form.rule.window) on:change=choose>
                {windows.map(|(name, words)| view! { <option value=name prop:selected=move || now.get() == name>{move || words.get()}</option> }).collect_view()}
            </select>
            <Show when=move || now.get() == "within"><Length spot=spot.key("within") label=Signal::derive(tr!(form.rule.window)) /></Show>
        </div>
    }
}

/// Which of the events count: a condition of its own, in which `event` is each of them.
#[component]
fn Which(spot: Spot, reach: Reach, event: Spot) -> impl IntoView {
    let filter = spot.key("where");
    let there = Memo::new(move |_| filter.value.with(Option::is_some));
    let open = RwSignal::new(false);
    let properties = known().properties_of(move || event.text());
    let facts = Memo::new(move |_| {
        let others = reach.facts.with(|facts| facts.iter().filter(|fact| !fact.path.starts_with("event.")).cloned().collect::<Vec<_>>());
        Arc::new(properties.with(|own| own.iter().cloned().chain(others).collect::<Vec<_>>()))
    });
    view! {
        <Show when=move || there.get() || open.get() fallback=move || view! {
            <Button look=Look::Ghost icon=icondata::LuListFilter on:click=move |_| open.set(true)>{tr!(form.rule.only_where)}</Button>
        }>
            <div class="where"><p class="what">{tr!(form.rule.only_where)}</p>{group(filter, Reach { facts }, true)}</div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_read_from_the_test_and_written_to_it() {
        let test = json!({"event": "Order Completed", "within": "30d"});
        for (wanted, _) in MEASURES {
            let new = measured(test.as_object().unwrap(), wanted);
            assert_eq!(measure(Some(&new)), wanted);
            assert_eq!((&new["event"], &new["within"]), (&json!("Order Completed"), &json!("30d")));
            assert!(tradewind_nodes::predicate::from_json(&new, "").is_ok());
        }
        assert_eq!(measure(Some(&json!({"event": "A", "count": {"eq": 0.0}}))), Measure::DidNot);
        assert_eq!(measure(Some(&json!({"event": "A", "count": {"eq": 0, "gte": 1}}))), Measure::Times);
    }
}

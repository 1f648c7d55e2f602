//! A test of a collection: whether somebody did something, how often, for how much, or how it was the last time; within a time, or since
//! they came in. And the same of the items of a list: whether one of them is such, how many are, what the last one is.

use super::combo::{Combo, Pick, Picks};
use super::facts::Fact;
use super::known::known;
use super::plain::NumberLine;
use super::rule::{Reach, group};
use super::rule_words::bound_words;
use super::spot::Spot;
use super::time::Length;
use crate::i18n::Text;
use crate::ui::{Button, Look};
use crate::{key, tr};
use leptos::prelude::*;
use serde_json::json;
use std::sync::Arc;
use tradewind_nodes::{Json, JsonMap};

/// What the things of a collection are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// Events somebody did.
    Events,
    /// Items of a list that is a fact.
    List,
}

impl Of {
    /// The key of the test that names the collection.
    fn key(self) -> &'static str {
        match self {
            Self::Events => "event",
            Self::List => "over",
        }
    }

    /// What a value of one thing begins with as a fact.
    fn prefix(self) -> &'static str {
        match self {
            Self::Events => "event.properties.",
            Self::List => "item.",
        }
    }

    fn words(self, measure: Measure) -> Text {
        match (self, measure) {
            (Self::Events, Measure::Some) => key!(form.rule.did),
            (Self::Events, Measure::None) => key!(form.rule.did_not),
            (Self::Events, Measure::Times) => key!(form.rule.times),
            (Self::Events, Measure::Sum) => key!(form.rule.sum),
            (Self::Events, Measure::Latest) => key!(form.rule.latest),
            (Self::List, Measure::Some) => key!(form.rule.has),
            (Self::List, Measure::None) => key!(form.rule.has_no),
            (Self::List, Measure::Times) => key!(form.rule.has_times),
            (Self::List, Measure::Sum) => key!(form.rule.has_sum),
            (Self::List, Measure::Latest) => key!(form.rule.last),
        }
    }
}

/// What is asked of the things.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Measure {
    Some,
    None,
    Times,
    Sum,
    Latest,
}

const MEASURES: [(Measure, &str); 5] =
    [(Measure::Some, "some"), (Measure::None, "none"), (Measure::Times, "times"), (Measure::Sum, "sum"), (Measure::Latest, "latest")];

fn measure(value: Option<&Json>) -> Measure {
    let get = |key: &str| value.and_then(|value| value.get(key)).filter(|inner| !inner.is_null());
    if get("latest").is_some() {
        return Measure::Latest;
    }
    if get("sum").is_some() {
        return Measure::Sum;
    }
    match get("count") {
        None => Measure::Some,
        Some(count) if count.as_object().is_some_and(|count| count.len() == 1) && count.get("eq").and_then(Json::as_f64) == Some(0.0) => {
            Measure::None
        }
        Some(_) => Measure::Times,
    }
}

/// The test with another measure; the collection, the window and what is asked of each thing stay.
fn measured(test: &JsonMap, measure: Measure) -> Json {
    let mut test = test.clone();
    let (mut count, mut sum, mut latest) = (None, None, None);
    match measure {
        Measure::Some => {}
        Measure::None => count = Some(json!({"eq": 0})),
        Measure::Times => count = Some(json!({"gte": 2})),
        Measure::Sum => sum = Some(json!({"of": "total", "gte": 100})),
        Measure::Latest => latest = Some(json!({"all": []})),
    }
    for (key, value) in [("count", count), ("sum", sum), ("latest", latest)] {
        match value {
            Some(value) => drop(test.insert(key.to_owned(), value)),
            None => drop(test.shift_remove(key)),
        }
    }
    Json::Object(test)
}

/// The facts that an item of the list at `path` has, told by those of its first.
fn item_facts(facts: &[Fact], path: &str) -> Vec<Fact> {
    let first = format!("{path}.0");
    let fact = |fact: &Fact| {
        let rest = fact.path.strip_prefix(&first)?;
        let path = if rest.is_empty() { "item".to_owned() } else { format!("item.{}", rest.strip_prefix('.')?) };
        Some(Fact { path, ..fact.clone() })
    };
    facts.iter().filter_map(fact).collect()
}

/// A collection and what is asked of it.
#[component]
pub fn CollectionTest(
    /// The test.
    spot: Spot,
    /// The facts there are.
    reach: Reach,
    /// What the things are.
    of: Of,
) -> impl IntoView {
    let name = spot.key(of.key());
    let now = Memo::new(move |_| spot.value.with(|value| measure(value.as_ref())));
    let test = move || spot.value.get_untracked().and_then(|value| value.as_object().cloned()).unwrap_or_default();
    let choose = move |chosen: web_sys::Event| {
        if let Some((measure, _)) = MEASURES.iter().find(|(_, name)| *name == event_target_value(&chosen)) {
            spot.set(Some(measured(&test(), *measure)));
        }
    };
    let chosen = Callback::new(move |chosen: String| name.set(Some(chosen.into())));
    let counted = Memo::new(move |_| spot.value.with(|value| value.as_ref().is_some_and(|value| value.get("count").is_some())));
    let wrong = name.wrong_below();
    let facts = facts_of_one(of, name, reach);
    let values = values_of_one(of, facts);
    let (picks, which) = match of {
        Of::Events => (known().event_picks(), key!(form.rule.which_event)),
        Of::List => (lists(reach), key!(form.rule.which_list)),
    };
    view! {
        <div class="row test">
            <select class="in unit" aria-label=tr!(form.rule.measure) on:change=choose>
                {MEASURES.map(|(measure, name)| view! { <option value=name prop:selected=move || now.get() == measure>{move || of.words(measure).get()}</option> }).collect_view()}
            </select>
            <Combo id=name.id() value=Signal::derive(move || name.text()) picks=picks chosen=chosen label=Signal::derive(move || which.get())
                placeholder=Signal::derive(move || which.get()) wrong=Signal::derive(move || !wrong.with(Vec::is_empty)) />
        </div>
        <Show when=move || counted.get() && now.get() != Measure::None>
            <div class="row test"><Limits spot=spot.key("count") /><span>{tr!(form.rule.times_after)}</span></div>
        </Show>
        <Show when=move || now.get() == Measure::Sum><Sum spot=spot.key("sum") values=values /></Show>
        {(of == Of::Events).then(|| view! { <Window spot=spot /> })}
        <Which spot=spot.key("where") facts=facts />
        <Distinct spot=spot.key("distinct") values=values />
        <Show when=move || now.get() == Measure::Latest>
            <div class="where"><p class="what">{tr!(form.rule.must)}</p>{group(spot.key("latest"), Reach { facts }, true)}</div>
        </Show>
    }
}

/// The lists among the facts.
fn lists(reach: Reach) -> Picks {
    let is_list = |fact: &&Fact, all: &[Fact]| {
        fact.sort == super::facts::Sort::List
            || all.iter().any(|other| other.path.strip_prefix(fact.path.as_str()).is_some_and(|rest| rest == ".0"))
    };
    Memo::new(move |_| {
        reach.facts.with(|facts| Arc::new(facts.iter().filter(|fact| is_list(fact, facts)).map(super::known::pick).collect::<Vec<_>>()))
    })
    .into()
}

/// What may be asked of one thing: what it says itself, then everything else.
fn facts_of_one(of: Of, name: Spot, reach: Reach) -> Memo<Arc<Vec<Fact>>> {
    match of {
        Of::Events => {
            let properties = known().properties_of(move || name.text());
            Memo::new(move |_| {
                let others =
                    reach.facts.with(|facts| facts.iter().filter(|fact| !fact.path.starts_with("event.")).cloned().collect::<Vec<_>>());
                Arc::new(properties.with(|own| own.iter().cloned().chain(others).collect::<Vec<_>>()))
            })
        }
        Of::List => Memo::new(move |_| {
            reach.facts.with(|facts| Arc::new(item_facts(facts, &name.text()).into_iter().chain(facts.iter().cloned()).collect::<Vec<_>>()))
        }),
    }
}

/// The values of one thing, as they are named in it.
fn values_of_one(of: Of, facts: Memo<Arc<Vec<Fact>>>) -> Picks {
    let own = move |fact: &Fact| fact.path.strip_prefix(of.prefix()).map(Pick::plain);
    Memo::new(move |_| facts.with(|facts| Arc::new(facts.iter().filter_map(own).collect::<Vec<_>>()))).into()
}

/// A value to add up, and its bounds.
#[component]
fn Sum(spot: Spot, values: Picks) -> impl IntoView {
    let of = spot.key("of");
    let chosen = Callback::new(move |path: String| of.set(Some(path.into())));
    view! {
        <div class="row test">
            <Combo id=of.id() value=Signal::derive(move || of.text()) picks=values chosen=chosen label=Signal::derive(tr!(form.rule.sum_of)) />
            <Limits spot=spot />
        </div>
    }
}

/// A value by which things that agree count once.
#[component]
fn Distinct(spot: Spot, values: Picks) -> impl IntoView {
    let there = Memo::new(move |_| spot.value.with(Option::is_some));
    let open = RwSignal::new(false);
    let chosen = Callback::new(move |path: String| spot.set((!path.is_empty()).then(|| path.into())));
    view! {
        <Show when=move || there.get() || open.get() fallback=move || view! {
            <Button look=Look::Ghost icon=icondata::LuListChecks on:click=move |_| open.set(true)>{tr!(form.rule.count_once)}</Button>
        }>
            <div class="row test">
                <span>{tr!(form.rule.once_per)}</span>
                <Combo id=spot.id() value=Signal::derive(move || spot.text()) picks=values chosen=chosen label=Signal::derive(tr!(form.rule.once_per)) />
            </div>
        </Show>
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

/// When: ever, within the last so long, or since they came in.
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

/// Which of the things are meant: a condition of its own, in which `event` or `item` is each of them.
#[component]
fn Which(spot: Spot, facts: Memo<Arc<Vec<Fact>>>) -> impl IntoView {
    let there = Memo::new(move |_| spot.value.with(Option::is_some));
    let open = RwSignal::new(false);
    view! {
        <Show when=move || there.get() || open.get() fallback=move || view! {
            <Button look=Look::Ghost icon=icondata::LuListFilter on:click=move |_| open.set(true)>{tr!(form.rule.only_where)}</Button>
        }>
            <div class="where"><p class="what">{tr!(form.rule.only_where)}</p>{group(spot, Reach { facts }, true)}</div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::facts::Sort;

    #[test]
    fn an_item_has_what_the_first_of_its_list_has() {
        let fact = |path: &str| Fact { path: path.into(), sort: Sort::Text, example: None };
        let facts = [
            fact("event.properties.products"),
            fact("event.properties.products.0.sku"),
            fact("event.properties.products_seen"),
            fact("customer.traits.sizes.0"),
        ];
        let paths = |of: &str| item_facts(&facts, of).into_iter().map(|fact| fact.path).collect::<Vec<_>>();
        assert_eq!(paths("event.properties.products"), ["item.sku"]);
        assert_eq!(paths("customer.traits.sizes"), ["item"]);
    }

    #[test]
    fn a_measure_is_read_from_the_test_and_written_to_it() {
        let test = json!({"event": "Order Completed", "within": "30d"});
        for (wanted, _) in MEASURES {
            let new = measured(test.as_object().unwrap(), wanted);
            assert_eq!(measure(Some(&new)), wanted);
            assert_eq!((&new["event"], &new["within"]), (&json!("Order Completed"), &json!("30d")));
            assert!(tradewind_nodes::predicate::from_json(&new, "").is_ok());
        }
        assert_eq!(measure(Some(&json!({"event": "A", "count": {"eq": 0.0}}))), Measure::None);
        assert_eq!(measure(Some(&json!({"event": "A", "count": {"eq": 0, "gte": 1}}))), Measure::Times);
    }
}

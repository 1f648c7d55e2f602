//! Tests of a condition: a fact compared, consent, membership of a segment.

use super::combo::{Combo, Pick};
use super::facts::{Fact, Sort};
use super::known::known;
use super::plain::{JsonText, NumberLine, TextLine};
use super::rule::Reach;
use super::rule_shape::{Against, against, as_commas, compared, comparisons, of_commas};
use super::rule_words::comparison_words;
use super::spot::{Meant, Spot, Typed, typed};
use super::time::{Instant, Length};
use crate::{t, tr};
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::{Json, JsonMap};

/// A fact compared with a value.
#[component]
pub fn FactTest(
    /// The test.
    spot: Spot,
    /// The facts there are.
    reach: Reach,
) -> impl IntoView {
    let fact = spot.key("fact");
    let path = Memo::new(move |_| fact.text());
    let sort = Memo::new(move |_| reach.facts.with(|facts| path.with(|path| sort_of(facts, path))));
    let comparison = Memo::new(move |_| spot.key_text("is"));
    let test = move || spot.value.get_untracked().and_then(|value| value.as_object().cloned()).unwrap_or_default();
    let choose = Callback::new(move |path: String| {
        let new = reach.facts.with_untracked(|facts| sort_of(facts, &path));
        let mut test: JsonMap = test();
        test.insert("fact".to_owned(), path.into());
        let now = test.get("is").and_then(Json::as_str).unwrap_or("eq").to_owned();
        let fits = comparisons(new).contains(&now.as_str());
        let is = if fits { now } else { comparisons(new).first().copied().unwrap_or("eq").to_owned() };
        spot.set(Some(compared(&test, &is, new)));
    });
    let compare = move |event: web_sys::Event| spot.set(Some(compared(&test(), &event_target_value(&event), sort.get_untracked())));
    let offered = move || {
        let (mut all, now) = (comparisons(sort.get()).to_vec(), comparison.get());
        if !all.contains(&now.as_str())
            && let Some(known) = comparisons(Sort::Any).iter().find(|known| **known == now)
        {
            all.push(known);
        }
        all
    };
    let entry = move |name: &'static str| view! { <option value=name prop:selected=move || comparison.get() == name>{move || comparison_words(name)}</option> };
    let with = Memo::new(move |_| {
        spot.value.with(|value| against(&comparison.get(), sort.get(), value.as_ref().and_then(|value| value.get("value"))))
    });
    let wrong = fact.wrong_below();
    view! {
        <Combo id=fact.id() value=path picks=reach.picks() chosen=choose label=Signal::derive(tr!(form.rule.which_fact))
            placeholder=Signal::derive(tr!(form.rule.which_fact)) wrong=Signal::derive(move || !wrong.with(Vec::is_empty)) />
        <div class="row test">
            <select class="in unit" aria-label=tr!(form.rule.comparison) on:change=compare>{move || offered().into_iter().map(entry).collect_view()}</select>
            {move || value(spot.key("value"), with.get(), sort)}
        </div>
    }
}

fn sort_of(facts: &[Fact], path: &str) -> Sort {
    facts.iter().find(|fact| fact.path == path).map_or(Sort::Any, |fact| fact.sort)
}

fn value(spot: Spot, against: Against, sort: Memo<Sort>) -> AnyView {
    let label = Signal::derive(tr!(form.rule.value));
    match against {
        Against::Nothing => ().into_any(),
        Against::Length => view! { <Length spot=spot label=label /> }.into_any(),
        Against::Instant => view! { <Instant spot=spot label=label /> }.into_any(),
        Against::List => view! { <Listed spot=spot sort=sort /> }.into_any(),
        Against::Number => view! { <NumberLine spot=spot fraction=true min=None max=None label=label /> }.into_any(),
        Against::Truth => view! { <YesOrNo spot=spot label=label /> }.into_any(),
        Against::Text => view! { <TextLine spot=spot label=label placeholder=Signal::derive(tr!(form.rule.value)) /> }.into_any(),
    }
}

/// Values of a list, typed with commas.
#[component]
fn Listed(spot: Spot, sort: Memo<Sort>) -> impl IntoView {
    let plain = Memo::new(move |_| spot.value.with(|value| as_commas(value.as_ref()).is_some()));
    view! {
        <Show when=move || plain.get() fallback=move || view! { <JsonText spot=spot /> }>
            <Commas spot=spot sort=sort />
        </Show>
    }
}

#[component]
fn Commas(spot: Spot, sort: Memo<Sort>) -> impl IntoView {
    let numbers = move || sort.get_untracked() == Sort::Number;
    let read = |value: Option<&Json>| as_commas(value).unwrap_or_default();
    let Typed { text, typed, done } = typed(spot, read, move |text: &str| Meant::Value(Some(of_commas(text, numbers()))));
    view! {
        <input id=spot.id() class="in" type="text" dir="auto" prop:value=move || text.get() aria-label=tr!(form.rule.value) placeholder=tr!(form.rule.commas)
            on:input=move |event| typed.run(event_target_value(&event)) on:blur=move |_| { let _ = done.try_run(()); } />
    }
}

#[component]
fn YesOrNo(spot: Spot, label: Signal<String>) -> impl IntoView {
    let yes = move || spot.value.with(|value| value.as_ref().and_then(Json::as_bool)) != Some(false);
    view! {
        <select id=spot.id() class="in unit" aria-label=label on:change=move |event| spot.set(Some((event_target_value(&event) == "yes").into()))>
            <option value="yes" prop:selected=yes>{tr!(form.yes)}</option>
            <option value="no" prop:selected=move || !yes()>{tr!(form.no)}</option>
        </select>
    }
}

/// Consent to a channel for a purpose.
#[component]
pub fn ConsentTest(
    /// The test.
    spot: Spot,
) -> impl IntoView {
    let scope = spot.key("consent");
    let (channel, purpose) = (scope.key("channel"), scope.key("purpose"));
    let list = |names: &[&str]| {
        Signal::stored(Arc::new(
            names.iter().map(|name| Pick { label: crate::words::field::option_words(name), ..Pick::plain(name) }).collect::<Vec<_>>(),
        ))
    };
    let set = |spot: Spot| Callback::new(move |name: String| spot.set((!name.is_empty()).then(|| name.into())));
    view! {
        <p class="what">{tr!(form.rule.consents)}</p>
        <div class="row test">
            <Combo id=channel.id() value=Signal::derive(move || channel.text()) picks=list(&["email", "sms", "push", "phone", "post"]) chosen=set(channel) label=Signal::derive(tr!(form.rule.channel)) />
            <Combo id=purpose.id() value=Signal::derive(move || purpose.text()) picks=list(&["marketing", "transactional"]) chosen=set(purpose) label=Signal::derive(tr!(form.rule.purpose)) />
        </div>
    }
}

/// Membership of a segment.
#[component]
pub fn SegmentTest(
    /// The test.
    spot: Spot,
) -> impl IntoView {
    let segment = spot.key("segment");
    let chosen = Callback::new(move |name: String| segment.set(Some(name.into())));
    view! {
        <p class="what">{tr!(form.rule.in_segment)}</p>
        <Combo id=segment.id() value=Signal::derive(move || segment.text()) picks=known().segment_picks() chosen=chosen
            label=Signal::derive(move || t!(form.rule.segment)) placeholder=Signal::derive(tr!(form.choose)) />
    }
}

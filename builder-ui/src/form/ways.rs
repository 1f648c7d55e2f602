//! The ways of a step that branches: cases with a condition each, and ways with a share each.

use super::fields::Wrongs;
use super::plain::{NumberLine, remove};
use super::rule::Rule;
use super::spot::Spot;
use crate::i18n::format;
use crate::ui::{Button, Look};
use crate::{browser, t, tr};
use leptos::prelude::*;
use serde_json::json;
use tradewind_nodes::Json;

/// A name for a new way that no other has.
fn fresh_name(taken: &[Json]) -> String {
    let used = |name: &str| taken.iter().any(|way| way.get("port").and_then(Json::as_str) == Some(name));
    let letters = ('a'..='z').map(String::from);
    letters.chain((1..).map(|n| format!("way{n}"))).find(|name| !used(name)).unwrap_or_default()
}

/// What a way out may be called: the engine allows letters, digits, `_` and `-`.
fn legal(name: &str) -> String {
    name.trim().chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect()
}

/// The name of a way. A new one keeps the wire.
#[component]
fn WayName(spot: Spot) -> impl IntoView {
    let port = spot.key("port");
    let now = Memo::new(move |_| port.text());
    let wrong = port.wrong();
    let done = move |event: web_sys::Event| {
        let (new, old) = (legal(&event_target_value(&event)), now.get_untracked());
        if !new.is_empty() && new != old {
            port.set_renamed(Some(new.as_str().into()), &old, &new);
        }
    };
    view! {
        <input id=port.id() class="in way-name" dir="auto" aria-label=tr!(form.ways.name) prop:value=move || now.get() on:change=done
            aria-invalid=move || (!wrong.with(Vec::is_empty)).to_string() />
    }
}

fn swap(spot: Spot, a: usize, b: usize) {
    let mut items = spot.items();
    if a.max(b) < items.len() {
        items.swap(a, b);
        spot.set(Some(Json::Array(items)));
    }
}

/// Moving a way up and down, and taking it out.
#[component]
fn WayTools(spot: Spot, n: usize, count: Memo<usize>) -> impl IntoView {
    let name = move || spot.item(n).key_text("port");
    view! {
        <Button look=Look::Ghost icon=icondata::LuChevronUp disabled=Signal::derive(move || n == 0) label=Signal::derive(tr!(form.ways.up)) on:click=move |_| swap(spot, n, n - 1) />
        <Button look=Look::Ghost icon=icondata::LuChevronDown disabled=Signal::derive(move || n + 1 >= count.get()) label=Signal::derive(tr!(form.ways.down)) on:click=move |_| swap(spot, n, n + 1) />
        <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(move || t!(form.remove_it, what = name())) on:click=move |_| remove(spot, n) />
    }
}

fn add(spot: Spot, way: impl FnOnce(String) -> Json) {
    let items = spot.items();
    let n = items.len();
    spot.push(way(fresh_name(&items)));
    let id = spot.item(n).key("port").id();
    request_animation_frame(move || browser::focus(&id));
}

/// Ways with a condition each, tried in order.
#[component]
pub fn Cases(
    /// The list.
    spot: Spot,
) -> impl IntoView {
    let count = spot.count();
    let one = move |n: usize| {
        let case = spot.item(n);
        view! {
            <li class="case">
                <div class="row"><span class="count">{n + 1}</span><WayName spot=case /><span class="space"></span><WayTools spot=spot n=n count=count /></div>
                <Wrongs id=format!("{}-error", case.id()) wrong=case.key("port").wrong() />
                <Rule spot=case.key("when") />
            </li>
        }
    };
    view! {
        <ol class="cases">{move || (0..count.get()).map(one).collect_view()}</ol>
        <p class="note">{tr!(form.ways.otherwise)}</p>
        <Button icon=icondata::LuPlus on:click=move |_| add(spot, |port| json!({"port": port, "when": {"any": []}}))>{tr!(form.ways.add)}</Button>
    }
}

/// What of a hundred goes by each way, the holdout taken first.
fn shares(weights: &[f64], holdout: f64) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| if sum > 0.0 { weight / sum * (100.0 - holdout) } else { 0.0 }).collect()
}

/// Whole weights that make a hundred with the holdout, as near to the shares as can be: the largest remainders are rounded up.
fn hundred(weights: &[f64], holdout: f64) -> Vec<f64> {
    let shares = if weights.iter().sum::<f64>() > 0.0 { shares(weights, holdout) } else { shares(&vec![1.0; weights.len()], holdout) };
    let mut whole: Vec<f64> = shares.iter().map(|share| share.floor()).collect();
    let mut left = ((100.0 - holdout) - whole.iter().sum::<f64>()).round();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*b].fract().total_cmp(&shares[*a].fract()));
    for n in order {
        if left >= 1.0 {
            whole[n] += 1.0;
            left -= 1.0;
        }
    }
    whole
}

fn number(value: f64) -> Json {
    if value.fract() == 0.0 { (value as i64).into() } else { value.into() }
}

/// Ways with a share each.
#[component]
pub fn Weights(
    /// The list.
    spot: Spot,
) -> impl IntoView {
    let count = spot.count();
    let weights = Memo::new(move |_| {
        spot.value.with(|value| {
            let ways = value.as_ref().and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            ways.iter().map(|way| way.get("weight").and_then(Json::as_f64).unwrap_or(0.0).max(0.0)).collect::<Vec<f64>>()
        })
    });
    let holdout = Memo::new(move |_| {
        spot.filling.values.with(|values| values.get("holdout").and_then(Json::as_f64).unwrap_or(0.0).clamp(0.0, 100.0))
    });
    let sum = move || weights.with(|weights| weights.iter().sum::<f64>()) + holdout.get();
    let spread = move |new: Vec<f64>| {
        let mut items = spot.items();
        for (way, weight) in items.iter_mut().zip(new) {
            if let Json::Object(way) = way {
                way.insert("weight".to_owned(), number(weight));
            }
        }
        spot.set(Some(Json::Array(items)));
    };
    let share = move |n: usize| weights.with(|weights| shares(weights, holdout.get()).get(n).copied().unwrap_or(0.0));
    let one = move |n: usize| {
        let way = spot.item(n);
        view! {
            <li class="way">
                <WayName spot=way />
                <NumberLine spot=way.key("weight") fraction=true min=Some(0) max=None label=Signal::derive(tr!(form.ways.share)) />
                <span class="share">{move || format::percent(share(n) / 100.0)}</span>
                <WayTools spot=spot n=n count=count />
                <Wrongs id=format!("{}-error", way.id()) wrong=way.wrong_below() />
            </li>
        }
    };
    let bar = move || (0..count.get()).map(|n| view! { <span style:flex-grow=move || format!("{:.3}", share(n))></span> }).collect_view();
    let even = move |_| spread(hundred(&vec![1.0; count.get_untracked()], holdout.get_untracked()));
    view! {
        <ul class="ways">{move || (0..count.get()).map(one).collect_view()}</ul>
        <div class="share-bar" aria-hidden="true">
            {bar}
            <Show when=move || { holdout.get() > 0.0 }><span class="held" style:flex-grow=move || format!("{:.3}", holdout.get())></span></Show>
        </div>
        <p class="note" aria-live="polite">{move || t!(form.ways.sum, sum = format::number(sum()))}
            {move || (holdout.get() > 0.0).then(|| format!(" · {}", t!(form.ways.held, share = format::percent(holdout.get() / 100.0))))}</p>
        <div class="row">
            <Button icon=icondata::LuPlus on:click=move |_| add(spot, |port| json!({"port": port, "weight": 1}))>{tr!(form.ways.add)}</Button>
            <Button look=Look::Ghost on:click=even>{tr!(form.ways.even)}</Button>
            <Show when=move || { (sum() - 100.0).abs() > 0.01 }>
                <Button look=Look::Ghost on:click=move |_| spread(weights.with_untracked(|weights| hundred(weights, holdout.get_untracked())))>{tr!(form.ways.hundred)}</Button>
            </Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_make_a_hundred_with_the_holdout() {
        assert_eq!(shares(&[1.0, 3.0], 20.0), [20.0, 60.0]);
        assert_eq!(hundred(&[1.0, 1.0, 1.0], 0.0), [34.0, 33.0, 33.0]);
        assert_eq!(hundred(&[1.0, 2.0], 10.0), [30.0, 60.0]);
        assert_eq!(hundred(&[0.0, 0.0], 0.0), [50.0, 50.0]);
        for n in 1..20 {
            assert!((hundred(&vec![1.0; n], 7.0).iter().sum::<f64>() - 93.0).abs() < 1e-9, "{n}");
        }
    }

    #[test]
    fn a_new_way_has_a_name_of_its_own() {
        assert_eq!(fresh_name(&[json!({"port": "a"}), json!({"port": "c"})]), "b");
        assert_eq!(legal(" my way "), "my_way");
    }
}

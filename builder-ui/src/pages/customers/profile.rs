//! One customer: who he is, what he allows, where he is, what happened.

use super::consent;
use super::erasure::{EraseDialog, PersonalData};
use super::timeline::Timeline;
use crate::api::customers::{self, Customer, Visit};
use crate::ui::{Copyable, Crumb, Exactly, Foot, Known, Page, Paged, Pill, Tone, When, use_fetched};
use crate::{said, t, tr};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use tradewind_nodes::Json;
use tradewind_nodes::fact::ConsentStatus;

/// The page.
#[component]
pub fn CustomerPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let (found, retry) = use_fetched(move || {
        let id = id.get();
        Some(async move { customers::get(&id).await })
    });
    let title = Signal::derive(move || match found.get() {
        Some(Ok(customer)) => customer.who.called(),
        _ => t!(customers.one),
    });
    let crumbs = vec![Crumb::new(tr!(shell.nav.customers), "/customers")];
    let erasing = RwSignal::new(false);
    let bar = move || {
        view! { <span class="space"></span><PersonalData id=id open=erasing /><a class="btn" href=move || format!("/why?customer={}", id.get())>{tr!(customers.why)}</a> }
    };
    let body = |customer: Customer| {
        let id = customer.who.id.clone();
        view! {
            <div class="profile">
                <div class="sides"><Facts customer=customer /></div>
                <div class="middle"><Inside id=id.clone() /><Timeline id=id /></div>
            </div>
        }
    };
    view! {
        <Page title=title crumbs=crumbs bar=bar>
            <Known found=found retry=retry children=body />
        </Page>
        <EraseDialog id=id name=title open=erasing />
    }
}

/// What is known of him.
#[component]
fn Facts(
    /// Who.
    customer: Customer,
) -> impl IntoView {
    let id = customer.who.id.clone();
    let (segments, _) = use_fetched(move || {
        let id = id.clone();
        Some(async move { customers::segments(&id).await })
    });
    let Customer { who, traits, tags, consent: allows, created_at, last_seen_at } = customer;
    let fact = |label: String, text: Option<String>| text.map(|text| view! { <div><dt>{label}</dt><dd><Copyable text=text /></dd></div> });
    let said = |(name, value): (String, Json)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        view! { <div><dt><bdi>{name}</bdi></dt><dd><bdi>{text}</bdi></dd></div> }
    };
    let allowed = |(scope, status): (String, ConsentStatus)| {
        let tone = if status == ConsentStatus::Granted { Tone::Good } else { Tone::Quiet };
        view! { <div><dt><bdi>{scope}</bdi></dt><dd><Pill tone=tone>{move || consent(status)}</Pill></dd></div> }
    };
    let bare = traits.is_empty();
    let silent = allows.is_empty();
    let chips = |items: Vec<String>| items.into_iter().map(|item| view! { <span class="tag"><bdi>{item}</bdi></span> }).collect_view();
    let unlabelled = tags.is_empty();
    view! {
        <section class="tile" aria-labelledby="who">
            <h2 id="who">{tr!(customers.who)}</h2>
            <dl class="facts">
                {fact(t!(customers.email), who.email)}{fact(t!(customers.user_id), who.user_id)}{fact(t!(customers.id), Some(who.id))}
                <div><dt>{tr!(customers.first)}</dt><dd><Exactly at=created_at /></dd></div>
                <div><dt>{tr!(customers.seen)}</dt><dd><When at=last_seen_at /></dd></div>
            </dl>
        </section>
        <section class="tile" aria-labelledby="allows">
            <h2 id="allows">{tr!(customers.consent)}</h2>
            <dl class="facts">{allows.into_iter().map(allowed).collect_view()}</dl>
            {silent.then(|| view! { <p class="quiet">{tr!(customers.no_consent_yet)}</p> })}
        </section>
        <section class="tile" aria-labelledby="groups">
            <h2 id="groups">{tr!(customers.groups)}</h2>
            <div class="row tight">{chips(tags)}</div>
            <div class="row tight">{move || segments.get().and_then(Result::ok).map(chips)}</div>
            {move || (unlabelled && segments.get().and_then(Result::ok).is_none_or(|all| all.is_empty())).then(|| view! { <p class="quiet">{t!(customers.no_groups)}</p> })}
        </section>
        <section class="tile" aria-labelledby="traits">
            <h2 id="traits">{tr!(customers.traits)}</h2>
            <dl class="facts">{traits.into_iter().map(said).collect_view()}</dl>
            {bare.then(|| view! { <p class="quiet">{tr!(customers.no_traits)}</p> })}
        </section>
    }
}

/// What a run does, in words.
#[must_use]
pub fn doing(state: &str) -> String {
    match state {
        "sleeping" => t!(customers.run.sleeping),
        "awaiting" | "awaiting_change" => t!(customers.run.awaiting),
        "calling" => t!(customers.run.calling),
        "asking" => t!(customers.run.asking),
        "held" => t!(customers.run.held),
        _ => t!(customers.run.moving),
    }
}

/// The journeys he is in.
#[component]
fn Inside(
    /// Who.
    id: String,
) -> impl IntoView {
    let list = Paged::new(move |cursor| {
        let id = id.clone();
        async move { customers::inside(&id, cursor).await }
    });
    let one = |run: Visit| {
        let tone = if run.state == "held" { Tone::Bad } else { Tone::Quiet };
        let (state, called) = (run.state.clone(), run.called.clone());
        view! {
            <li>
                <A href=format!("/runs/{}", run.id)><bdi>{run.journey.clone()}</bdi></A>
                <span class="quiet">{tr!(customers.at)}" "<bdi>{move || said::called(&called)}</bdi></span>
                <span class="space"></span>
                <Pill tone=tone>{move || doing(&state)}</Pill>
                {run.due_at.map(|due| view! { <span class="quiet"><When at=due /></span> })}
            </li>
        }
    };
    view! {
        <section class="tile" aria-labelledby="inside">
            <h2 id="inside">{tr!(customers.inside)}</h2>
            <ul class="visits"><For each=move || list.items.get() key=|run: &Visit| run.id.clone() children=one /></ul>
            <Foot list=list />
            <Show when=move || list.is_empty()><p class="quiet">{tr!(customers.nowhere)}</p></Show>
        </section>
    }
}

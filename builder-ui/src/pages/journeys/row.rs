//! A journey as a row.

use super::acts::Acts;
use crate::api::journey_list::{Doing, Listed};
use crate::i18n::format;
use crate::ui::{Pill, Sparkline, Tone, When};
use crate::{t, tr};
use leptos::prelude::*;
use leptos_router::components::A;

/// What a journey does, in a word.
#[must_use]
pub fn doing(status: Doing) -> String {
    match status {
        Doing::Draft => t!(journeys.status.draft),
        Doing::Live => t!(journeys.status.live),
        Doing::Paused => t!(journeys.status.paused),
        Doing::Stopped => t!(journeys.status.stopped),
        Doing::Archived => t!(journeys.status.archived),
    }
}

/// The head of a table of journeys.
#[component]
pub fn Head(
    /// Whether rows have a menu.
    acts: bool,
) -> impl IntoView {
    view! {
        <thead><tr>
            <th scope="col">{tr!(journeys.name)}</th>
            <th scope="col">{tr!(journeys.status_is)}</th>
            <th scope="col" class="number">{tr!(journeys.inside)}</th>
            <th scope="col">{tr!(journeys.fortnight)}</th>
            <th scope="col" class="number">{tr!(journeys.trouble)}</th>
            <th scope="col">{tr!(journeys.changed)}</th>
            {acts.then(|| view! { <th scope="col"><span class="only-read">{tr!(journeys.acts)}</span></th> })}
        </tr></thead>
    }
}

/// A row.
#[component]
pub fn Row(
    /// The journey.
    journey: Listed,
    /// What can be done with it; nothing on pages that only show it.
    actions: Option<Acts>,
) -> impl IntoView {
    let tone = match journey.status {
        Doing::Live => Tone::Good,
        Doing::Paused => Tone::Warn,
        Doing::Draft | Doing::Stopped | Doing::Archived => Tone::Quiet,
    };
    let status = journey.status;
    let inside = journey.inside as f64;
    let exact = journey.inside_exact;
    let entered: i64 = journey.entered.iter().sum();
    let (issues, incidents) = (journey.issues, journey.incidents);
    let changed = journey.changed && journey.live_version.is_some();
    let (about, name, slug) = (journey.description.clone(), journey.name.clone(), journey.slug.clone());
    let (days, at) = (journey.entered.clone(), journey.updated_at);
    let menu = actions.map(|acts| acts.menu(&journey));
    view! {
        <tr data-row>
            <th scope="row" class="subject">
                <A href=format!("/journeys/{}", journey.slug) attr:class="open" attr:dir="auto">{name}</A>
                <small dir="auto">{about}</small>
            </th>
            <td>
                <span class="row">
                    <Pill tone=tone dot={status == Doing::Live}>{move || doing(status)}</Pill>
                    {changed.then(|| view! { <span class="quiet">{tr!(journeys.unpublished)}</span> })}
                </span>
            </td>
            <td class="number">{move || if exact { format::number(inside) } else { format!("{}+", format::number(inside)) }}</td>
            <td><Sparkline days=days label=Signal::derive(move || t!(journeys.entered, n = entered)) /></td>
            <td class="number">
                {(incidents > 0).then(|| view! { <a class="mend" href=format!("/incidents?journey={slug}")>{move || t!(journeys.incidents, n = incidents)}</a> })}
                {(issues > 0).then(|| view! { <span class="quiet">{move || t!(journeys.issues, n = issues)}</span> })}
                {(issues == 0 && incidents == 0).then(|| view! { <span class="quiet" aria-label=tr!(journeys.no_trouble)>"–"</span> })}
            </td>
            <td class="quiet"><When at=at /></td>
            {menu.map(|menu| view! { <td class="acts">{menu}</td> })}
        </tr>
    }
}

//! Home: what needs a person, how it goes, and how to begin.

mod attention;
mod begin;
mod figures;

use crate::api::journey_list::{self, Listed, Wanted};
use crate::api::{List, events};
use crate::tr;
use crate::ui::{Known, Page, use_fetched};
use attention::Attention;
use begin::{Begin, FirstEvent};
use figures::Figures;
use leptos::prelude::*;
use leptos_router::components::A;

/// How many journeys are shown.
const RECENT: u32 = 6;

/// The page.
#[component]
pub fn Home() -> impl IntoView {
    let (journeys, retry) = use_fetched(|| Some(journey_list::list(Wanted::default(), RECENT, None)));
    let (arrived, _) = use_fetched(|| Some(events::list(events::Wanted::default(), 1, None)));
    let silent = move || matches!(arrived.get(), Some(Ok(page)) if page.data.is_empty());
    let body = move |found: List<Listed>| {
        if found.data.is_empty() {
            return view! { <Begin /> }.into_any();
        }
        view! {
            <div class="home">
                <Attention />
                <Figures />
                <Recent journeys=found.data />
                <Show when=silent><FirstEvent /></Show>
            </div>
        }
        .into_any()
    };
    view! {
        <Page title=Signal::derive(tr!(shell.nav.home))>
            <Known found=journeys retry=retry children=body />
        </Page>
    }
}

/// The journeys that changed last.
#[component]
fn Recent(
    /// They.
    journeys: Vec<Listed>,
) -> impl IntoView {
    let rows = journeys.into_iter().map(|journey| view! { <super::journeys::Row journey=journey actions=None /> }).collect_view();
    view! {
        <section class="block" aria-labelledby="recent">
            <div class="row"><h2 id="recent">{tr!(home.recent)}</h2><span class="space"></span><A href="/journeys" attr:class="more">{tr!(home.every)}</A></div>
            <div class="sheet" on:click=crate::ui::press><table class="table"><super::journeys::Head acts=false /><tbody>{rows}</tbody></table></div>
        </section>
    }
}

//! The parts the program comes in. What everybody needs is there at once; each group of pages is a part that is fetched when one of them
//! is gone to, or when there is nothing else to do. `xtask` cuts the program where these functions are.

#![allow(unsafe_code, reason = "a function in another part is one of a foreign module to the compiler; the macro writes the declarations")]

use crate::api::Failure;
use crate::editor::JourneyPage;
use crate::pages::{self, Incidents, KindEditor, Kinds, Run, Tasks, Why};
use crate::ui::{Skeleton, Top, Trouble};
use crate::{browser, tr, worker};
use futures::FutureExt;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use std::future::Future;
use wasm_bindgen::JsCast;

/// How long after the first page the other parts are fetched, in milliseconds.
const REST: u32 = 1_500;

/// A page, or the network's silence.
type Page = Result<AnyView, SplitLoaderError>;

#[wasm_split(editor, wasm_split_path = ::leptos::wasm_split, preload(fetch_editor), fallible)]
fn editor() -> Page {
    Ok(view! { <JourneyPage /> }.into_any())
}

/// A page about what went on.
#[derive(Clone, Copy)]
enum Past {
    Run,
    Incidents,
    Tasks,
    Why,
}

#[wasm_split(past, wasm_split_path = ::leptos::wasm_split, preload(fetch_past), fallible)]
fn past(which: Past) -> Page {
    Ok(match which {
        Past::Run => view! { <Run /> }.into_any(),
        Past::Incidents => view! { <Incidents /> }.into_any(),
        Past::Tasks => view! { <Tasks /> }.into_any(),
        Past::Why => view! { <Why /> }.into_any(),
    })
}

/// A page about the workspace's own kinds.
#[derive(Clone, Copy)]
enum Own {
    List,
    One,
}

#[wasm_split(kinds, wasm_split_path = ::leptos::wasm_split, preload(fetch_kinds), fallible)]
fn kinds(which: Own) -> Page {
    Ok(match which {
        Own::List => view! { <Kinds /> }.into_any(),
        Own::One => view! { <KindEditor /> }.into_any(),
    })
}

/// A page that lists things or shows one of them.
#[derive(Clone, Copy)]
enum Things {
    Journeys,
    Recipes,
    Customers,
    Customer,
    Deliveries,
    Mailbox,
    Events,
    Keys,
    Settings,
}

#[wasm_split(things, wasm_split_path = ::leptos::wasm_split, preload(fetch_things), fallible)]
fn things(which: Things) -> Page {
    Ok(match which {
        Things::Journeys => {
            expect_journey();
            view! { <pages::Journeys /> }.into_any()
        }
        Things::Recipes => view! { <pages::Recipes /> }.into_any(),
        Things::Customers => view! { <pages::Customers /> }.into_any(),
        Things::Customer => view! { <pages::CustomerPage /> }.into_any(),
        Things::Deliveries => view! { <pages::Deliveries /> }.into_any(),
        Things::Mailbox => view! { <pages::Mailbox /> }.into_any(),
        Things::Events => view! { <pages::Events /> }.into_any(),
        Things::Keys => view! { <pages::Keys /> }.into_any(),
        Things::Settings => view! { <pages::SettingsPage /> }.into_any(),
    })
}

/// A page of a part: a skeleton until the part is here.
fn page<L, S>(fetch: fn() -> L, show: impl Fn() -> S + Send + 'static) -> impl IntoView
where
    L: Future<Output = Result<(), SplitLoaderError>> + 'static,
    S: Future<Output = Page>,
{
    let here = RwSignal::new(None::<bool>);
    let load = move || {
        here.set(None);
        leptos::task::spawn_local(async move {
            let fetched = fetch().await.is_ok();
            here.try_set(Some(fetched));
        });
    };
    load();
    move || match here.get() {
        // Once its part is here, a page is there at once, and belongs to whoever shows it.
        Some(true) => show().now_or_never().and_then(Result::ok),
        Some(false) => {
            let again = Callback::new(move |()| load());
            Some(view! { <Top title=Signal::derive(tr!(ui.trouble)) /><main class="page" id="content" tabindex="-1"><Trouble failure=Failure::Unreachable retry=again /></main> }.into_any())
        }
        None => Some(view! { <main class="page" id="content" tabindex="-1"><Skeleton lines=6 /></main> }.into_any()),
    }
}

/// Fetches the editor: a journey is likely to be opened next.
fn expect_journey() {
    // What cannot be fetched now is fetched when it is gone to.
    leptos::task::spawn_local(async { drop(fetch_editor().await) });
}

/// Fetches the editor, and what tells its journeys right from wrong, when somebody is about to follow a link to one.
pub fn watch_links() {
    let about_to = |target: Option<web_sys::EventTarget>| {
        let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if element.is_some_and(|element| element.closest("a[href^='/journeys/']").ok().flatten().is_some()) {
            expect_journey();
            worker::wake();
        }
    };
    let pointed = window_event_listener(ev::pointerover, move |event| about_to(event.target()));
    let focused = window_event_listener(ev::focusin, move |event| about_to(event.target()));
    on_cleanup(move || {
        pointed.remove();
        focused.remove();
    });
}

/// Fetches all parts while there is nothing else to do, so that going to a page costs no waiting.
pub fn fetch_ahead() {
    leptos::task::spawn_local(async {
        browser::pause(REST).await;
        // What cannot be fetched now is fetched when it is gone to.
        let _ = fetch_things().await;
        let _ = fetch_editor().await;
        let _ = fetch_past().await;
        let _ = fetch_kinds().await;
    });
}

macro_rules! pages {
    ($($name:ident: $fetch:ident, $show:expr;)*) => {$(
        #[component]
        pub(crate) fn $name() -> impl IntoView {
            page($fetch, || $show)
        }
    )*};
}

pages! {
    LaterJourney: fetch_editor, editor();
    LaterRun: fetch_past, past(Past::Run);
    LaterIncidents: fetch_past, past(Past::Incidents);
    LaterTasks: fetch_past, past(Past::Tasks);
    LaterWhy: fetch_past, past(Past::Why);
    LaterKinds: fetch_kinds, kinds(Own::List);
    LaterKind: fetch_kinds, kinds(Own::One);
    LaterJourneys: fetch_things, things(Things::Journeys);
    LaterRecipes: fetch_things, things(Things::Recipes);
    LaterCustomers: fetch_things, things(Things::Customers);
    LaterCustomer: fetch_things, things(Things::Customer);
    LaterDeliveries: fetch_things, things(Things::Deliveries);
    LaterMailbox: fetch_things, things(Things::Mailbox);
    LaterEvents: fetch_things, things(Things::Events);
    LaterKeys: fetch_things, things(Things::Keys);
    LaterSettings: fetch_things, things(Things::Settings);
}

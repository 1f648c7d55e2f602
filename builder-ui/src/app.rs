//! The pages by their addresses, in the shell.

use crate::pages::{self, SignIn};
use crate::session::{self, Known};
use crate::shell::{Keyboard, Rail, Status};
use crate::ui::{Dialog, Skeleton, Tips, Toasts, keep_time};
use crate::{browser, parts, tr};
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// The whole of it.
#[component]
pub fn App() -> impl IntoView {
    let expired = RwSignal::new(false);
    let expires = move || matches!(session::known(), Known::Expired(_));
    Effect::new(move |_| expired.set(expires()));
    // The server may not have answered at the start.
    leptos::task::spawn_local(session::settle());
    let inside = Memo::new(|_| session::current().is_some());
    let outside = move || match session::known() {
        Known::Nothing => view! { <main class="waiting"><Skeleton lines=4 /><Status /></main> }.into_any(),
        _ => view! { <SignIn /> }.into_any(),
    };
    view! {
        <Router>
            <Show when=move || inside.get() fallback=outside><Inside /></Show>
        </Router>
        <Dialog open=expired title=Signal::derive(tr!(signin.again)) closable=false><pages::SignInForm /></Dialog>
        <Toasts />
        <Tips />
    }
}

/// What somebody who is signed in sees.
#[component]
fn Inside() -> impl IntoView {
    parts::fetch_ahead();
    parts::watch_links();
    keep_time();
    // Not the router's business: the address stays.
    let skip = |event: web_sys::MouseEvent| {
        event.prevent_default();
        browser::focus("content");
    };
    view! {
        <Keyboard />
        <div class="app">
            <a class="skip" href="#content" on:click=skip>{tr!(shell.skip)}</a>
            <Rail />
            <FlatRoutes fallback=pages::Missing>
                <Route path=path!("/") view=pages::Home />
                <Route path=path!("/journeys") view=parts::LaterJourneys />
                <Route path=path!("/journeys/:slug") view=parts::LaterJourney />
                <Route path=path!("/recipes") view=parts::LaterRecipes />
                <Route path=path!("/customers") view=parts::LaterCustomers />
                <Route path=path!("/deliveries") view=parts::LaterDeliveries />
                <Route path=path!("/mailbox") view=parts::LaterMailbox />
                <Route path=path!("/events") view=parts::LaterEvents />
                <Route path=path!("/customers/:id") view=parts::LaterCustomer />
                <Route path=path!("/incidents") view=parts::LaterIncidents />
                <Route path=path!("/tasks") view=parts::LaterTasks />
                <Route path=path!("/runs/:id") view=parts::LaterRun />
                <Route path=path!("/why") view=parts::LaterWhy />
                <Route path=path!("/kinds") view=parts::LaterKinds />
                <Route path=path!("/kinds/:name") view=parts::LaterKind />
                <Route path=path!("/keys") view=parts::LaterKeys />
                <Route path=path!("/settings") view=parts::LaterSettings />
            </FlatRoutes>
            <Status />
        </div>
    }
}

//! The pages by their addresses, in the shell.

use crate::pages::{self, SignIn};
use crate::session::{self, Known};
use crate::shell::{Keyboard, Rail, Status};
use crate::ui::{Dialog, Skeleton, Tips, Toasts};
use crate::{browser, tr};
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
                <Route path=path!("/journeys") view=pages::Journeys />
                <Route path=path!("/journeys/:slug") view=crate::editor::JourneyPage />
                <Route path=path!("/recipes") view=pages::Recipes />
                <Route path=path!("/customers") view=pages::Customers />
                <Route path=path!("/deliveries") view=pages::Deliveries />
                <Route path=path!("/mailbox") view=pages::Mailbox />
                <Route path=path!("/events") view=pages::Events />
                <Route path=path!("/customers/:id") view=pages::CustomerPage />
                <Route path=path!("/incidents") view=pages::Incidents />
                <Route path=path!("/runs/:id") view=pages::Run />
                <Route path=path!("/why") view=pages::Why />
                <Route path=path!("/kinds") view=pages::Kinds />
                <Route path=path!("/kinds/:name") view=pages::KindEditor />
                <Route path=path!("/keys") view=pages::Keys />
                <Route path=path!("/settings") view=pages::SettingsPage />
            </FlatRoutes>
            <Status />
        </div>
    }
}

//! The pages by their addresses, in the shell.

use crate::api::{Link, link};
use crate::pages::{self, SignIn};
use crate::session::{self, Known};
use crate::shell::{Keyboard, Rail, Status};
use crate::ui::{Dialog, Skeleton, Toasts};
use crate::{key, tr};
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// The whole of it.
#[component]
pub fn App() -> impl IntoView {
    let expired = RwSignal::new(false);
    let expires = move || matches!(session::known(), Known::Expired(_));
    Effect::new(move |_| expired.set(expires()));
    // The server did not answer at the start: once it does, who is signed in can be asked.
    Effect::new(move |_| {
        if link() == Link::Up && session::known() == Known::Nothing {
            leptos::task::spawn_local(session::begin());
        }
    });
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
    }
}

/// What somebody who is signed in sees.
#[component]
fn Inside() -> impl IntoView {
    use pages::Plain;
    view! {
        <Keyboard />
        <div class="app">
            <a class="skip" href="#content">{tr!(shell.skip)}</a>
            <Rail />
            <FlatRoutes fallback=pages::Missing>
                <Route path=path!("/") view=|| view! { <Plain title=key!(shell.nav.home) /> } />
                <Route path=path!("/journeys") view=|| view! { <Plain title=key!(shell.nav.journeys) /> } />
                <Route path=path!("/recipes") view=|| view! { <Plain title=key!(shell.nav.recipes) /> } />
                <Route path=path!("/customers") view=|| view! { <Plain title=key!(shell.nav.customers) /> } />
                <Route path=path!("/deliveries") view=|| view! { <Plain title=key!(shell.nav.deliveries) /> } />
                <Route path=path!("/mailbox") view=|| view! { <Plain title=key!(shell.nav.mailbox) /> } />
                <Route path=path!("/events") view=|| view! { <Plain title=key!(shell.nav.events) /> } />
                <Route path=path!("/incidents") view=|| view! { <Plain title=key!(shell.nav.incidents) /> } />
                <Route path=path!("/kinds") view=|| view! { <Plain title=key!(shell.nav.kinds) /> } />
                <Route path=path!("/keys") view=|| view! { <Plain title=key!(shell.nav.keys) /> } />
                <Route path=path!("/settings") view=|| view! { <Plain title=key!(shell.nav.settings) /> } />
            </FlatRoutes>
            <Status />
        </div>
    }
}

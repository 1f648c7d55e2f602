//! Signing in by an API key.

use crate::api::{Failure, session as api};
use crate::shell::{LanguageMenu, Logo, ThemeMenu};
use crate::ui::{Button, Field, Look};
use crate::{session, t, tr};
use leptos::prelude::*;

/// The page of somebody who is not signed in. It stands at the address he wanted, so signing in leads there.
#[component]
pub fn SignIn() -> impl IntoView {
    Effect::new(move |_| crate::browser::set_title(&format!("{} · Tradewind", t!(signin.title))));
    view! {
        <main class="signin" id="content">
            <div class="box">
                <Logo />
                <h1>{tr!(signin.title)}</h1>
                <p>{tr!(signin.intro)}</p>
                <SignInForm />
            </div>
            <div class="row"><LanguageMenu /><ThemeMenu /></div>
        </main>
    }
}

/// The form alone: also asked over the page when a session ends.
#[component]
pub fn SignInForm() -> impl IntoView {
    let key = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        leptos::task::spawn_local(async move {
            match api::sign_in(key.get_untracked().trim()).await {
                Ok(found) => session::started(found),
                Err(failure) => {
                    wrong.try_set(Some(failure));
                }
            }
            busy.try_set(false);
        });
    };
    let error = Signal::derive(move || {
        wrong.get().map(|failure| if failure.is("unknown_key") || failure.is("invalid") { t!(signin.wrong) } else { failure.words() })
    });
    view! {
        <form class="signin-form" on:submit=send>
            <Field label=Signal::derive(tr!(signin.key)) id="key" hint=Signal::derive(tr!(signin.hint)) error=error>
                <input id="key" class="in" type="password" autocomplete="current-password" autofocus dir="ltr" spellcheck="false" required
                    aria-describedby="key-hint key-error" aria-invalid=move || error.get().is_some().to_string() bind:value=key />
            </Field>
            <Button look=Look::Main submits=true busy=busy>{tr!(signin.button)}</Button>
        </form>
    }
}

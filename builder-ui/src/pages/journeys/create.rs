//! Beginning a journey.

use crate::api::{Failure, journey_list};
use crate::tr;
use crate::ui::{Button, Dialog, Field, Look};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

/// Asks for a name and opens the empty canvas; or leads to the recipes.
#[component]
pub fn Create(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let navigate = StoredValue::new_local(use_navigate());
    view! {
        <Dialog open=open title=Signal::derive(tr!(journeys.create))>
            <Form made=move |slug: String| navigate.with_value(|go| go(&format!("/journeys/{slug}"), leptos_router::NavigateOptions::default())) />
        </Dialog>
    }
}

/// The form.
#[component]
fn Form(
    /// Told the slug of what was made.
    #[prop(into)]
    made: Callback<String>,
) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            match journey_list::create(name.get_untracked().trim()).await {
                Ok(journey) => made.run(journey.slug),
                Err(failure) => {
                    wrong.try_set(Some(failure));
                }
            }
            busy.try_set(false);
        });
    };
    let error = Signal::derive(move || wrong.get().map(|failure| failure.words()));
    view! {
        <form class="form" on:submit=send>
            <Field label=Signal::derive(tr!(journeys.name)) id="new-journey" hint=Signal::derive(tr!(journeys.name_hint)) error=error>
                <input id="new-journey" class="in" dir="auto" autofocus required maxlength="120" aria-describedby="new-journey-hint new-journey-error" bind:value=name />
            </Field>
            <div class="row end">
                <A href="/recipes" attr:class="btn">{tr!(journeys.from_recipe)}</A>
                <Button look=Look::Main submits=true busy=busy>{tr!(journeys.empty_canvas)}</Button>
            </div>
        </form>
    }
}

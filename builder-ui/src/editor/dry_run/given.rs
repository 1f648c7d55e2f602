//! What can be made to happen: events, answers, a start by the API, a change of mind.

use super::Desk;
use super::session::{Offer, What};
use crate::api::{Call, List};
use crate::ui::{Button, Field, Look};
use crate::{browser, t, tr};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::ConsentStatus;

/// The keyboard stays in the panel when what it was at is gone, so that the panel's keys go on.
fn stay() {
    browser::focus("dry-run");
}

/// What can happen next.
#[component]
pub fn Given(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let editing = RwSignal::new(None::<String>);
    let one = move |(place, offer): (usize, Offer)| match offer {
        Offer::Event { name, wanted } => {
            let opened = name.clone();
            let words = t!(dryrun.given.event, event = &name);
            let open = move |_| editing.set(Some(opened.clone()));
            let look = if wanted && place == 0 { Look::Main } else { Look::Plain };
            view! { <Button look=look icon=icondata::LuZap on:click=open>{words}</Button> }.into_any()
        }
        Offer::Start => {
            view! { <Button icon=icondata::LuPlay on:click=move |_| editing.set(Some(String::new()))>{tr!(dryrun.given.start)}</Button> }
                .into_any()
        }
        Offer::Answer { node, title, answers } => {
            let buttons = answers.into_iter().map(move |answer| {
                let (node, words) = (node.clone(), answer.clone());
                let answered = move |_| {
                    desk.happen(What::Answer { node: node.clone(), answer: answer.clone() });
                    stay();
                };
                view! { <Button on:click=answered>{words}</Button> }
            });
            view! { <fieldset class="asked"><legend dir="auto">{title}</legend>{buttons.collect_view()}</fieldset> }.into_any()
        }
    };
    let withdraw = move |_| desk.happen(What::Consent(BTreeMap::from([("email/marketing".to_owned(), ConsentStatus::Withdrawn)])));
    view! {
        <section class="part" aria-label=tr!(dryrun.given.title)>
            <h3>{tr!(dryrun.given.title)}</h3>
            <div class="row">{move || desk.offers.get().into_iter().enumerate().map(one).collect_view()}
                <Button look=Look::Ghost icon=icondata::LuShieldOff on:click=withdraw>{tr!(dryrun.given.withdraw)}</Button>
            </div>
            {move || editing.get().map(|name| view! { <Properties desk=desk name=name editing=editing /> })}
        </section>
    }
}

#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    properties: JsonMap,
}

/// What the newest event of that name said: the best example there is.
async fn example(name: &str) -> Option<JsonMap> {
    let page = Call::get("/api/v1/events").query("name", name).query("limit", 1).send::<List<Seen>>().await.ok()?;
    page.data.into_iter().next().map(|seen| seen.properties).filter(|properties| !properties.is_empty())
}

/// The event's properties, or the data of a start (when it has no name).
#[component]
fn Properties(
    /// The desk.
    desk: Desk,
    /// The event.
    name: String,
    /// None when it is done.
    editing: RwSignal<Option<String>>,
) -> impl IntoView {
    let text = RwSignal::new("{}".to_owned());
    let wrong = RwSignal::new(None::<String>);
    // Whoever has begun to write, or only to select, must not have the text changed in his hands.
    let begun = StoredValue::new(false);
    let begins = move || begun.set_value(true);
    if !name.is_empty() {
        let name = name.clone();
        leptos::task::spawn_local(async move {
            let found = example(&name).await.and_then(|properties| serde_json::to_string_pretty(&properties).ok());
            if let Some(found) = found.filter(|_| begun.try_get_value() == Some(false)) {
                text.set(found);
            }
        });
    }
    let event = StoredValue::new(name);
    let send = move |submitted: web_sys::SubmitEvent| {
        submitted.prevent_default();
        match serde_json::from_str::<JsonMap>(&text.get_untracked()) {
            Ok(properties) => {
                let name = event.get_value();
                editing.set(None);
                stay();
                desk.happen(if name.is_empty() { What::Start { data: properties } } else { What::Event { name, properties } });
            }
            Err(_) => wrong.set(Some(t!(dryrun.given.no_json))),
        }
    };
    let leave = move |_| {
        editing.set(None);
        stay();
    };
    request_animation_frame(|| browser::focus("dry-run-properties"));
    let label = Signal::derive(move || {
        if event.with_value(String::is_empty) { t!(dryrun.given.data) } else { t!(dryrun.given.properties, event = event.get_value()) }
    });
    view! {
        <form class="form" on:submit=send>
            <Field label=label id="dry-run-properties" hint=Signal::derive(tr!(dryrun.given.hint)) error=wrong>
                <textarea id="dry-run-properties" class="in json-text" rows="7" dir="ltr" spellcheck="false"
                    on:keydown=move |_| begins() on:pointerdown=move |_| begins() on:input=move |_| begins()
                    aria-describedby="dry-run-properties-hint dry-run-properties-error" aria-invalid=move || wrong.get().is_some().to_string() bind:value=text></textarea>
            </Field>
            <div class="row ends">
                <Button look=Look::Ghost on:click=leave>{tr!(dryrun.given.leave)}</Button>
                <Button look=Look::Main submits=true>{tr!(dryrun.given.send)}</Button>
            </div>
        </form>
    }
}

//! How to begin: a journey, and the first event.

use crate::api::events::Burst;
use crate::api::{Live, Topic, keys};
use crate::ui::{Button, Icon, Look, Pill, Tab, Tabs, Tone, toast};
use crate::{browser, key, session, t, tr};
use leptos::prelude::*;

/// What stands in a snippet where the key goes.
const PLACE: &str = "YOUR_KEY";

/// Shown while there is no journey.
#[component]
pub fn Begin() -> impl IntoView {
    view! {
        <div class="home begin">
            <header class="begin-head"><h2>{tr!(home.begin.title)}</h2><p>{tr!(home.begin.text)}</p></header>
            <div class="doors">
                <a class="door" href="/recipes">
                    <Icon icon=icondata::LuBookOpen size=22 /><b>{tr!(home.begin.recipe)}</b><span>{tr!(home.begin.recipe_text)}</span>
                </a>
                <a class="door" href="/journeys?new=1">
                    <Icon icon=icondata::LuWorkflow size=22 /><b>{tr!(home.begin.empty)}</b><span>{tr!(home.begin.empty_text)}</span>
                </a>
            </div>
            <FirstEvent />
        </div>
    }
}

fn curl(address: &str, key: &str) -> String {
    format!(
        "curl {address}/v1/track -u {key}: \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"userId\": \"u-1\", \"event\": \"Cart Updated\", \"properties\": {{\"cart_id\": \"c-1\", \"value\": 64.9}}}}'"
    )
}

fn script(address: &str, key: &str) -> String {
    format!(
        "fetch(\"{address}/v1/track\", {{\n  method: \"POST\",\n  headers: {{ \"Content-Type\": \"application/json\", Authorization: \"Basic \" + btoa(\"{key}:\") }},\n  body: JSON.stringify({{ userId: \"u-1\", event: \"Cart Updated\", properties: {{ cart_id: \"c-1\", value: 64.9 }} }}),\n}});"
    )
}

/// How to send the first event, and whether it has come.
#[component]
pub fn FirstEvent() -> impl IntoView {
    let chosen = RwSignal::new("curl");
    let made = RwSignal::new(None::<String>);
    let came = RwSignal::new(None::<String>);
    let _live = StoredValue::new_local(Some(Live::listen(Topic::Events, move |told| {
        let name = serde_json::from_str::<Burst>(told).ok().and_then(|burst| burst.events.last().map(|event| event.name.clone()));
        if let Some(name) = name {
            came.try_set(Some(name));
        }
    })));
    let address = Memo::new(|_| session::current().map(|session| session.public_url.trim_end_matches('/').to_owned()).unwrap_or_default());
    let snippet = Signal::derive(move || {
        let (address, key) = (address.get(), made.get().unwrap_or_else(|| PLACE.to_owned()));
        if chosen.get() == "curl" { curl(&address, &key) } else { script(&address, &key) }
    });
    let make = move |_| {
        leptos::task::spawn_local(async move {
            match keys::create(&t!(home.send.key_name), &["ingest"]).await {
                Ok(key) => {
                    made.try_set(Some(key));
                }
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    };
    let may = Memo::new(move |_| made.get().is_none() && session::current().is_some_and(|session| session.allows("admin")));
    let tabs = vec![
        Tab { id: "curl", label: key!(home.send.curl), count: None },
        Tab { id: "script", label: key!(home.send.script), count: None },
    ];
    view! {
        <section class="block" aria-labelledby="first-event">
            <div class="row">
                <h2 id="first-event">{tr!(home.send.title)}</h2>
                <span class="space"></span>
                <span role="status">{move || match came.get() {
                    Some(name) => view! { <Pill tone=Tone::Good dot=true>{t!(home.send.came, name = name)}</Pill> }.into_any(),
                    None => view! { <Pill>{t!(home.send.waiting)}</Pill> }.into_any(),
                }}</span>
            </div>
            <p class="lead">{tr!(home.send.text)}</p>
            <div class="sheet snippet">
                <Tabs label=Signal::derive(tr!(home.send.title)) tabs=tabs chosen=chosen />
                <div role="tabpanel" id=move || format!("panel-{}", chosen.get()) aria-labelledby=move || format!("tab-{}", chosen.get()) tabindex="0">
                    <pre dir="ltr"><code>{snippet}</code></pre>
                </div>
                <div class="row">
                    <CopyButton text=snippet />
                    <Show when=move || may.get()><Button icon=icondata::LuKeyRound on:click=make>{tr!(home.send.make)}</Button></Show>
                    <span class="note">{move || if made.get().is_some() { t!(home.send.made) } else { String::new() }}</span>
                </div>
            </div>
            <p class="lead"><a href="/events">{tr!(home.send.watch)}</a></p>
        </section>
    }
}

/// Copies a text and says so.
#[component]
fn CopyButton(
    /// The text.
    text: Signal<String>,
) -> impl IntoView {
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            if browser::copy(&text.get_untracked()).await {
                toast(t!(ui.copied));
            }
        });
    };
    view! { <Button look=Look::Main icon=icondata::LuCopy on:click=copy>{tr!(ui.copy)}</Button> }
}

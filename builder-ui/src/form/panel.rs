//! The panel of a step: what it is called, its form, how it reads, who is there, and what it would do.

use super::fields::{Fields, Wrongs, shown};
use super::mail::MailPreview;
use super::outcome::WhyNow;
use super::spot::Filling;
use crate::api::audience::Someone;
use crate::api::{Call, Failure, List};
use crate::i18n::format::{self, Moment};
use crate::ui::{Icon, Picture, Skeleton, Tab, Tabs, Trouble};
use crate::words::field::kind_help;
use crate::{key, t, tr};
use leptos::prelude::*;
use serde::Deserialize;
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::description::Preview;
use tradewind_nodes::issue::FieldIssue;
use tradewind_nodes::kind::KindSpec;

/// The id of the field with the step's name: F2 leads there.
pub const TITLE: &str = "step-title";

/// What a panel is about.
#[derive(Clone)]
pub struct Shown {
    /// The kind; None when nobody knows it.
    pub spec: Option<KindSpec>,
    /// Its name.
    pub kind: String,
    /// Its icon.
    pub icon: Picture,
    /// The family it is coloured by.
    pub family: &'static str,
    /// What people call the kind.
    pub kind_label: Signal<String>,
    /// What people call the step; empty for the kind's own words.
    pub label: Signal<String>,
    /// Gives it another name.
    pub rename: Callback<String>,
    /// What is shown of it besides its form.
    pub preview: Option<Preview>,
    /// The journey and the node, to ask who is there.
    pub place: Option<(String, String)>,
}

/// The panel.
#[component]
pub fn StepPanel(
    /// What it is about.
    shown: Shown,
    /// What its form works on. `Known`, `Who` and `Step` come by context.
    filling: Filling,
) -> impl IntoView {
    let Shown { spec, kind, icon, family, kind_label, label, rename, preview, place } = shown;
    let Some(spec) = spec else { return view! { <Unknown kind=kind values=filling.values /> }.into_any() };
    let chosen = RwSignal::new("step-form");
    let mut tabs = vec![tab("step-form", key!(form.panel.form))];
    if preview == Some(Preview::Mail) {
        tabs.push(tab("step-preview", key!(form.panel.preview)));
    }
    if place.is_some() {
        tabs.push(tab("step-people", key!(form.panel.people)));
    }
    tabs.push(tab("step-why", key!(form.panel.why)));
    let help = move || kind_help(&kind);
    let fields: Vec<String> = spec.fields.iter().map(|field| field.name.clone()).collect();
    // What is wrong with the step itself: its wires, its place in the journey.
    let wrong = Memo::new(move |_| {
        let own = |issue: &&FieldIssue| {
            issue
                .field
                .split('/')
                .nth(1)
                .is_some_and(|name| fields.iter().any(|field| field == name) || filling.values.with(|values| values.contains_key(name)))
        };
        filling.issues.with(|issues| {
            issues.iter().filter(|issue| !own(issue)).map(|issue| super::issue_words(issue.code, &issue.message)).collect::<Vec<_>>()
        })
    });
    let place = StoredValue::new(place);
    let front = move |id: &'static str| chosen.get() == id;
    view! {
        <div class="panel" data-family=family>
            <header class="panel-head">
                <span class="ic"><Icon icon=icon size=16 /></span>
                <input id=TITLE class="title-in" dir="auto" aria-label=tr!(form.panel.title) placeholder=move || kind_label.get() prop:value=move || label.get()
                    on:change=move |event| rename.run(event_target_value(&event).trim().to_owned()) />
            </header>
            <p class="note">{help}</p>
            <Wrongs id="step-error" wrong=wrong />
            <Tabs label=Signal::derive(tr!(form.panel.tabs)) tabs=tabs chosen=chosen />
            // The form stays while another tab is in front: what is being typed must not go.
            <div role="tabpanel" id="panel-step-form" aria-labelledby="tab-step-form" hidden=move || !front("step-form")><Fields spec=spec filling=filling /></div>
            <Show when=move || front("step-preview")><div role="tabpanel" id="panel-step-preview" aria-labelledby="tab-step-preview"><MailPreview values=filling.values /></div></Show>
            <Show when=move || front("step-people")><div role="tabpanel" id="panel-step-people" aria-labelledby="tab-step-people">
                {move || place.get_value().map(|(journey, node)| view! { <Inside journey=journey node=node /> })}
            </div></Show>
            <Show when=move || front("step-why")><div role="tabpanel" id="panel-step-why" aria-labelledby="tab-step-why"><WhyNow /></div></Show>
        </div>
    }
    .into_any()
}

fn tab(id: &'static str, label: crate::i18n::Text) -> Tab {
    Tab { id, label, count: None }
}

/// A step of a kind nobody here knows: it is shown as it is and kept as it is.
#[component]
fn Unknown(kind: String, values: Signal<Arc<JsonMap>>) -> impl IntoView {
    let written = move || values.with(|values| shown(&tradewind_nodes::Json::Object((**values).clone())));
    view! {
        <div class="panel">
            <h2>{kind.clone()}</h2>
            <p class="error">{move || t!(form.panel.unknown, kind = kind.clone())}</p>
            <pre dir="ltr">{written}</pre>
        </div>
    }
}

/// A run that stands at a step.
#[derive(Clone, PartialEq, Debug, Deserialize)]
struct Run {
    id: String,
    state: String,
    updated_at: String,
    #[serde(default)]
    customer: Option<String>,
    #[serde(default)]
    person: Option<Someone>,
}

/// Who is at a step now.
#[component]
fn Inside(journey: String, node: String) -> impl IntoView {
    let found = RwSignal::new(None::<Result<List<Run>, Failure>>);
    let (journey, node) = (StoredValue::new(journey), StoredValue::new(node));
    let load = move || {
        found.set(None);
        leptos::task::spawn_local(async move {
            let call = Call::get("/api/v1/runs").query("journey", journey.get_value()).query("node", node.get_value());
            found.try_set(Some(call.query("inside", true).query("limit", 50).send().await));
        });
    };
    load();
    let one = |run: Run| {
        let name = run.person.as_ref().map_or_else(|| t!(form.panel.nobody), |person| person.called().to_owned());
        let since = format::parse_moment(&run.updated_at).map(|at| format::moment(at, Moment::DateTime, None)).unwrap_or_default();
        let state = crate::words::field::option_words(&run.state);
        let name = match run.customer {
            Some(id) => view! { <a href=format!("/customers/{id}") dir="auto">{name}</a> }.into_any(),
            None => view! { <span dir="auto">{name}</span> }.into_any(),
        };
        view! { <li data-run=run.id>{name}<small>{state}" · "{since}</small></li> }
    };
    move || match found.get() {
        None => view! { <Skeleton lines=4 /> }.into_any(),
        Some(Err(failure)) => view! { <Trouble failure=failure retry=Callback::new(move |()| load()) /> }.into_any(),
        Some(Ok(page)) if page.data.is_empty() => view! { <p class="note">{tr!(form.panel.empty)}</p> }.into_any(),
        Some(Ok(page)) => {
            let more = page.has_more.then(|| view! { <p class="note">{tr!(form.panel.first_fifty)}</p> });
            view! { <ul class="inside-list">{page.data.into_iter().map(one).collect_view()}</ul>{more} }.into_any()
        }
    }
}

//! What happened to somebody, in one list.

use super::consent;
use crate::api::customers::{self, Entry, Happening};
use crate::ui::{Exactly, Foot, Icon, JsonTree, Paged, When};
use crate::{said, t, tr};
use leptos::prelude::*;
use tradewind_nodes::Json;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::why::Why;

/// The list.
#[component]
pub fn Timeline(
    /// Whose.
    id: String,
) -> impl IntoView {
    let list = Paged::new(move |cursor| {
        let id = id.clone();
        async move { customers::timeline(&id, cursor).await }
    });
    view! {
        <section class="tile" aria-labelledby="timeline">
            <h2 id="timeline">{tr!(customers.timeline)}</h2>
            <ol class="timeline">
                <For each=move || list.items.get() key=|entry: &Entry| (entry.id.clone(), entry.at.micros()) let:entry><One entry=entry /></For>
            </ol>
            <Foot list=list />
            <Show when=move || list.is_empty()><p class="quiet">{tr!(customers.nothing)}</p></Show>
        </section>
    }
}

const fn icon(kind: Happening) -> icondata::Icon {
    match kind {
        Happening::Event => icondata::LuActivity,
        Happening::Entered => icondata::LuLogIn,
        Happening::Left => icondata::LuLogOut,
        Happening::Delivery => icondata::LuSend,
        Happening::Consent => icondata::LuShieldCheck,
    }
}

/// What the server called a delivery, without the channel and state that stand beside it.
fn subject(entry: &Entry) -> &str {
    let (channel, state) = (entry.text("channel"), entry.text("state"));
    let title = entry.title.strip_prefix(channel).unwrap_or(&entry.title).trim_start();
    title.strip_suffix(state).map_or(title, |title| title.trim_end().trim_end_matches(':'))
}

/// How somebody left, in words.
#[must_use]
pub fn outcome(name: &str) -> String {
    match name {
        "completed" => t!(customers.outcome.completed),
        "exited" => t!(customers.outcome.exited),
        "goal" => t!(customers.outcome.goal),
        "cancelled" => t!(customers.outcome.cancelled),
        other => other.to_owned(),
    }
}

fn words(entry: &Entry) -> String {
    let journey = entry.journey.clone().unwrap_or_default();
    match entry.kind {
        Happening::Event => entry.title.clone(),
        Happening::Entered => t!(customers.entered, journey = journey),
        Happening::Left => t!(customers.left, journey = journey, outcome = outcome(entry.text("outcome"))),
        Happening::Delivery => subject(entry).to_owned(),
        Happening::Consent => {
            let status = serde_json::from_value::<ConsentStatus>(Json::from(entry.text("status"))).map(consent).unwrap_or_default();
            format!("{}/{}: {status}", entry.text("channel"), entry.text("purpose"))
        }
    }
}

fn href(entry: &Entry) -> Option<String> {
    match entry.kind {
        Happening::Entered | Happening::Left => Some(format!("/runs/{}", entry.id)),
        Happening::Delivery => Some(format!("/deliveries?open={}", entry.id)),
        Happening::Event | Happening::Consent => None,
    }
}

/// One entry.
#[component]
fn One(
    /// It.
    entry: Entry,
) -> impl IntoView {
    let state = entry.text("state").to_owned();
    let reason = entry.detail.get("said").and_then(|why| serde_json::from_value::<Why>(why.clone()).ok());
    let properties = entry.detail.get("properties").filter(|found| found.as_object().is_some_and(|map| !map.is_empty())).cloned();
    let at = entry.at;
    let picture = icon(entry.kind);
    let link = href(&entry);
    let entry = StoredValue::new(entry);
    let said = move || entry.with_value(words);
    let title = match link {
        Some(href) => view! { <a href=href><bdi>{said}</bdi></a> }.into_any(),
        None => view! { <b><bdi>{said}</bdi></b> }.into_any(),
    };
    let delivery = (!state.is_empty()).then(|| view! { <crate::pages::deliveries::State state=state /> });
    let more = properties.map(|properties| {
        view! { <details class="unfold"><summary>{tr!(customers.details)}</summary><Exactly at=at /><JsonTree value=properties /></details> }
    });
    view! {
        <li>
            <Icon icon=picture size=16 />
            <div>
                <div class="row tight">{title}{delivery}<span class="space"></span><span class="quiet"><When at=at /></span></div>
                {reason.map(|why| view! { <p class="quiet">{move || said::why(&why)}</p> })}
                {more}
            </div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_called_by_its_subject() {
        let entry: Entry = serde_json::from_str(
            r#"{"at": "2026-11-23T10:00:00Z", "kind": "delivery", "id": "1", "title": "email “Your cart”: sent",
                "detail": {"channel": "email", "state": "sent"}}"#,
        )
        .unwrap();
        assert_eq!(subject(&entry), "“Your cart”");
    }
}

//! One event with everything it says.

use super::{call, called};
use crate::api::events::Arrived;
use crate::tr;
use crate::ui::{Copyable, Detail, Exactly, JsonTree};
use leptos::prelude::*;
use tradewind_nodes::Json;

/// The panel.
#[component]
pub fn EventDetail(
    /// Which.
    event: Arrived,
    /// Closes it.
    #[prop(into)]
    close: Callback<()>,
) -> impl IntoView {
    let who = called(&event);
    let (name, sort) = (event.name.clone(), event.call.clone());
    let (bare, alone) = (event.properties.is_empty(), event.context.is_empty());
    view! {
        <Detail title=Signal::derive(move || name.clone()) close=close>
            <dl class="facts">
                <div><dt>{tr!(events.sort)}</dt><dd>{move || call(&sort)}</dd></div>
                <div><dt>{tr!(events.person)}</dt><dd><a href=format!("/customers/{}", event.customer)><bdi>{who}</bdi></a></dd></div>
                <div><dt>{tr!(events.happened)}</dt><dd><Exactly at=event.at /></dd></div>
                <div><dt>{tr!(events.received)}</dt><dd><Exactly at=event.received_at /></dd></div>
                <div><dt>{tr!(events.message)}</dt><dd><Copyable text=event.message_id /></dd></div>
            </dl>
            <p><a href=format!("/events?customer={}", event.customer)>{tr!(events.all_of_person)}</a></p>
            <h3>{tr!(events.said)}</h3>
            {if bare { view! { <p class="quiet">{tr!(events.nothing_said)}</p> }.into_any() } else { view! { <JsonTree value=Json::Object(event.properties) /> }.into_any() }}
            {(!alone).then(|| view! { <h3>{tr!(events.context)}</h3><JsonTree value=Json::Object(event.context) /> })}
        </Detail>
    }
}

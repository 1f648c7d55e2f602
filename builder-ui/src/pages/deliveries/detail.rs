//! One delivery: what it says, how often it was tried, what became of it.

use super::State;
use crate::api::deliveries::{self, Sent};
use crate::ui::{Copyable, Detail, Exactly, JsonTree, Known, use_fetched};
use crate::words::delivery::channel;
use crate::{said, session, t, tr};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn DeliveryDetail(
    /// Which.
    id: String,
    /// Closes it.
    #[prop(into)]
    close: Callback<()>,
) -> impl IntoView {
    let (found, retry) = use_fetched(move || {
        let id = id.clone();
        Some(async move { deliveries::get(&id).await })
    });
    let title = Signal::derive(move || match found.get() {
        Some(Ok(delivery)) => delivery.listed.title,
        _ => t!(deliveries.one),
    });
    view! {
        <Detail title=title close=close>
            <Known found=found retry=retry children=|delivery: Sent| view! { <Facts delivery=delivery /> } />
        </Detail>
    }
}

/// What is known of it.
#[component]
fn Facts(
    /// The delivery.
    delivery: Sent,
) -> impl IntoView {
    let Sent { listed, mut effect, result } = delivery;
    // A whole page of HTML is read in the mailbox, not here.
    let html = effect.get_mut("payload").and_then(|payload| payload.as_object_mut()).and_then(|payload| payload.remove("html"));
    let caught = listed.channel == "email" && listed.state == "sent" && untrack(session::current).is_some_and(|session| session.mailbox);
    let mail = format!("/mailbox?open={}", listed.id);
    let (name, attempts) = (listed.channel.clone(), listed.attempts);
    view! {
        <div class="row"><State state=listed.state /><span class="quiet">{move || t!(deliveries.tried, n = attempts)}</span></div>
        {listed.said.map(|why| view! { <p class="reason">{move || said::why(&why)}</p> })}
        <dl class="facts">
            <div><dt>{tr!(deliveries.channel)}</dt><dd>{move || channel(&name)}</dd></div>
            <div><dt>{tr!(deliveries.to)}</dt><dd><Copyable text=listed.recipient /></dd></div>
            <div><dt>{tr!(deliveries.journey)}</dt><dd><a href=format!("/journeys/{}", listed.journey)><bdi>{listed.journey.clone()}</bdi></a></dd></div>
            <div><dt>{tr!(deliveries.run)}</dt><dd><a href=format!("/runs/{}", listed.run)>{tr!(deliveries.show_run)}</a></dd></div>
            <div><dt>{tr!(deliveries.asked)}</dt><dd><Exactly at=listed.created_at /></dd></div>
            {listed.settled_at.map(|at| view! { <div><dt>{tr!(deliveries.settled)}</dt><dd><Exactly at=at /></dd></div> })}
            {listed.settled_at.is_none().then_some(listed.due_at).flatten().map(|at| view! { <div><dt>{tr!(deliveries.next)}</dt><dd><Exactly at=at /></dd></div> })}
        </dl>
        {(caught && html.is_some()).then(|| view! { <p><a class="btn" href=mail>{tr!(deliveries.read)}</a></p> })}
        {result.map(|result| view! { <h3>{tr!(deliveries.result)}</h3><JsonTree value=result /> })}
        <h3>{tr!(deliveries.content)}</h3>
        <JsonTree value=effect />
    }
}

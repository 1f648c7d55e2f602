//! The list of customers.

mod erasure;
mod profile;
mod timeline;

pub use profile::CustomerPage;

use crate::api::customers::{self, Customer};
use crate::ui::{Empty, Foot, NoMatch, Page, Paged, Param, Search, When, use_rows};
use crate::{t, tr};
use leptos::prelude::*;
use leptos_router::components::A;
use tradewind_nodes::fact::ConsentStatus;

/// How many tags stand in a row.
const TAGS: usize = 3;

/// The page.
#[component]
pub fn Customers() -> impl IntoView {
    let q = Param::named("q");
    let list = Paged::new(move |cursor| customers::list(q.get(), cursor));
    list.follow(|a, b| a.who.id == b.who.id);
    use_rows(move || list.more());
    view! {
        <Page title=Signal::derive(tr!(shell.nav.customers))>
            <div class="filters" role="search"><Search param=q label=Signal::derive(tr!(customers.search)) /></div>
            <Show when=move || !list.items.with(Vec::is_empty)>
                <div class="sheet" on:click=crate::ui::press>
                    <table class="table">
                        <thead><tr>
                            <th scope="col">{tr!(customers.name)}</th>
                            <th scope="col">{tr!(customers.user_id)}</th>
                            <th scope="col">{tr!(customers.consent)}</th>
                            <th scope="col">{tr!(customers.tags)}</th>
                            <th scope="col">{tr!(customers.seen)}</th>
                        </tr></thead>
                        <tbody>
                            <For each=move || list.items.get() key=|one: &Customer| (one.who.id.clone(), one.last_seen_at) let:one><Row customer=one /></For>
                        </tbody>
                    </table>
                </div>
            </Show>
            <Foot list=list />
            <Show when=move || list.is_empty() && q.get().is_some()><NoMatch clear=move |()| q.set(None) /></Show>
            <Show when=move || list.is_empty() && q.get().is_none()>
                <Empty icon=icondata::LuUsers title=Signal::derive(tr!(customers.none)) text=Signal::derive(tr!(customers.none_text))>
                    <A href="/" attr:class="btn">{tr!(customers.how)}</A>
                </Empty>
            </Show>
        </Page>
    }
}

/// What somebody allows, in a word.
#[must_use]
pub fn consent(status: ConsentStatus) -> String {
    match status {
        ConsentStatus::Granted => t!(customers.granted),
        ConsentStatus::Denied => t!(customers.denied),
        ConsentStatus::Withdrawn => t!(customers.withdrawn),
    }
}

/// A row.
#[component]
fn Row(
    /// Who.
    customer: Customer,
) -> impl IntoView {
    let who = customer.who.clone();
    let address = who.email.clone().filter(|email| *email != who.called());
    let (id, name, user_id) = (who.id.clone(), who.called(), who.user_id.clone());
    let granted: Vec<String> =
        customer.consent.iter().filter(|(_, status)| **status == ConsentStatus::Granted).map(|(scope, _)| scope.clone()).collect();
    let more = customer.tags.len().saturating_sub(TAGS);
    view! {
        <tr data-row>
            <th scope="row" class="subject">
                <A href=format!("/customers/{id}") attr:class="open"><bdi>{name}</bdi></A>
                <small dir="ltr">{address}</small>
            </th>
            <td><bdi>{user_id}</bdi></td>
            <td>{if granted.is_empty() { view! { <span class="quiet">{tr!(customers.no_consent)}</span> }.into_any() } else { view! { <bdi>{granted.join(", ")}</bdi> }.into_any() }}</td>
            <td>
                <span class="row tight">
                    {customer.tags.iter().take(TAGS).map(|tag| view! { <span class="tag"><bdi>{tag.clone()}</bdi></span> }).collect_view()}
                    {(more > 0).then(|| view! { <span class="quiet">{format!("+{more}")}</span> })}
                </span>
            </td>
            <td class="quiet"><When at=customer.last_seen_at /></td>
        </tr>
    }
}

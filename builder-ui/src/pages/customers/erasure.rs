//! A customer's data: handed over to them, or erased for good.

use crate::api::erasures;
use crate::i18n::format::{self, Moment};
use crate::ui::{Button, Dialog, Look, Skeleton, millis, toast};
use crate::{browser, t, tr};
use leptos::prelude::*;
use leptos_router::components::A;
use std::collections::BTreeMap;
use tradewind_wire::erasures::{Certificate, Erasure, ErasureState, KeptByLaw};

/// How long between two questions whether an erasure is done, in milliseconds.
const PAUSE: u32 = 700;

/// The two buttons, for the bar of the customer's page.
#[component]
pub fn PersonalData(
    /// Who.
    #[prop(into)]
    id: Signal<String>,
    /// Set when they are to be erased.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <a class="btn" href=move || erasures::export_address(&id.get()) download=move || format!("customer-{}.json", id.get())>{tr!(customers.export)}</a>
        <Button on:click=move |_| open.set(true)>{tr!(customers.erase)}</Button>
    }
}

/// Asks whether they are to be erased. It stands beside the page: in its bar the bar's looks would be its own.
#[component]
pub fn EraseDialog(
    /// Who.
    #[prop(into)]
    id: Signal<String>,
    /// What they are called.
    #[prop(into)]
    name: Signal<String>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! { <Dialog open=open title=Signal::derive(move || t!(customers.erase_one, name = name.get()))><Erase id=id open=open /></Dialog> }
}

/// Asks, then shows how it goes on and what was done.
#[component]
fn Erase(id: Signal<String>, open: RwSignal<bool>) -> impl IntoView {
    let under_way = RwSignal::new(None::<Erasure>);
    let asked = RwSignal::new(false);
    let erase = move |_| {
        asked.set(true);
        leptos::task::spawn_local(async move {
            let erasure = match erasures::ask(&id.get_untracked()).await {
                Ok(erasure) => erasure,
                Err(failure) => {
                    asked.try_set(false);
                    return toast::trouble(failure.words());
                }
            };
            // As long as somebody looks: it goes on without them too.
            while open.try_get_untracked() == Some(true) {
                match erasures::get(&erasure).await {
                    Ok(now) => {
                        let done = now.state == ErasureState::Done;
                        under_way.try_set(Some(now));
                        if done {
                            return;
                        }
                    }
                    Err(failure) => return toast::trouble(failure.words()),
                }
                browser::pause(PAUSE).await;
            }
        });
    };
    move || match (under_way.get(), asked.get()) {
        (Some(erasure), _) if erasure.state == ErasureState::Done => done(&erasure).into_any(),
        (_, true) => view! { <p role="status">{tr!(customers.erasing)}</p><Skeleton lines=3 /> }.into_any(),
        (_, false) => view! {
            <p>{tr!(customers.erase_text)}</p>
            <p>{tr!(customers.erase_keeps)}</p>
            <div class="row end">
                <button type="button" class="btn" autofocus on:click=move |_| open.set(false)>{tr!(customers.erase_not)}</button>
                <Button look=Look::Main on:click=erase>{tr!(customers.erase_do)}</Button>
            </div>
        }
        .into_any(),
    }
}

/// The certificate.
fn done(erasure: &Erasure) -> impl IntoView + use<> {
    let Certificate { deleted, blanked, kept, ended_runs, suppressed } = erasure.certificate.clone();
    let all = |rows: &BTreeMap<String, u64>| rows.values().sum::<u64>();
    let line = |label: String, n: u64| view! { <div><dt>{label}</dt><dd>{format::number(n as f64)}</dd></div> };
    let law = |KeptByLaw { table, rows, until, duty }: KeptByLaw| {
        let until = format::moment(millis(until), Moment::Date, None);
        let label = t!(customers.kept_until, date = until);
        view! { <div><dt>{label}" "<bdi class="quiet">{table}" · "{duty}</bdi></dt><dd>{format::number(rows as f64)}</dd></div> }
    };
    let address = format!("/api/v1/erasures/{}", erasure.id);
    let file = format!("erasure-{}.json", erasure.id);
    view! {
        <p role="status"><b>{tr!(customers.erased)}</b></p>
        <dl class="facts certificate">
            {line(t!(customers.rows_deleted), all(&deleted))}
            {line(t!(customers.rows_blanked), all(&blanked))}
            {kept.into_iter().map(law).collect_view()}
            {line(t!(customers.runs_ended), ended_runs)}
            {line(t!(customers.suppressed), suppressed)}
        </dl>
        <div class="row end">
            <a class="btn" href=address download=file>{tr!(customers.certificate)}</a>
            <A href="/customers" attr:class="btn main">{tr!(customers.to_all)}</A>
        </div>
    }
}

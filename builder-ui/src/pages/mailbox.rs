//! The built-in mailbox: what journeys sent while no mail server is set up.

use crate::api::deliveries::{self, Caught, Mail};
use crate::ui::{
    Button, Detail, Empty, Exactly, Foot, JsonTree, Known, Look, NoMatch, Page, Paged, Param, Search, Tab, Tabs, When, use_fetched,
    use_rows,
};
use crate::{key, session, t, tr};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Mailbox() -> impl IntoView {
    let (q, open) = (Param::named("q"), Param::named("open"));
    let list = Paged::new(move |cursor| deliveries::mails(q.get(), cursor));
    list.follow(|a, b| a.id == b.id);
    use_rows(move || list.more());
    let outside = move || session::current().is_some_and(|session| !session.mailbox);
    let none = Signal::derive(move || if outside() { t!(deliveries.mail.outside) } else { t!(deliveries.mail.none_text) });
    view! {
        <Page title=Signal::derive(tr!(shell.nav.mailbox))>
            <div class="filters" role="search"><Search param=q label=Signal::derive(tr!(deliveries.mail.search)) /></div>
            <div class="split mails" class:beside=move || open.get().is_some()>
                <div>
                    <Show when=move || !list.items.with(Vec::is_empty)>
                        <ul class="sheet letters" on:click=crate::ui::press>
                            <For each=move || list.items.get() key=|mail: &Caught| mail.id.clone() let:mail><Letter mail=mail open=open /></For>
                        </ul>
                    </Show>
                    <Foot list=list />
                    <Show when=move || list.is_empty() && q.get().is_some()><NoMatch clear=move |()| q.set(None) /></Show>
                    <Show when=move || list.is_empty() && q.get().is_none()>
                        <Empty icon=icondata::LuInbox title=Signal::derive(tr!(deliveries.mail.none)) text=none />
                    </Show>
                </div>
                {move || open.get().map(|id| view! { <Opened id=id close=move |()| open.set(None) /> })}
            </div>
        </Page>
    }
}

/// A mail in the list.
#[component]
fn Letter(
    /// It.
    mail: Caught,
    /// Which one is open.
    open: Param,
) -> impl IntoView {
    let id = StoredValue::new(mail.id.clone());
    let here = move || open.get().is_some_and(|open| id.with_value(|id| *id == open)).then_some("true");
    view! {
        <li data-row class:here=move || here().is_some()>
            <div class="row"><bdi class="clip">{mail.recipient}</bdi><span class="space"></span><span class="quiet"><When at=mail.at /></span></div>
            <button type="button" class="open" aria-current=here on:click=move |_| open.set(Some(id.get_value()))><bdi>{mail.subject}</bdi></button>
        </li>
    }
}

/// The mail that is open.
#[component]
fn Opened(
    /// Which.
    id: String,
    /// Closes it.
    #[prop(into)]
    close: Callback<()>,
) -> impl IntoView {
    let (found, retry) = use_fetched(move || {
        let id = id.clone();
        Some(async move { deliveries::read(&id).await })
    });
    let title = Signal::derive(move || match found.get() {
        Some(Ok(mail)) => mail.listed.subject,
        _ => t!(deliveries.mail.one),
    });
    view! {
        <Detail title=title close=close>
            <Known found=found retry=retry children=|mail: Mail| view! { <Parts mail=mail /> } />
        </Detail>
    }
}

/// Its parts.
#[component]
fn Parts(
    /// The mail.
    mail: Mail,
) -> impl IntoView {
    let chosen = RwSignal::new("html");
    let pictures = RwSignal::new(false);
    let Mail { listed, text, headers, .. } = mail;
    let (id, subject) = (listed.id.clone(), listed.subject.clone());
    let tabs = vec![
        Tab { id: "html", label: key!(deliveries.mail.html), count: None },
        Tab { id: "text", label: key!(deliveries.mail.text), count: None },
        Tab { id: "headers", label: key!(deliveries.mail.headers), count: None },
    ];
    let part = move || match chosen.get() {
        "text" => view! { <pre class="plain" dir="auto">{text.clone()}</pre> }.into_any(),
        "headers" => view! { <JsonTree value=headers.clone() /> }.into_any(),
        _ => {
            let (id, subject) = (id.clone(), subject.clone());
            // The server gives the page a policy of its own: no scripts, and nothing loaded from elsewhere unless asked for.
            view! {
                <div class="row"><span class="space"></span>
                    <Button look=Look::Ghost icon=icondata::LuImage disabled=pictures on:click=move |_| pictures.set(true)>{tr!(deliveries.mail.pictures)}</Button>
                </div>
                <iframe class="letter" sandbox="allow-popups allow-popups-to-escape-sandbox" title=subject src=move || deliveries::page_of(&id, pictures.get())></iframe>
            }
            .into_any()
        }
    };
    view! {
        <dl class="facts">
            <div><dt>{tr!(deliveries.mail.from)}</dt><dd><bdi>{listed.sender}</bdi></dd></div>
            <div><dt>{tr!(deliveries.to)}</dt><dd><bdi>{listed.recipient}</bdi></dd></div>
            <div><dt>{tr!(deliveries.mail.at)}</dt><dd><Exactly at=listed.at /></dd></div>
            <div><dt>{tr!(deliveries.one)}</dt><dd><a href=format!("/deliveries?open={}", listed.id)>{tr!(deliveries.mail.delivery)}</a></dd></div>
        </dl>
        <Tabs label=Signal::derive(tr!(deliveries.mail.parts)) tabs=tabs chosen=chosen />
        <div role="tabpanel" class="part" id=move || format!("panel-{}", chosen.get()) aria-labelledby=move || format!("tab-{}", chosen.get()) tabindex="0">{part}</div>
    }
}

//! API keys: who and what may talk to the workspace.

use crate::api::Failure;
use crate::api::keys::{self, Key};
use crate::ui::{Button, Copyable, Dialog, Empty, Field, Foot, Look, Page, Paged, Pill, When, toast, use_rows};
use crate::{session, t, tr};
use leptos::prelude::*;

/// What a key can allow.
const SCOPES: [&str; 4] = ["ingest", "read", "write", "admin"];

fn scope(name: &str) -> String {
    match name {
        "ingest" => t!(keys.scope.ingest),
        "read" => t!(keys.scope.read),
        "write" => t!(keys.scope.write),
        "admin" => t!(keys.scope.admin),
        other => other.to_owned(),
    }
}

fn meaning(name: &str) -> String {
    match name {
        "ingest" => t!(keys.meaning.ingest),
        "read" => t!(keys.meaning.read),
        "write" => t!(keys.meaning.write),
        _ => t!(keys.meaning.admin),
    }
}

/// The page.
#[component]
pub fn Keys() -> impl IntoView {
    let creating = RwSignal::new(false);
    let revoking = RwSignal::new(None::<Key>);
    let may = Memo::new(|_| session::current().is_some_and(|session| session.allows("admin")));
    let bar = move || {
        view! {
            <span class="space"></span>
            <Show when=move || may.get()><Button look=Look::Main icon=icondata::LuPlus on:click=move |_| creating.set(true)>{tr!(keys.create)}</Button></Show>
        }
    };
    let body = move || {
        if may.get() {
            view! { <Table creating=creating revoking=revoking /> }.into_any()
        } else {
            let (title, text) = (Signal::derive(tr!(keys.closed)), Signal::derive(tr!(keys.closed_text)));
            view! { <Empty icon=icondata::LuLock title=title text=text /> }.into_any()
        }
    };
    view! { <Page title=Signal::derive(tr!(shell.nav.keys)) bar=bar>{body}</Page> }
}

/// The list, and what is asked over it.
#[component]
fn Table(
    /// Whether a key is being made.
    creating: RwSignal<bool>,
    /// The key that is being revoked.
    revoking: RwSignal<Option<Key>>,
) -> impl IntoView {
    let list = Paged::new(keys::list);
    use_rows(move || list.more());
    view! {
        <p class="lead">{tr!(keys.lead)}</p>
        <Show when=move || !list.items.with(Vec::is_empty)>
            <div class="sheet">
                <table class="table">
                    <thead><tr>
                        <th scope="col">{tr!(keys.name)}</th>
                        <th scope="col">{tr!(keys.begins)}</th>
                        <th scope="col">{tr!(keys.allows)}</th>
                        <th scope="col">{tr!(keys.made)}</th>
                        <th scope="col">{tr!(keys.used)}</th>
                        <th scope="col"><span class="only-read">{tr!(keys.revoke)}</span></th>
                    </tr></thead>
                    <tbody><For each=move || list.items.get() key=|key: &Key| (key.id.clone(), key.revoked_at.is_some()) let:key><Row key=key revoking=revoking /></For></tbody>
                </table>
            </div>
        </Show>
        <Foot list=list />
        <Dialog open=creating title=Signal::derive(tr!(keys.create))><Create made=move |()| list.reload() /></Dialog>
        <Revoke revoking=revoking done=move |()| list.reload() />
    }
}

/// A key.
#[component]
fn Row(
    /// It.
    key: Key,
    /// Set when it is to be revoked.
    revoking: RwSignal<Option<Key>>,
) -> impl IntoView {
    let scopes = StoredValue::new(key.scopes.clone());
    let allows = move || crate::i18n::format::list(&scopes.with_value(|scopes| scopes.iter().map(|name| scope(name)).collect::<Vec<_>>()));
    let (own, name) = (key.clone(), key.name.clone());
    let label = Signal::derive(move || t!(keys.revoke_one, name = &name));
    let end = match key.revoked_at {
        Some(at) => view! { <Pill>{tr!(keys.revoked)}</Pill>" "<span class="quiet"><When at=at /></span> }.into_any(),
        None => {
            view! { <Button look=Look::Ghost label=label on:click=move |_| revoking.set(Some(own.clone()))>{tr!(keys.revoke)}</Button> }
                .into_any()
        }
    };
    view! {
        <tr class:gone=key.revoked_at.is_some()>
            <th scope="row" class="subject"><bdi>{key.name.clone()}</bdi></th>
            <td><code dir="ltr">{key.prefix.clone()}"…"</code></td>
            <td>{allows}</td>
            <td class="quiet"><When at=key.created_at /></td>
            <td class="quiet">{match key.last_used_at {
                Some(at) => view! { <When at=at /> }.into_any(),
                None => view! { {tr!(keys.never)} }.into_any(),
            }}</td>
            <td class="acts">{end}</td>
        </tr>
    }
}

/// Asks what the key is for and what it may, then shows it once.
#[component]
fn Create(
    /// Told when one was made.
    #[prop(into)]
    made: Callback<()>,
) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let chosen = RwSignal::new(vec!["ingest"]);
    let wrong = RwSignal::new(None::<Failure>);
    let shown = RwSignal::new(None::<String>);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        leptos::task::spawn_local(async move {
            match keys::create(name.get_untracked().trim(), &chosen.get_untracked()).await {
                Ok(key) => {
                    made.run(());
                    shown.try_set(Some(key));
                }
                Err(failure) => {
                    wrong.try_set(Some(failure));
                }
            }
        });
    };
    let error = Signal::derive(move || wrong.get().map(|failure| failure.words()));
    let toggle = move |name: &'static str, on: bool| {
        chosen.update(|chosen| {
            chosen.retain(|one| *one != name);
            if on {
                chosen.push(name);
            }
        });
    };
    let one = move |name: &'static str| {
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || chosen.with(|chosen| chosen.contains(&name)) on:change=move |event| toggle(name, event_target_checked(&event)) />
                <span><b>{move || scope(name)}</b><small>{move || meaning(name)}</small></span>
            </label>
        }
    };
    let form = move || {
        view! {
            <form class="form" on:submit=send>
                <Field label=Signal::derive(tr!(keys.name)) id="key-name" hint=Signal::derive(tr!(keys.name_hint)) error=error>
                    <input id="key-name" class="in" dir="auto" autofocus required maxlength="100" aria-describedby="key-name-hint key-name-error" bind:value=name />
                </Field>
                <fieldset><legend>{tr!(keys.allows)}</legend>{SCOPES.map(one).into_iter().collect_view()}</fieldset>
                <div class="row end"><Button look=Look::Main submits=true disabled=Signal::derive(move || chosen.with(Vec::is_empty))>{tr!(keys.create)}</Button></div>
            </form>
        }
    };
    move || match shown.get() {
        Some(key) => view! { <p role="status">{tr!(keys.once)}</p><p class="secret"><Copyable text=key /></p> }.into_any(),
        None => form().into_any(),
    }
}

/// Asks before a key is revoked: whatever uses it stops at once, and that has no way back.
#[component]
fn Revoke(
    /// Which.
    revoking: RwSignal<Option<Key>>,
    /// Told when it is.
    #[prop(into)]
    done: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if revoking.get().is_some() {
            open.set(true);
        }
    });
    let name = move || revoking.get().map(|key| key.name).unwrap_or_default();
    let revoke = move |_| {
        let Some(key) = revoking.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            match keys::revoke(&key.id).await {
                Ok(()) => {
                    open.set(false);
                    revoking.set(None);
                    done.run(());
                    toast(t!(keys.was_revoked, name = key.name));
                }
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    };
    view! {
        <Dialog open=open title=Signal::derive(move || t!(keys.revoke_one, name = name()))>
            <p>{tr!(keys.revoke_text)}</p>
            <div class="row end form"><Button look=Look::Main on:click=revoke>{tr!(keys.revoke)}</Button></div>
        </Dialog>
    }
}

//! The list of a workspace's own kinds.

use crate::api::Failure;
use crate::api::own_kinds::{self, OwnKind};
use crate::i18n::format::{self, Moment};
use crate::ui::{Empty, Page, Skeleton, Trouble};
use crate::words::field::option_words;
use crate::{t, tr};
use leptos::prelude::*;
use leptos_router::components::A;

/// The page `/kinds`.
#[component]
pub fn Kinds() -> impl IntoView {
    let found = RwSignal::new(None::<Result<Vec<OwnKind>, Failure>>);
    let load = move || {
        found.set(None);
        leptos::task::spawn_local(async move {
            found.try_set(Some(own_kinds::list().await));
        });
    };
    load();
    let fresh = || view! { <A href="/kinds/new" attr:class="btn main">{tr!(kindpage.fresh)}</A> };
    view! {
        <Page title=Signal::derive(tr!(kindpage.title)) bar=move || view! { <span class="space"></span>{fresh()} }>
            {move || match found.get() {
                None => view! { <Skeleton lines=4 /> }.into_any(),
                Some(Err(failure)) => view! { <Trouble failure=failure retry=Callback::new(move |()| load()) /> }.into_any(),
                Some(Ok(kinds)) if kinds.is_empty() => view! {
                    <Empty icon=icondata::LuCodeXml title=Signal::derive(tr!(kindpage.none)) text=Signal::derive(tr!(kindpage.none_text))>{fresh()}</Empty>
                }.into_any(),
                Some(Ok(kinds)) => view! { <p class="note lead">{tr!(kindpage.intro)}</p><Table kinds=kinds /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Table(kinds: Vec<OwnKind>) -> impl IntoView {
    let row = |kind: OwnKind| {
        let OwnKind { name, label, family, updated_at, used_by } = kind;
        let family = serde_json::to_value(family).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        let when =
            updated_at.as_deref().and_then(format::parse_moment).map(|at| format::moment(at, Moment::DateTime, None)).unwrap_or_default();
        let used = if used_by.is_empty() { t!(kindpage.unused) } else { used_by.join(", ") };
        view! {
            <tr>
                <td><A href=format!("/kinds/{name}")>{label}</A></td>
                <td><code>{name.clone()}</code></td>
                <td data-family=family.clone()>{option_words(&family)}</td>
                <td dir="auto">{used}</td>
                <td>{when}</td>
            </tr>
        }
    };
    view! {
        <table class="table kinds">
            <thead><tr>
                <th scope="col">{tr!(kindpage.label)}</th><th scope="col">{tr!(kindpage.name)}</th><th scope="col">{tr!(kindpage.family)}</th>
                <th scope="col">{tr!(kindpage.used_by)}</th><th scope="col">{tr!(kindpage.changed)}</th>
            </tr></thead>
            <tbody>{kinds.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

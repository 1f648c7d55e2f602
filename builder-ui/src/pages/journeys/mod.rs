//! The list of journeys.

mod acts;
mod create;
mod row;

pub use row::{Head, Row};

use crate::api::journey_list::{self, Listed, Wanted};
use crate::shell::{Command, use_commands};
use crate::ui::{Button, Choice, Empty, Foot, Look, NoMatch, Page, Paged, Param, Search, use_rows};
use crate::{browser, session, t, tr};
use acts::{Acts, Renaming};
use create::Create;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::components::A;

/// The page.
#[component]
pub fn Journeys() -> impl IntoView {
    let (q, status, sort, new) = (Param::named("q"), Param::named("status"), Param::named("sort"), Param::named("new"));
    let list = Paged::new(move |cursor| journey_list::list(Wanted { q: q.get(), status: status.get(), sort: sort.get() }, 50, cursor));
    let creating = RwSignal::new(false);
    Effect::new(move |_| {
        if new.get().is_some() {
            creating.set(true);
            new.set(None);
        }
    });
    let acts = Acts { list, renaming: RwSignal::new(None) };
    let may = Memo::new(|_| session::current().is_some_and(|session| session.allows("write")));
    use_rows(move || list.more());
    let pressed = move |event: web_sys::KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if plain && event.key() == "n" && may.get_untracked() && !browser::is_typing(event.target()) && !event.default_prevented() {
            event.prevent_default();
            creating.set(true);
        }
    };
    let handle = window_event_listener(ev::keydown, pressed);
    on_cleanup(move || handle.remove());
    use_commands(vec![Command::new(icondata::LuPlus, tr!(journeys.create), move || creating.set(true))]);
    let bar = move || {
        view! {
            <span class="space"></span>
            <A href="/recipes" attr:class="btn">{tr!(journeys.from_recipe)}</A>
            <Show when=move || may.get()>
                <Button look=Look::Main icon=icondata::LuPlus kbd="N" on:click=move |_| creating.set(true)>{tr!(journeys.create)}</Button>
            </Show>
        }
    };
    let narrowed = move || q.get().is_some() || status.get().is_some();
    let clear = move |()| {
        q.set(None);
        status.set(None);
    };
    view! {
        <Page title=Signal::derive(tr!(shell.nav.journeys)) bar=bar>
            <Filters q=q status=status sort=sort />
            <Show when=move || !list.items.with(Vec::is_empty)>
                <div class="sheet" on:click=crate::ui::press>
                    <table class="table">
                        <Head acts=true />
                        <tbody>
                            <For each=move || list.items.get() key=|journey: &Listed| format!("{journey:?}") let:journey>
                                <Row journey=journey actions=Some(acts) />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
            <Foot list=list />
            <Show when=move || list.is_empty() && narrowed()><NoMatch clear=clear /></Show>
            <Show when=move || list.is_empty() && !narrowed()>
                <Empty icon=icondata::LuWorkflow title=Signal::derive(tr!(journeys.none)) text=Signal::derive(tr!(journeys.none_text))>
                    <A href="/recipes" attr:class="btn main">{tr!(journeys.from_recipe)}</A>
                    <Button on:click=move |_| creating.set(true)>{tr!(journeys.empty_canvas)}</Button>
                </Empty>
            </Show>
            <Create open=creating />
            <Renaming acts=acts />
        </Page>
    }
}

/// What the list is narrowed and ordered by.
#[component]
fn Filters(
    /// What is searched for.
    q: Param,
    /// What they do.
    status: Param,
    /// The order.
    sort: Param,
) -> impl IntoView {
    let statuses = Signal::derive(|| {
        let named = |value: &str, words: String| (value.to_owned(), words);
        vec![
            named("live", t!(journeys.status.live)),
            named("draft", t!(journeys.status.draft)),
            named("paused", t!(journeys.status.paused)),
            named("stopped", t!(journeys.status.stopped)),
            named("archived", t!(journeys.status.archived)),
        ]
    });
    let orders = Signal::derive(|| vec![("name".to_owned(), t!(journeys.by_name)), ("created".to_owned(), t!(journeys.by_age))]);
    view! {
        <div class="filters" role="search">
            <Search param=q label=Signal::derive(tr!(journeys.search)) />
            <Choice param=status label=Signal::derive(tr!(journeys.status_is)) options=statuses />
            <Choice param=sort label=Signal::derive(tr!(journeys.order)) options=orders none=crate::key!(journeys.by_change) />
        </div>
    }
}

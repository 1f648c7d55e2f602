//! What needs a person: gathered by journey, step and problem, so that one decision mends many.

mod dead_letters;

use crate::api::incidents::{self, Action, Filter, Group, Groups, Incident};
use crate::api::{Failure, runs};
use crate::i18n::format::{self, Moment};
use crate::shell::engine;
use crate::ui::{Button, Dialog, Empty, Foot, Kbd, Look, NoMatch, Page, Paged, Param, Pill, Skeleton, Tab, Tabs, Tone, Trouble, toast};
use crate::{browser, key, said, session, t, tr};
use dead_letters::DeadLetters;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// How long the engine is given to carry out orders before the list is read again.
const ORDER: u32 = 900;

/// The tabs, the first first.
const TABS: [&str; 3] = ["open", "settled", "dead"];

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Inbox {
    /// The journey that is looked at; all of them when there is none.
    journey: Param,
    groups: RwSignal<Option<Groups>>,
    failure: RwSignal<Option<Failure>>,
    /// The group whose people are shown.
    opened: RwSignal<Option<Filter>>,
    /// The group to be given up, once that is said again.
    doomed: RwSignal<Option<Group>>,
    asking: RwSignal<bool>,
}

impl Inbox {
    async fn read(self) {
        let wanted = self.journey.value.try_get_untracked().flatten();
        let found = incidents::groups(wanted.clone()).await;
        // Meanwhile another journey may have been chosen, of which this says nothing.
        if self.journey.value.try_get_untracked() != Some(wanted) {
            return;
        }
        match found {
            Ok(found) => {
                self.failure.try_set(None);
                self.groups.try_set(Some(found));
            }
            Err(failure) => {
                self.failure.try_set(Some(failure));
            }
        }
    }

    fn act(self, group: &Group, action: Action) {
        let filter = group.filter();
        leptos::task::spawn_local(async move {
            match incidents::act_on_all(&filter, action).await {
                Ok(n) => {
                    toast(done(action, n));
                    browser::pause(ORDER).await;
                    self.read().await;
                }
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    }
}

/// What was ordered, for how many.
fn done(action: Action, n: u64) -> String {
    match action {
        Action::Retry => t!(incidents.done.retry, n = n),
        Action::Skip => t!(incidents.done.skip, n = n),
        Action::Abort => t!(incidents.done.abort, n = n),
    }
}

/// The page.
#[component]
pub fn Incidents() -> impl IntoView {
    let inbox = Inbox {
        journey: Param::named("journey"),
        groups: RwSignal::new(None),
        failure: RwSignal::new(None),
        opened: RwSignal::new(None),
        doomed: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    // The engine says when there are more or fewer.
    let open = Memo::new(|_| engine().map(|engine| engine.incidents.count));
    Effect::new(move |_| {
        open.track();
        inbox.journey.value.track();
        leptos::task::spawn_local(inbox.read());
    });
    let param = Param::named("tab");
    let asked = param.value.get_untracked();
    let tab = RwSignal::new(TABS.into_iter().find(|tab| asked.as_deref() == Some(tab)).unwrap_or(TABS[0]));
    Effect::new(move |_| param.set(Some(tab.get()).filter(|tab| *tab != TABS[0]).map(str::to_owned)));
    let count = Signal::derive(move || {
        inbox.groups.with(|groups| groups.as_ref().map(|groups| groups.data.iter().map(|group| group.open as f64).sum()))
    });
    let dead = Signal::derive(|| engine().map(|engine| engine.dead_letters.count as f64).filter(|count| *count > 0.0));
    let tabs = vec![
        Tab { id: "open", label: key!(incidents.open), count: Some(count) },
        Tab { id: "settled", label: key!(incidents.settled), count: None },
        Tab { id: "dead", label: key!(incidents.dead.title), count: Some(dead) },
    ];
    view! {
        <Page title=Signal::derive(tr!(incidents.title))>
            <Tabs label=Signal::derive(tr!(incidents.title)) tabs=tabs chosen=tab />
            <div role="tabpanel" id="panel-open" aria-labelledby="tab-open" hidden=move || tab.get() != "open"><Open inbox=inbox /></div>
            <div role="tabpanel" id="panel-settled" aria-labelledby="tab-settled" hidden=move || tab.get() != "settled">
                <Show when=move || tab.get() == "settled"><Settled /></Show>
            </div>
            <div role="tabpanel" id="panel-dead" aria-labelledby="tab-dead" hidden=move || tab.get() != "dead">
                <Show when=move || tab.get() == "dead"><DeadLetters /></Show>
            </div>
            <Dialog open=inbox.asking title=Signal::derive(tr!(incidents.give_up_title))><GiveUp inbox=inbox /></Dialog>
        </Page>
    }
}

/// What is open.
#[component]
fn Open(
    /// The inbox.
    inbox: Inbox,
) -> impl IntoView {
    move || {
        match (inbox.groups.get(), inbox.failure.get()) {
        (Some(groups), _) if groups.data.is_empty() && inbox.journey.get().is_some() => view! { <NoMatch clear=move |()| inbox.journey.set(None) /> }.into_any(),
        (Some(groups), _) if groups.data.is_empty() => view! {
            <Empty icon=icondata::LuCircleCheck title=Signal::derive(tr!(incidents.empty.title)) text=Signal::derive(tr!(incidents.empty.text)) />
        }
        .into_any(),
        (Some(groups), _) => {
            let rows = groups.data.into_iter().map(|group| view! { <Row inbox=inbox group=group /> }).collect_view();
            let only = inbox.journey.get().map(|slug| {
                view! { <p class="row"><Pill>{slug}</Pill><Button look=Look::Ghost on:click=move |_| inbox.journey.set(None)>{tr!(lists.clear)}</Button></p> }
            });
            view! {
                {only}
                <p class="keys-hint"><Kbd keys="↑" />" "<Kbd keys="↓" />" "{tr!(incidents.keys.walk)}" "<Kbd keys="R" />" "{tr!(incidents.retry)}" "<Kbd keys="S" />" "{tr!(incidents.skip)}" "<Kbd keys="Enter" />" "{tr!(incidents.people)}</p>
                <ul class="groups" on:keydown=walk>{rows}</ul>
                {(!groups.exact).then(|| view! { <p class="hint">{tr!(incidents.partly)}</p> })}
            }
            .into_any()
        }
        (None, Some(failure)) => view! { <Trouble failure=failure retry=move |()| leptos::task::spawn_local(inbox.read()) /> }.into_any(),
        (None, None) => view! { <Skeleton lines=6 /> }.into_any(),
    }
    }
}

/// Arrows walk the groups.
fn walk(event: KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    if browser::walk(".groups > li", by) {
        event.prevent_default();
    }
}

/// What to do about a problem.
fn advice(code: &str) -> String {
    match code.split('.').next().unwrap_or_default() {
        "template" => t!(incidents.advice.template),
        "http" | "webhook" => t!(incidents.advice.http),
        "script" => t!(incidents.advice.script),
        "smtp" | "mail" => t!(incidents.advice.mail),
        "email" | "customer" | "journey" => t!(incidents.advice.person),
        "run" => t!(incidents.advice.endless),
        _ => t!(incidents.advice.other),
    }
}

/// A group.
#[component]
fn Row(
    /// The inbox.
    inbox: Inbox,
    /// The group.
    group: Group,
) -> impl IntoView {
    let may = move || session::current().is_some_and(|session| session.allows("write"));
    let group = StoredValue::new(group);
    let mine = Memo::new(move |_| inbox.opened.with(|opened| opened.as_ref() == Some(&group.with_value(Group::filter))));
    let toggle =
        move || inbox.opened.update(|opened| *opened = if mine.get_untracked() { None } else { Some(group.with_value(Group::filter)) });
    let act = move |action: Action| group.with_value(|group| inbox.act(group, action));
    let give_up = move || {
        inbox.doomed.set(Some(group.get_value()));
        inbox.asking.set(true);
    };
    let keys = move |event: KeyboardEvent| {
        let itself = event.target() == event.current_target();
        if event.ctrl_key() || event.meta_key() || event.alt_key() || !itself {
            return;
        }
        match event.key().as_str() {
            "r" if may() => act(Action::Retry),
            "s" if may() => act(Action::Skip),
            "Enter" => toggle(),
            _ => return,
        }
        event.prevent_default();
    };
    let Group { journey, journey_name, called, code, message, open, first_at, last_at, .. } = group.get_value();
    let heading = t!(incidents.people_held, n = open);
    let label = format!("{heading}: {message}");
    view! {
        <li class="group" tabindex="0" aria-label=label on:keydown=keys>
            <div class="row"><Pill tone=Tone::Bad>{heading}</Pill><a href=format!("/journeys/{journey}") dir="auto">{journey_name}</a><span aria-hidden="true">"›"</span><span dir="auto">{said::called(&called)}</span></div>
            <p class="problem" dir="auto">{message}</p>
            <p class="advice">{advice(&code)}</p>
            <p class="hint">{t!(incidents.since, first = format::instant(first_at, Moment::DateTime), last = format::instant(last_at, Moment::DateTime))}</p>
            <div class="row">
                <Show when=may>
                    <Button icon=icondata::LuRotateCcw on:click=move |_| act(Action::Retry)>{tr!(incidents.retry)}</Button>
                    <Button icon=icondata::LuSkipForward on:click=move |_| act(Action::Skip)>{tr!(incidents.skip)}</Button>
                    <Button look=Look::Ghost icon=icondata::LuCircleX on:click=move |_| give_up()>{tr!(incidents.give_up)}</Button>
                </Show>
                <span class="space"></span>
                <button type="button" class="btn ghost" aria-expanded=move || mine.get().to_string() on:click=move |_| toggle()>{tr!(incidents.people)}</button>
            </div>
            <Show when=move || mine.get()><People inbox=inbox filter=group.with_value(Group::filter) /></Show>
        </li>
    }
}

/// The people of a group.
#[component]
fn People(
    /// The inbox.
    inbox: Inbox,
    /// Which.
    filter: Filter,
) -> impl IntoView {
    let list = Paged::new(move |cursor| incidents::list(filter.clone(), cursor));
    let act = move |id: String, action: Action| {
        leptos::task::spawn_local(async move {
            match incidents::act(&id, action).await {
                Ok(()) => {
                    toast(done(action, 1));
                    list.items.try_update(|items| items.retain(|incident| incident.id != id));
                    browser::pause(ORDER).await;
                    inbox.read().await;
                }
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    };
    let row = move |incident: Incident| {
        let (retry, skip) = (incident.id.clone(), incident.id.clone());
        view! {
            <tr>
                <td><a href=format!("/runs/{}", incident.run) dir="auto">{runs::called(incident.person.as_ref())}</a></td>
                <td dir="auto">{incident.problem.message}</td>
                <td>{format::instant(incident.opened_at, Moment::DateTime)}</td>
                <td class="acts">
                    <Button look=Look::Ghost icon=icondata::LuRotateCcw label=Signal::derive(tr!(incidents.retry)) on:click=move |_| act(retry.clone(), Action::Retry) />
                    <Button look=Look::Ghost icon=icondata::LuSkipForward label=Signal::derive(tr!(incidents.skip)) on:click=move |_| act(skip.clone(), Action::Skip) />
                </td>
            </tr>
        }
    };
    view! {
        <div class="sheet">
            <table class="table">
                <thead><tr><th>{tr!(incidents.person)}</th><th>{tr!(incidents.problem)}</th><th>{tr!(incidents.when)}</th><th><span class="only-read">{tr!(incidents.actions)}</span></th></tr></thead>
                <tbody><For each=move || list.items.get() key=|incident| incident.id.clone() children=row /></tbody>
            </table>
        </div>
        <Foot list=list />
    }
}

/// Says what giving up means, for it cannot be taken back.
#[component]
fn GiveUp(
    /// The inbox.
    inbox: Inbox,
) -> impl IntoView {
    let n = inbox.doomed.with_untracked(|group| group.as_ref().map_or(0, |group| group.open));
    let go = move |_| {
        inbox.asking.set(false);
        if let Some(group) = inbox.doomed.get_untracked() {
            inbox.act(&group, Action::Abort);
        }
    };
    view! {
        <p>{t!(incidents.give_up_text, n = n)}</p>
        <div class="row ends">
            <Button on:click=move |_| inbox.asking.set(false)>{tr!(incidents.keep)}</Button>
            <Button look=Look::Main on:click=go>{tr!(incidents.give_up)}</Button>
        </div>
    }
}

/// What was settled of late.
#[component]
fn Settled() -> impl IntoView {
    let list = Paged::new(incidents::settled);
    let row = |incident: Incident| {
        let how = match incident.resolution.as_deref() {
            Some("retry") => t!(incidents.was.retry),
            Some("skip") => t!(incidents.was.skip),
            _ => t!(incidents.was.abort),
        };
        view! {
            <tr>
                <td><a href=format!("/runs/{}", incident.run) dir="auto">{runs::called(incident.person.as_ref())}</a></td>
                <td dir="auto">{said::called(&incident.called)}<small dir="auto">{incident.problem.message}</small></td>
                <td>{how}</td>
                <td>{incident.resolved_at.map(|at| format::instant(at, Moment::DateTime))}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || list.is_empty()>
            <Empty icon=icondata::LuHistory title=Signal::derive(tr!(incidents.none_settled.title)) text=Signal::derive(tr!(incidents.none_settled.text)) />
        </Show>
        <Show when=move || !list.is_empty()>
            <div class="sheet">
                <table class="table">
                    <thead><tr><th>{tr!(incidents.person)}</th><th>{tr!(incidents.problem)}</th><th>{tr!(incidents.how)}</th><th>{tr!(incidents.when)}</th></tr></thead>
                    <tbody><For each=move || list.items.get() key=|incident| incident.id.clone() children=row /></tbody>
                </table>
            </div>
        </Show>
        <Foot list=list />
    }
}

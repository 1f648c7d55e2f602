//! Events as they come in.

mod detail;
mod stream;

use crate::api::customers::Known;
use crate::api::events::{self, Arrived, Wanted};
use crate::ui::{Button, Choice, Empty, Foot, NoMatch, Page, Paged, Param, Pill, Search, Tone, When, use_fetched, use_rows};
use crate::{t, tr};
use detail::EventDetail;
use leptos::prelude::*;
use leptos_router::components::A;
use stream::Stream;

/// What the list is narrowed by.
#[derive(Clone, Copy)]
struct Narrowing {
    name: Param,
    call: Param,
    customer: Param,
    period: Param,
}

impl Narrowing {
    fn new() -> Self {
        let named = Param::named;
        Self { name: named("name"), call: named("type"), customer: named("customer"), period: named("period") }
    }
    fn all(self) -> [Param; 4] {
        [self.name, self.call, self.customer, self.period]
    }
    fn wanted(self) -> Wanted {
        let since = self.period.get().map(|days| format!("{days}d"));
        Wanted { name: self.name.get(), call: self.call.get(), customer: self.customer.get(), since }
    }
}

/// The page.
#[component]
pub fn Events() -> impl IntoView {
    let narrowing = Narrowing::new();
    let open = Param::named("open");
    let wanted = Memo::new(move |_| narrowing.wanted());
    let list = Paged::new(move |cursor| events::list(wanted.get(), 50, cursor));
    let stream = Stream::begin(list, wanted);
    // What is open stays open although newer events push it out of the list.
    let shown = RwSignal::new(None::<Arrived>);
    Effect::new(move |_| match open.get() {
        None => shown.set(None),
        Some(id) => {
            if let Some(event) = list.items.with(|items| items.iter().find(|event| event.id == id).cloned()) {
                shown.set(Some(event));
            }
        }
    });
    use_rows(move || list.more());
    let narrowed = move || narrowing.all().into_iter().any(|param| param.get().is_some());
    let clear = move |()| narrowing.all().into_iter().for_each(|param| param.set(None));
    view! {
        <Page title=Signal::derive(tr!(shell.nav.events)) bar=move || view! { <Bar stream=stream /> }>
            <Filters narrowing=narrowing />
            <div class="split" class:beside=move || shown.with(Option::is_some)>
                <div>
                    <Show when=move || !list.items.with(Vec::is_empty)>
                        <div class="sheet" on:click=crate::ui::press>
                            <table class="table">
                                <thead><tr>
                                    <th scope="col">{tr!(events.name)}</th>
                                    <th scope="col">{tr!(events.sort)}</th>
                                    <th scope="col">{tr!(events.person)}</th>
                                    <th scope="col">{tr!(events.said)}</th>
                                    <th scope="col">{tr!(events.received)}</th>
                                </tr></thead>
                                <tbody><For each=move || list.items.get() key=|event: &Arrived| event.id.clone() let:event><Row event=event open=open /></For></tbody>
                            </table>
                        </div>
                    </Show>
                    <Foot list=list />
                    <Show when=move || list.is_empty() && narrowed()><NoMatch clear=clear /></Show>
                    <Show when=move || list.is_empty() && !narrowed()>
                        <Empty icon=icondata::LuActivity title=Signal::derive(tr!(events.none)) text=Signal::derive(tr!(events.none_text))>
                            <A href="/" attr:class="btn">{tr!(customers.how)}</A>
                        </Empty>
                    </Show>
                </div>
                {move || shown.get().map(|event| view! { <EventDetail event=event close=move |()| open.set(None) /> })}
            </div>
        </Page>
    }
}

/// Whether the page follows, and the button that changes it.
#[component]
fn Bar(
    /// What is followed.
    stream: Stream,
) -> impl IntoView {
    let on = move || stream.on.get();
    let skipped = move || Some(stream.skipped.get()).filter(|skipped| *skipped > 0);
    let tone = Signal::derive(move || if on() { Tone::Good } else { Tone::Quiet });
    view! {
        <Pill tone=tone dot=true>{move || if on() { t!(events.live) } else { t!(events.paused) }}</Pill>
        {move || skipped().map(|n| view! { <span class="quiet">{t!(events.skipped, n = n)}</span> })}
        <span class="space"></span>
        {move || if on() {
            view! { <Button icon=icondata::LuPause on:click=move |_| stream.on.set(false)>{tr!(events.pause)}</Button> }.into_any()
        } else {
            view! { <Button icon=icondata::LuPlay on:click=move |_| stream.on.set(true)>{tr!(events.resume)}</Button> }.into_any()
        }}
    }
}

/// A type of call in a word.
#[must_use]
pub fn call(name: &str) -> String {
    match name {
        "track" => t!(events.calls.track),
        "page" => t!(events.calls.page),
        "screen" => t!(events.calls.screen),
        "identify" => t!(events.calls.identify),
        "group" => t!(events.calls.group),
        "alias" => t!(events.calls.alias),
        "internal" => t!(events.calls.internal),
        other => other.to_owned(),
    }
}

const CALLS: [&str; 7] = ["track", "page", "screen", "identify", "group", "alias", "internal"];

/// The search and the choices above the list.
#[component]
fn Filters(
    /// What they set.
    narrowing: Narrowing,
) -> impl IntoView {
    let (names, _) = use_fetched(|| Some(events::names()));
    let names = move || names.get().and_then(Result::ok).unwrap_or_default();
    let calls = Signal::derive(|| CALLS.map(|name| (name.to_owned(), call(name))).to_vec());
    view! {
        <div class="filters" role="search">
            <Search param=narrowing.name label=Signal::derive(tr!(events.search)) list="event-names" />
            <datalist id="event-names">{move || names().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
            <Choice param=narrowing.call label=Signal::derive(tr!(events.sort)) options=calls />
            <Choice param=narrowing.period label=Signal::derive(tr!(lists.period)) options=Signal::derive(super::deliveries::periods) none=crate::key!(lists.any_time) />
            <Show when=move || narrowing.customer.get().is_some()>
                <Button icon=icondata::LuX on:click=move |_| narrowing.customer.set(None)>{tr!(events.one_person)}</Button>
            </Show>
        </div>
    }
}

/// What to call whoever did it.
fn called(event: &Arrived) -> String {
    event.person.as_ref().map(Known::called).unwrap_or_default()
}

/// The first properties of an event in one line.
fn glance(event: &Arrived) -> String {
    let value = |value: &tradewind_nodes::Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let simple = event.properties.iter().filter(|(_, value)| !value.is_object() && !value.is_array() && !value.is_null());
    simple
        .take(3)
        .map(|(name, found)| format!("{name}: {}", value(found).chars().take(40).collect::<String>()))
        .collect::<Vec<_>>()
        .join(" · ")
}

/// A row.
#[component]
fn Row(
    /// The event.
    event: Arrived,
    /// Which one is open.
    open: Param,
) -> impl IntoView {
    let id = StoredValue::new(event.id.clone());
    let here = move || open.get().is_some_and(|open| id.with_value(|id| *id == open)).then_some("true");
    let sort = event.call.clone();
    view! {
        <tr data-row class:here=move || here().is_some()>
            <th scope="row" class="subject">
                <button type="button" class="open" aria-current=here on:click=move |_| open.set(Some(id.get_value()))><bdi>{event.name.clone()}</bdi></button>
            </th>
            <td class="quiet">{move || call(&sort)}</td>
            <td class="clip"><a href=format!("/customers/{}", event.customer)><bdi>{called(&event)}</bdi></a></td>
            <td class="quiet clip"><bdi>{glance(&event)}</bdi></td>
            <td class="quiet"><When at=event.received_at /></td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_shows_simple_properties_only() {
        let event: Arrived = serde_json::from_str(
            r#"{"id": "1", "customer": "c", "type": "track", "name": "Order Completed", "at": "2026-11-23T10:00:00Z",
                "received_at": "2026-11-23T10:00:00Z", "properties": {"total": 62.5, "products": [1], "coupon": "X"}}"#,
        )
        .unwrap();
        let glance = glance(&event);
        assert!(glance.contains("total: 62.5") && glance.contains("coupon: X") && !glance.contains("products"), "{glance}");
    }
}

//! What journeys sent, or meant to.

mod detail;

use crate::api::deliveries::{self, Sending, Wanted};
use crate::api::journey_list;
use crate::ui::{Choice, Empty, Foot, NoMatch, Page, Paged, Param, Pill, Tone, When, use_fetched, use_rows};
use crate::words::delivery;
use crate::{browser, t, tr};
use detail::DeliveryDetail;
use leptos::prelude::*;
use tradewind_nodes::kinds;
use tradewind_nodes::time::Timestamp;

/// The days of the choices of a period.
const PERIODS: [(&str, i64); 3] = [("1", 1), ("7", 7), ("30", 30)];

/// The state of a delivery as a pill.
#[component]
pub fn State(
    /// As the API names it.
    state: String,
) -> impl IntoView {
    let tone = match state.as_str() {
        "sent" => Tone::Good,
        "failed" => Tone::Bad,
        _ => Tone::Quiet,
    };
    view! { <Pill tone=tone>{move || delivery::state(&state)}</Pill> }
}

/// The choices of a period.
#[must_use]
pub fn periods() -> Vec<(String, String)> {
    let words = |days: i64| match days {
        1 => t!(lists.day),
        7 => t!(lists.week),
        _ => t!(lists.month),
    };
    PERIODS.iter().map(|(value, days)| ((*value).to_owned(), words(*days))).collect()
}

/// When a period began.
fn begin(days: &str) -> Option<Timestamp> {
    let (_, days) = PERIODS.iter().find(|(value, _)| *value == days)?;
    Some(Timestamp::from_micros(browser::now() as i64 * 1_000 - days * 86_400_000_000))
}

/// What the list is narrowed by.
#[derive(Clone, Copy)]
struct Narrowing {
    state: Param,
    channel: Param,
    journey: Param,
    period: Param,
}

impl Narrowing {
    fn new() -> Self {
        let named = Param::named;
        Self { state: named("state"), channel: named("channel"), journey: named("journey"), period: named("period") }
    }
    fn all(self) -> [Param; 4] {
        [self.state, self.channel, self.journey, self.period]
    }
    fn wanted(self) -> Wanted {
        let since = self.period.get().as_deref().and_then(begin);
        Wanted { journey: self.journey.get(), state: self.state.get(), channel: self.channel.get(), since }
    }
}

/// The page.
#[component]
pub fn Deliveries() -> impl IntoView {
    let narrowing = Narrowing::new();
    let open = Param::named("open");
    let list = Paged::new(move |cursor| deliveries::list(narrowing.wanted(), cursor));
    list.follow(|a, b| a.id == b.id);
    use_rows(move || list.more());
    let narrowed = move || narrowing.all().into_iter().any(|param| param.get().is_some());
    let clear = move |()| narrowing.all().into_iter().for_each(|param| param.set(None));
    view! {
        <Page title=Signal::derive(tr!(shell.nav.deliveries))>
            <Filters narrowing=narrowing />
            <div class="split" class:beside=move || open.get().is_some()>
                <div>
                    <Show when=move || !list.items.with(Vec::is_empty)>
                        <div class="sheet" on:click=crate::ui::press>
                            <table class="table">
                                <thead><tr>
                                    <th scope="col">{tr!(deliveries.what)}</th>
                                    <th scope="col">{tr!(deliveries.state)}</th>
                                    <th scope="col">{tr!(deliveries.to)}</th>
                                    <th scope="col">{tr!(deliveries.journey)}</th>
                                    <th scope="col">{tr!(deliveries.asked)}</th>
                                </tr></thead>
                                <tbody><For each=move || list.items.get() key=|one: &Sending| format!("{}{}{}", one.id, one.state, one.attempts) let:one><Row delivery=one open=open /></For></tbody>
                            </table>
                        </div>
                    </Show>
                    <Foot list=list />
                    <Show when=move || list.is_empty() && narrowed()><NoMatch clear=clear /></Show>
                    <Show when=move || list.is_empty() && !narrowed()>
                        <Empty icon=icondata::LuSend title=Signal::derive(tr!(deliveries.none)) text=Signal::derive(tr!(deliveries.none_text)) />
                    </Show>
                </div>
                {move || open.get().map(|id| view! { <DeliveryDetail id=id close=move |()| open.set(None) /> })}
            </div>
        </Page>
    }
}

/// The choices above the list.
#[component]
fn Filters(
    /// What they set.
    narrowing: Narrowing,
) -> impl IntoView {
    let states = Signal::derive(|| {
        ["pending", "sending", "sent", "failed", "suppressed"].map(|name| (name.to_owned(), delivery::state(name))).to_vec()
    });
    let channels =
        Signal::derive(|| kinds::channels().map(|known| (known.name.to_owned(), delivery::channel(known.name))).collect::<Vec<_>>());
    let order = journey_list::Wanted { sort: Some("name".to_owned()), ..journey_list::Wanted::default() };
    let (journeys, _) = use_fetched(move || Some(journey_list::list(order.clone(), 200, None)));
    let names = Signal::derive(move || {
        let page = journeys.get().and_then(Result::ok);
        page.map(|page| page.data.into_iter().map(|journey| (journey.slug, journey.name)).collect()).unwrap_or_default()
    });
    view! {
        <div class="filters" role="search">
            <Choice param=narrowing.state label=Signal::derive(tr!(deliveries.state)) options=states />
            <Choice param=narrowing.channel label=Signal::derive(tr!(deliveries.channel)) options=channels />
            <Choice param=narrowing.journey label=Signal::derive(tr!(deliveries.journey)) options=names />
            <Choice param=narrowing.period label=Signal::derive(tr!(lists.period)) options=Signal::derive(periods) none=crate::key!(lists.any_time) />
        </div>
    }
}

/// A row.
#[component]
fn Row(
    /// The delivery.
    delivery: Sending,
    /// Which one is open.
    open: Param,
) -> impl IntoView {
    let id = StoredValue::new(delivery.id.clone());
    let here = move || open.get().is_some_and(|open| id.with_value(|id| *id == open)).then_some("true");
    let picture = kinds::channel_icon(&delivery.channel).map_or_else(|| icondata::LuSend.into(), crate::ui::Picture);
    let recipient = match &delivery.customer {
        Some(customer) => view! { <a href=format!("/customers/{customer}")><bdi>{delivery.recipient.clone()}</bdi></a> }.into_any(),
        None => view! { <bdi>{delivery.recipient.clone()}</bdi> }.into_any(),
    };
    view! {
        <tr data-row class:here=move || here().is_some()>
            <th scope="row" class="subject">
                <button type="button" class="open" aria-current=here on:click=move |_| open.set(Some(id.get_value()))>
                    <crate::ui::Icon icon=picture size=15 /><bdi>{delivery.title.clone()}</bdi>
                </button>
            </th>
            <td><State state=delivery.state.clone() /></td>
            <td class="clip">{recipient}</td>
            <td class="clip"><bdi>{delivery.journey.clone()}</bdi></td>
            <td class="quiet"><When at=delivery.created_at /></td>
        </tr>
    }
}

//! Ticks: a schedule's, and the days of anniversaries.

use super::entry::{self, Opening};
use super::start::key_of;
use crate::catalog::LiveJourney;
use crate::changes::ScheduleRow;
use crate::state::State;
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, JourneyId, WorkspaceId};
use tradewind_nodes::kind::{LeapDay, Trigger};
use tradewind_nodes::kinds::{day_of, next_anniversary};
use tradewind_nodes::predicate::{self, Predicate};
use tradewind_nodes::run::RefusalReason;
use tradewind_nodes::time::{LocalTime, Timestamp, Zone};
use uuid::Uuid;

/// A tick for one customer (or nobody).
pub(super) fn tick(state: &mut State, workspace: WorkspaceId, journey: JourneyId, node: &str, customer: Option<CustomerId>, at: Timestamp) {
    let catalog = state.catalog.clone();
    let Some(live) = catalog.journey(workspace, journey) else { return };
    let Some((index, trigger)) = live.program.triggers.iter().find(|(index, _)| live.program.nodes[*index].id.as_str() == node) else {
        return;
    };
    let customer = customer.map(|id| state.resolve(id));
    if let Trigger::Schedule { audience, .. } = trigger {
        return enter(state, workspace, live, Tick { node: *index, customer, audience: audience.as_ref(), at, year: None });
    }
    let (Some(day), Some(id)) = (Day::of(trigger), customer) else { return };
    if state.customers.get(&id).is_none_or(|entry| entry.fresh) {
        return;
    }
    // A first tick without a row is the fan-out of a publish: it only plans the day.
    let zone = zone_of(state, live, id);
    let today = day.next(state, id, &zone, Timestamp::from_micros(at.micros() - 1)) == Some(at);
    let next = day.next(state, id, &zone, at.max(state.now));
    let node = live.program.nodes[*index].id.clone();
    state.changes.schedules.push(ScheduleRow { workspace, journey, node, subject: id.0, due_at: next });
    if today {
        let year = at.in_zone(&zone.0).year();
        enter(state, workspace, live, Tick { node: *index, customer, audience: day.audience, at, year: Some(year) });
    }
}

/// Plans the anniversaries of a customer whose profile changed.
pub fn plan_anniversaries(state: &mut State, workspace: WorkspaceId, customer: CustomerId) {
    let catalog = state.catalog.clone();
    let Some(shared) = catalog.workspaces.get(&workspace) else { return };
    for live in &shared.anniversaries {
        for (index, trigger) in &live.program.triggers {
            let Some(day) = Day::of(trigger) else { continue };
            let due_at = day.next(state, customer, &zone_of(state, live, customer), state.now);
            let node = live.program.nodes[*index].id.clone();
            state.changes.schedules.push(ScheduleRow { workspace, journey: live.id, node, subject: customer.0, due_at });
        }
    }
}

fn zone_of(state: &State, live: &LiveJourney, customer: CustomerId) -> Zone {
    let own = state.customers.get(&customer).and_then(|entry| entry.profile.customer.zone());
    own.or_else(|| live.program.settings.timezone.clone()).unwrap_or(Zone::UTC)
}

/// The day of an anniversary trigger.
struct Day<'a> {
    fact: &'a str,
    offset_days: i64,
    at: LocalTime,
    leap_day: LeapDay,
    audience: Option<&'a Predicate>,
}

impl<'a> Day<'a> {
    fn of(trigger: &'a Trigger) -> Option<Self> {
        let Trigger::Anniversary { fact, offset_days, at, leap_day, audience } = trigger else { return None };
        Some(Self { fact, offset_days: *offset_days, at: *at, leap_day: *leap_day, audience: audience.as_ref() })
    }

    /// A customer's next day after `after`; None when they have no such date.
    fn next(&self, state: &State, customer: CustomerId, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let facts = state.facts(Some(customer), None, state.now);
        let date = day_of(facts.get(self.fact)?.as_ref())?;
        next_anniversary(date, self.offset_days, self.at, self.leap_day, zone, after)
    }
}

/// The event that a tick stands for, without its id.
pub(super) fn event(at: Timestamp) -> Event {
    let mut properties = JsonMap::new();
    properties.insert("tick".into(), at.to_string().into());
    Event { id: EventId(Uuid::nil()), name: "Schedule".into(), at, properties, context: JsonMap::new() }
}

/// A tick of one trigger.
struct Tick<'a> {
    /// The trigger's node, an index into the program.
    node: usize,
    customer: Option<CustomerId>,
    audience: Option<&'a Predicate>,
    at: Timestamp,
    /// The year of an anniversary: once a year, whatever the re-entry rule, so that a birthday that is corrected does not come twice.
    year: Option<i16>,
}

fn enter(state: &mut State, workspace: WorkspaceId, live: &Arc<LiveJourney>, tick: Tick<'_>) {
    let Tick { node, customer, audience, at, year } = tick;
    let event = Event { id: EventId(state.ids.id()), ..event(at) };
    if let (Some(audience), Some(id)) = (audience, customer) {
        state.customer(workspace, id);
        let verdict = predicate::evaluate(audience, &state.facts(customer, Some(&event), at));
        if !verdict.holds {
            return entry::refuse(state, workspace, live, (customer, None), RefusalReason::Filter, verdict.why.into());
        }
    }
    let key = match year {
        Some(year) => {
            let key = customer.map(|id| format!("{id}/{}/{year}", live.program.nodes[node].id));
            if key.as_ref().is_some_and(|key| state.holders.contains_key(&(live.id, key.clone()))) {
                return;
            }
            Ok(key)
        }
        None => key_of(state, live, customer, &event),
    };
    entry::open_by(state, workspace, live, key, |key| Opening { node, key, event: Some(event), customer });
}

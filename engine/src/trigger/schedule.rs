//! Schedules and anniversaries: ticks, and the fan-out over an audience.

use super::{open, start};
use crate::EngineError;
use crate::catalog::LiveJourney;
use crate::inbox::Pending;
use crate::incoming::Incoming;
use crate::world::{ScheduleRow, World};
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{Event, Facts, NO_OUTPUTS};
use tradewind_nodes::id::{CustomerId, EventId, JourneyId, NodeId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::kinds::{day_of, next_anniversary};
use tradewind_nodes::predicate;
use tradewind_nodes::run::RefusalReason;
use tradewind_nodes::time::{Timestamp, Zone};
use tradewind_store::{Db, Value};
use uuid::Uuid;

/// Customers of a page of a fan-out.
pub(crate) const PAGE: i64 = 500;
pub(crate) const AUDIENCE: &str =
    "SELECT id FROM customers WHERE workspace_id = $1 AND id > $2 AND merged_into IS NULL ORDER BY id LIMIT $3";

/// One page of a fan-out: who, and where to go on.
pub(crate) struct FanOutPage {
    pub customers: Vec<CustomerId>,
    pub next: Option<CustomerId>,
}

/// Reads the next page of a fan-out.
pub(crate) async fn page(db: &Db, workspace: WorkspaceId, after: Option<CustomerId>) -> Result<FanOutPage, EngineError> {
    let from = after.map_or(Uuid::nil(), |c| c.0);
    let rows = db.query(AUDIENCE, vec![workspace.0.into(), from.into(), Value::Int(PAGE)]).await?;
    let customers = rows.iter().map(|row| row.uuid(0).map(CustomerId)).collect::<Result<Vec<_>, _>>()?;
    let next = if rows.len() < usize::try_from(PAGE).unwrap_or(0) { None } else { customers.last().copied() };
    Ok(FanOutPage { customers, next })
}

/// A tick for one customer (or nobody).
pub(super) fn tick(world: &mut World, workspace: WorkspaceId, journey: JourneyId, node: &str, customer: Option<CustomerId>, at: Timestamp) {
    let catalog = world.catalog.clone();
    let Some(live) = catalog.workspaces.get(&workspace).and_then(|w| w.journeys.get(&journey)) else { return };
    let Some((index, trigger)) = live.program.triggers.iter().find(|(index, _)| live.program.nodes[*index].id.as_str() == node) else {
        return;
    };
    let customer = customer.map(|id| world.resolve(id));
    match trigger {
        Trigger::Schedule { audience, .. } => enter(world, workspace, live, *index, customer, audience.as_ref(), at, None),
        Trigger::Anniversary { audience, .. } => {
            let Some(id) = customer else { return };
            if world.customers.get(&id).is_none_or(|entry| entry.fresh) {
                return;
            }
            let row = schedule_key(live, *index, id);
            // A first tick without a row is the fan-out of a publish: it only plans the day.
            let due = anniversary(world, live, *index, id, at);
            world.out.schedules.push(ScheduleRow { workspace, journey, node: row, subject: id.0, due_at: due.next });
            if due.today {
                let year = at.in_zone(&zone_of(world, live, id).0).year();
                enter(world, workspace, live, *index, Some(id), audience.as_ref(), at, Some(year));
            }
        }
        _ => {}
    }
}

struct Due {
    today: bool,
    next: Option<Timestamp>,
}

fn zone_of(world: &World, live: &LiveJourney, customer: CustomerId) -> Zone {
    let own = world.customers.get(&customer).and_then(|entry| entry.profile.customer.zone());
    own.or_else(|| live.program.settings.timezone.clone()).unwrap_or(Zone::UTC)
}

fn schedule_key(live: &LiveJourney, index: usize, _customer: CustomerId) -> NodeId {
    live.program.nodes[index].id.clone()
}

/// Whether `at` is the anniversary, and when the next one is.
fn anniversary(world: &World, live: &LiveJourney, index: usize, customer: CustomerId, at: Timestamp) -> Due {
    let none = Due { today: false, next: None };
    let Some((_, Trigger::Anniversary { fact, offset_days, at: time, leap_day, .. })) =
        live.program.triggers.iter().find(|(i, _)| *i == index)
    else {
        return none;
    };
    let Some(entry) = world.customers.get(&customer) else { return none };
    let facts = Facts {
        customer: Some(&entry.profile.customer),
        history: &[],
        segments: &entry.segments,
        event: None,
        outputs: &NO_OUTPUTS,
        run: None,
        now: world.now,
    };
    let Some(date) = facts.get(fact).and_then(|value| day_of(&value)) else { return none };
    let zone = zone_of(world, live, customer);
    let next_after = |after: Timestamp| next_anniversary(date, *offset_days, *time, *leap_day, &zone, after);
    let today = next_after(Timestamp::from_micros(at.micros() - 1)) == Some(at);
    Due { today, next: next_after(at.max(world.now)) }
}

/// Plans the anniversaries of a customer whose profile changed.
pub(crate) fn plan(world: &mut World, workspace: WorkspaceId, customer: CustomerId) {
    let catalog = world.catalog.clone();
    let Some(shared) = catalog.workspaces.get(&workspace) else { return };
    for live in &shared.anniversaries {
        for (index, trigger) in &live.program.triggers {
            if matches!(trigger, Trigger::Anniversary { .. }) {
                let due = anniversary(world, live, *index, customer, world.now);
                let node = schedule_key(live, *index, customer);
                world.out.schedules.push(ScheduleRow { workspace, journey: live.id, node, subject: customer.0, due_at: due.next });
            }
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn enter(
    world: &mut World,
    workspace: WorkspaceId,
    live: &std::sync::Arc<LiveJourney>,
    node: usize,
    customer: Option<CustomerId>,
    audience: Option<&predicate::Predicate>,
    at: Timestamp,
    year: Option<i16>,
) {
    let mut properties = JsonMap::new();
    properties.insert("tick".into(), at.to_string().into());
    let event = Event { id: EventId(world.env.id()), name: "Schedule".into(), at, properties, context: JsonMap::new() };
    if let (Some(audience), Some(id)) = (audience, customer) {
        let entry = world.customer(workspace, id);
        let facts = Facts {
            customer: Some(&entry.profile.customer),
            history: &entry.history,
            segments: &entry.segments,
            event: Some(&event),
            outputs: &NO_OUTPUTS,
            run: None,
            now: at,
        };
        let verdict = predicate::evaluate(audience, &facts);
        if !verdict.holds {
            open::refuse(world, workspace, live, id, None, RefusalReason::Filter, verdict.why.into());
            return;
        }
    }
    let key = match year {
        // Once a year, whatever the re-entry rule: a birthday that is corrected does not come twice.
        Some(year) => {
            let key = customer.map(|id| format!("{id}/{}/{year}", live.program.nodes[node].id));
            if key.as_ref().is_some_and(|key| world.holders.contains_key(&(live.id, key.clone()))) {
                return;
            }
            Ok(key)
        }
        None => start::key_of(world, live, customer, &event),
    };
    match key {
        Ok(key) => drop(open::open(world, workspace, live, open::Opening { node, key, event: Some(event), customer })),
        Err(why) => {
            if let Some(id) = customer {
                open::refuse(world, workspace, live, id, None, RefusalReason::Key, why);
            }
        }
    }
}

impl FanOutPage {
    /// The page as ticks, and the next page.
    pub fn rows(&self, env: &crate::Environment, workspace: WorkspaceId, journey: JourneyId, node: &str, at: Timestamp) -> Vec<Pending> {
        let received_at = env.now();
        let derived = |customer: &CustomerId| {
            tradewind_nodes::id::derived(workspace, &["tick", &journey.to_string(), node, &at.to_string(), &customer.to_string()])
        };
        let mut rows: Vec<Pending> = self
            .customers
            .iter()
            .map(|customer| Pending {
                id: Some(derived(customer)),
                workspace,
                incoming: Incoming::Tick { journey, node: node.to_owned(), customer: Some(*customer), at },
                received_at,
            })
            .collect();
        if let Some(next) = self.next {
            let incoming = Incoming::FanOut { journey, node: node.to_owned(), at, after: Some(next) };
            rows.push(Pending { id: Some(env.id()), workspace, incoming, received_at });
        }
        rows
    }

    /// The page as looks at each customer's segments, and the next page.
    pub fn looks(&self, env: &crate::Environment, workspace: WorkspaceId) -> Vec<Pending> {
        let received_at = env.now();
        let customers = self.customers.iter().map(|customer| Incoming::Segment { customer: *customer });
        let next = self.next.map(|after| Incoming::Backfill { after: Some(after) });
        customers.chain(next).map(|incoming| Pending { id: Some(env.id()), workspace, incoming, received_at }).collect()
    }
}

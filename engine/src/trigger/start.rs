//! Runs started by the API or by another journey.

use super::open;
use crate::incoming::StartDoor;
use crate::world::World;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{Event, Facts, NO_OUTPUTS, NO_SEGMENTS};
use tradewind_nodes::id::{CustomerId, EventId, JourneyId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::run::{RefusalReason, run_key};
use tradewind_nodes::why::Why;

/// What was asked for.
pub(super) struct Wanted<'a> {
    pub journey: JourneyId,
    pub customer: Option<CustomerId>,
    pub user_id: Option<&'a str>,
    pub data: &'a JsonMap,
    pub key: Option<&'a str>,
    pub via: StartDoor,
    pub depth: u32,
}

pub(super) fn route(world: &mut World, workspace: WorkspaceId, wanted: &Wanted<'_>) {
    let catalog = world.catalog.clone();
    let Some(live) = catalog.workspaces.get(&workspace).and_then(|w| w.journeys.get(&wanted.journey)) else {
        tracing::warn!(journey = %wanted.journey, "a start was asked of a journey that is not live: nobody entered");
        return;
    };
    let door = |trigger: &Trigger| match wanted.via {
        StartDoor::Api => matches!(trigger, Trigger::Api),
        StartDoor::Journey => matches!(trigger, Trigger::Journey | Trigger::Api),
    };
    let customer = wanted.customer.map(|id| world.resolve(id));
    if let Some(id) = customer {
        let entry = world.customer(workspace, id);
        if entry.profile.customer.user_id.is_none() && wanted.user_id.is_some() {
            entry.profile.customer.user_id = wanted.user_id.map(str::to_owned);
            entry.changed = true;
        }
    }
    let Some((node, _)) = live.program.triggers.iter().find(|(_, trigger)| door(trigger)) else {
        if let Some(customer) = customer {
            open::refuse(world, workspace, live, customer, None, RefusalReason::Key, Why::NoDoor);
        }
        return;
    };
    let name = match wanted.via {
        StartDoor::Api => "Started by API",
        StartDoor::Journey => "Started by journey",
    };
    let event = Event {
        id: EventId(world.env.id()),
        name: name.into(),
        at: world.now,
        properties: wanted.data.clone(),
        context: Event::context_at(wanted.depth),
    };
    let key = match wanted.key {
        Some(key) => Ok(Some(customer.map_or_else(|| key.to_owned(), |id| format!("{id}/{key}")))),
        None => key_of(world, live, customer, &event),
    };
    match key {
        Ok(key) => drop(open::open(world, workspace, live, open::Opening { node: *node, key, event: Some(event), customer })),
        Err(why) => {
            if let Some(customer) = customer {
                open::refuse(world, workspace, live, customer, None, RefusalReason::Key, why);
            }
        }
    }
}

/// The run key as the journey's settings make it from what is known.
pub(super) fn key_of(
    world: &World,
    live: &crate::catalog::LiveJourney,
    customer: Option<CustomerId>,
    event: &Event,
) -> Result<Option<String>, Why> {
    let entry = customer.and_then(|id| world.customers.get(&id));
    let facts = Facts {
        customer: entry.map(|e| &e.profile.customer),
        history: entry.map_or(&[], |e| &e.history),
        segments: entry.map_or(&NO_SEGMENTS, |e| &e.segments),
        event: Some(event),
        outputs: &NO_OUTPUTS,
        run: None,
        now: world.now,
    };
    run_key(&live.program, &facts)
}

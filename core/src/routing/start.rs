//! Runs started by the API or by another journey.

use super::entry::{self, Opening};
use crate::catalog::LiveJourney;
use crate::message::StartDoor;
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, JourneyId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::run::{RefusalReason, run_key};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use uuid::Uuid;

/// What was asked for.
pub(super) struct Start<'a> {
    pub journey: JourneyId,
    pub customer: Option<CustomerId>,
    pub user_id: Option<&'a str>,
    pub data: &'a JsonMap,
    pub key: Option<&'a str>,
    pub via: StartDoor,
    pub depth: u32,
}

pub(super) fn route(state: &mut State, workspace: WorkspaceId, start: &Start<'_>) {
    let catalog = state.catalog.clone();
    // Gone since it was asked: nobody enters, and the journey is no longer there to say so.
    let Some(live) = catalog.journey(workspace, start.journey) else { return };
    let fits = |trigger: &Trigger| match start.via {
        StartDoor::Api => matches!(trigger, Trigger::Api),
        StartDoor::Journey => matches!(trigger, Trigger::Journey | Trigger::Api),
    };
    let customer = start.customer.map(|id| state.resolve(id));
    if let Some(id) = customer {
        let entry = state.customer(workspace, id);
        if entry.profile.customer.user_id.is_none() && start.user_id.is_some() {
            entry.profile.customer.user_id = start.user_id.map(str::to_owned);
            entry.changed = true;
        }
    }
    let Some((node, _)) = live.program.triggers.iter().find(|(_, trigger)| fits(trigger)) else {
        return entry::refuse(state, workspace, live, (customer, None), RefusalReason::Key, Why::NoDoor);
    };
    let id = EventId(state.ids.id());
    let event = Event { id, context: Event::context_at(start.depth), ..event(start.via, start.data.clone(), state.now) };
    let key = match start.key {
        Some(key) => Ok(Some(customer.map_or_else(|| key.to_owned(), |id| format!("{id}/{key}")))),
        None => key_of(state, live, customer, &event),
    };
    entry::open_by(state, workspace, live, key, |key| Opening { node: *node, key, event: Some(event), customer });
}

/// The event that a start stands for, without its id.
pub(super) fn event(via: StartDoor, data: JsonMap, now: Timestamp) -> Event {
    let name = match via {
        StartDoor::Api => "Started by API",
        StartDoor::Journey => "Started by journey",
    };
    Event { id: EventId(Uuid::nil()), name: name.into(), at: now, properties: data, context: JsonMap::new() }
}

/// The run key as the journey's settings make it from what is known.
pub(super) fn key_of(state: &State, live: &LiveJourney, customer: Option<CustomerId>, event: &Event) -> Result<Option<String>, Why> {
    run_key(&live.program, &state.facts(customer, Some(event), state.now))
}

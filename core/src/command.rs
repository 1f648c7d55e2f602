//! What steps ask for inside: done in the commit of the step, or sent to the inbox where it concerns others.

use crate::changes::StartedJourney;
use crate::message::{Call, Incoming, IncomingEvent, StartDoor};
use crate::routing::plan_anniversaries;
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::effect::Command;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, RunId, WorkspaceId};

/// The run that gives a command.
pub(crate) struct Giver {
    pub workspace: WorkspaceId,
    pub run: RunId,
    pub customer: Option<CustomerId>,
    /// How many journeys what it records comes of.
    pub depth: u32,
}

/// Applies a command. `key` is the command's own, the same whenever the step is repeated.
pub(crate) fn apply(state: &mut State, giver: &Giver, key: &str, command: Command) {
    match command {
        // The step has changed the customer in place already.
        Command::SetAttributes { .. } => {
            if let Some(customer) = giver.customer {
                plan_anniversaries(state, giver.workspace, customer);
                state.send(giver.workspace, Incoming::Segment { customer });
            }
        }
        Command::RecordEvent { name, properties } => record(state, giver, name, properties, key),
        Command::ReachGoal { goal } => {
            let mut properties = JsonMap::new();
            properties.insert("goal".into(), goal.into());
            properties.insert("run".into(), giver.run.to_string().into());
            record(state, giver, "Goal Reached".into(), properties, key);
        }
        Command::StartJourney { journey, user_id, data } => start(state, giver, journey, user_id, data),
    }
}

fn start(state: &mut State, giver: &Giver, journey: String, user_id: Option<String>, data: JsonMap) {
    let catalog = state.catalog.clone();
    let live = catalog.workspaces.get(&giver.workspace).and_then(|w| w.journeys.values().find(|live| live.slug == journey));
    let customer = user_id.as_deref().map(|user| CustomerId::of_user(giver.workspace, user)).or(giver.customer);
    let told = StartedJourney { by: giver.run, journey, customer, data: data.clone(), live: live.is_some() };
    state.changes.started.push(told);
    if let Some(live) = live {
        let (via, depth) = (StartDoor::Journey, giver.depth);
        state.send(giver.workspace, Incoming::Start { journey: live.id, customer, user_id, data, key: None, via, depth });
    }
}

fn record(state: &mut State, giver: &Giver, name: String, properties: JsonMap, message_id: &str) {
    let Some(customer) = giver.customer else { return };
    let event = IncomingEvent {
        id: EventId(state.ids.id()),
        customer_id: Some(customer),
        call: Call::Internal,
        user_id: None,
        anonymous_id: None,
        previous_id: None,
        name,
        properties,
        context: Event::context_at(giver.depth),
        at: state.now,
        received_at: state.now,
        message_id: message_id.to_owned(),
    };
    state.send(giver.workspace, Incoming::Event(event));
}

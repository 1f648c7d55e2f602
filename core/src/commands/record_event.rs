//! `event.record`: an event about the run's customer, which comes in as any other.

use super::{Giver, Run};
use crate::message::{Call, Incoming, IncomingEvent};
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::command::RecordEvent;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::EventId;
use tradewind_nodes::issue::Problem;

impl Run for RecordEvent {
    fn run(self, state: &mut State, giver: &Giver<'_>) -> Result<JsonMap, Problem> {
        let Some(customer) = giver.customer else { return Ok(JsonMap::new()) };
        let event = IncomingEvent {
            id: EventId(state.ids.id()),
            customer_id: Some(customer),
            call: Call::Internal,
            user_id: None,
            anonymous_id: None,
            previous_id: None,
            name: self.name,
            properties: self.properties,
            context: Event::context_at(giver.depth),
            at: state.now,
            received_at: state.now,
            message_id: giver.key(),
        };
        state.send(giver.workspace, Incoming::Event(event));
        Ok(JsonMap::new())
    }
}

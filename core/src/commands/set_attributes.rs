//! `customer.set`: traits and tags of the run's customer.

use super::{Giver, Run};
use crate::message::Incoming;
use crate::routing::plan_anniversaries;
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::command::SetAttributes;
use tradewind_nodes::issue::Problem;

impl Run for SetAttributes {
    fn run(self, state: &mut State, giver: &Giver<'_>) -> Result<JsonMap, Problem> {
        if let Some((customer, entry)) = giver.customer.and_then(|id| Some((id, state.customers.get_mut(&id)?))) {
            entry.profile.customer.set(&self.traits, &self.add_tags, &self.remove_tags);
            entry.changed = true;
            plan_anniversaries(state, giver.workspace, customer);
            state.send(giver.workspace, Incoming::Segment { customer });
        }
        Ok(JsonMap::new())
    }
}

//! `journey.start`: another journey, for the run's customer or another, started by way of the inbox.

use super::{Giver, Run};
use crate::changes::StartedJourney;
use crate::message::{Incoming, StartDoor};
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::StartJourney;

impl Run for StartJourney {
    fn run(self, state: &mut State, giver: &Giver<'_>) -> Result<JsonMap, Problem> {
        let Self { journey, user_id, data } = self;
        let catalog = state.catalog.clone();
        let live = catalog.workspaces.get(&giver.workspace).and_then(|w| w.journeys.values().find(|live| live.slug == journey));
        let customer = user_id.as_deref().map(|user| CustomerId::of_user(giver.workspace, user)).or(giver.customer);
        let told = StartedJourney { by: giver.run, journey, customer, data: data.clone(), live: live.is_some() };
        state.changes.started.push(told);
        if let Some(live) = live {
            let (via, depth) = (StartDoor::Journey, giver.depth);
            state.send(giver.workspace, Incoming::Start { journey: live.id, customer, user_id, data, key: None, via, depth });
        }
        Ok(JsonMap::new())
    }
}

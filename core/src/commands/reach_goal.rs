//! `goal`: recorded as an event, so that other journeys and counts hear of it.

use super::{Giver, Run};
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::command::RecordEvent;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::ReachGoal;

impl Run for ReachGoal {
    fn run(self, state: &mut State, giver: &Giver<'_>) -> Result<JsonMap, Problem> {
        let properties = [("goal".to_owned(), self.goal.into()), ("run".to_owned(), giver.run.to_string().into())];
        RecordEvent { name: "Goal Reached".into(), properties: properties.into_iter().collect() }.run(state, giver)
    }
}

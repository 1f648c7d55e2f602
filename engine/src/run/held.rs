//! Runs that cannot be stepped at all: off their timer, and an incident for a person.

use crate::Environment;
use tradewind_nodes::id::RunId;
use tradewind_nodes::issue::Problem;
use tradewind_store::{Batch, Expect};

const OFF_ITS_TIMER: &str = "UPDATE runs SET due_at = NULL WHERE id = $1";
const INCIDENT_OF_RUN: &str = "INSERT INTO incidents (id, workspace_id, journey_id, version, run_id, node, visit, subject, problem, state, opened_at) \
    SELECT $1, workspace_id, journey_id, version, id, node, 1, 'run', $3, 'open', $4 FROM runs WHERE id = $2";
pub(crate) const STATEMENTS: &[&str] = &[OFF_ITS_TIMER, INCIDENT_OF_RUN];

/// The rows by which a run waits for a person, who may have it tried again: a retry sets its timer anew.
pub(crate) fn hold_rows(batch: &mut Batch, env: &Environment, run: RunId, problem: &Problem) {
    batch.execute(OFF_ITS_TIMER, vec![run.0.into()], Expect::Any);
    let told = serde_json::to_string(problem).unwrap_or_default();
    let args = vec![env.id().into(), run.0.into(), told.into(), env.now().micros().into()];
    batch.execute(INCIDENT_OF_RUN, args, Expect::Any);
}

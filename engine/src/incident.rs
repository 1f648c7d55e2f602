//! An incident's row: what runs and the relay write when a person is needed.

use crate::tables::incidents::INCIDENTS;
use tradewind_nodes::id::{JourneyId, NodeId, RunId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::insert;
use tradewind_store::{Conflict, Insert, Value};
use uuid::Uuid;

/// Opens incidents.
pub(crate) static ADD: Insert =
    insert!(INCIDENTS, [id, workspace_id, journey_id, version, run_id, node, visit, subject, problem, state, opened_at])
        // Written again when it is not known whether the first time was: the same id is the same incident.
        .on_conflict(Conflict::Ignore);

/// A new incident.
pub(crate) struct NewIncident<'a> {
    pub id: Uuid,
    pub workspace: WorkspaceId,
    pub journey: JourneyId,
    pub version: u32,
    pub run: RunId,
    pub node: &'a NodeId,
    pub visit: u32,
    /// Whether the effect failed, or the step.
    pub delivery: bool,
    pub problem: &'a Problem,
}

impl NewIncident<'_> {
    /// The row for [`ADD`].
    pub fn values(&self, now: Timestamp) -> Vec<Value> {
        metrics::counter!("tradewind_incidents_total").increment(1);
        vec![
            self.id.into(),
            self.workspace.0.into(),
            self.journey.0.into(),
            self.version.into(),
            self.run.0.into(),
            self.node.as_str().into(),
            self.visit.into(),
            if self.delivery { "delivery" } else { "run" }.into(),
            Value::json(self.problem),
            "open".into(),
            now.micros().into(),
        ]
    }
}

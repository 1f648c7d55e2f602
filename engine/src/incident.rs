//! An incident's row: what runs and the relay write when a person is needed.

use tradewind_nodes::id::{JourneyId, NodeId, RunId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Conflict, Insert, Ty, Value};
use uuid::Uuid;

/// Opens incidents.
pub(crate) static ADD: Insert = Insert::new(
    "incidents",
    &[
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("run_id", Ty::Uuid),
        ("node", Ty::Text),
        ("visit", Ty::Int),
        ("subject", Ty::Text),
        ("problem", Ty::Text),
        ("state", Ty::Text),
        ("opened_at", Ty::Int),
    ],
)
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
            serde_json::to_string(self.problem).unwrap_or_default().into(),
            "open".into(),
            now.micros().into(),
        ]
    }
}

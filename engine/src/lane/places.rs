//! Concurrency: a journey's places, and who is let in next.

use super::Lane;
use crate::EngineError;
use std::collections::{BTreeSet, HashMap};
use tradewind_nodes::id::{JourneyId, RunId};
use tradewind_store::{Query, Value};

pub(super) const THROTTLES: &str = "SELECT journey_id, free_at FROM throttles LIMIT $1";
const TAKEN: &str =
    "SELECT COUNT(*) FROM (SELECT id FROM runs WHERE journey_id = $1 AND ended_at IS NULL AND state <> 'queued' LIMIT $2) AS inside";
const QUEUED: &str = "SELECT id FROM runs WHERE journey_id = $1 AND state = 'queued' ORDER BY entered_at LIMIT $2";
pub(crate) const STATEMENTS: &[&str] = &[THROTTLES, TAKEN, QUEUED];

/// People let into one journey in one batch at most.
const MOST_ADMITTED: i64 = 500;

impl Lane {
    /// Notes journeys in which somebody queues or has left.
    pub(super) fn note_places(&mut self, started: &HashMap<JourneyId, u64>, ended: &HashMap<JourneyId, u64>) {
        if started.is_empty() && ended.is_empty() {
            return;
        }
        let catalog = self.catalogs().now();
        for workspace in catalog.workspaces.values() {
            for journey in started.keys().chain(ended.keys()) {
                if workspace.journeys.get(journey).is_some_and(|live| live.program.settings.concurrency.is_some()) {
                    self.admitting.insert(*journey);
                }
            }
        }
    }

    /// Queued runs for which a place is free.
    pub(super) async fn free_places(&mut self) -> Result<Vec<RunId>, EngineError> {
        let mut admitted = Vec::new();
        let catalog = self.catalogs().now();
        // Taken from the list only when their places are known: a read that fails must not make anybody wait for ever.
        let mut full = BTreeSet::new();
        for journey in &self.admitting {
            let journey = *journey;
            let live = catalog.workspaces.values().find_map(|w| w.journeys.get(&journey));
            let Some(limit) = live.and_then(|live| live.program.settings.concurrency) else { continue };
            let counts = vec![
                Query::new(TAKEN, vec![journey.0.into(), i64::from(limit).into()]),
                Query::new(QUEUED, vec![journey.0.into(), Value::Int(MOST_ADMITTED)]),
            ];
            let answers = self.shared.db.read(counts).await?;
            let taken = answers.first().and_then(|rows| rows.first()).map_or(Ok(0), |row| row.int(0))?;
            let free = usize::try_from(i64::from(limit) - taken).unwrap_or(0);
            let queued = answers.get(1).into_iter().flatten();
            for row in queued.take(free) {
                admitted.push(RunId(row.uuid(0)?));
            }
            if admitted.len() >= usize::try_from(MOST_ADMITTED).unwrap_or(0) {
                // There may be more of both: looked at again with the next batch.
                full.insert(journey);
            }
        }
        self.admitting = full;
        Ok(admitted)
    }
}

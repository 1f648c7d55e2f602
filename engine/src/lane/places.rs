//! Concurrency: a journey's places, and who is let in next.

use super::Lane;
use crate::EngineError;
use std::collections::{BTreeSet, HashMap};
use tradewind_core::Catalog;
use tradewind_nodes::id::{JourneyId, RunId};
use tradewind_store::{Query, Value};
use uuid::Uuid;

pub(super) const THROTTLES: &str = "SELECT journey_id, free_at FROM throttles LIMIT $1";
const TAKEN: &str =
    "SELECT COUNT(*) FROM (SELECT id FROM runs WHERE journey_id = $1 AND ended_at IS NULL AND state <> 'queued' LIMIT $2) AS inside";
const QUEUED: &str = "SELECT id FROM runs WHERE journey_id = $1 AND state = 'queued' ORDER BY entered_at LIMIT $2";
const QUEUING: &str = "SELECT id FROM journeys WHERE id = ANY($1) \
    AND EXISTS (SELECT 1 FROM runs WHERE runs.journey_id = journeys.id AND runs.state = 'queued') LIMIT $2";
pub(crate) const STATEMENTS: &[&str] = &[THROTTLES, TAKEN, QUEUED, QUEUING];

/// People let into one journey in one batch at most.
const MOST_ADMITTED: i64 = 500;

impl Lane {
    /// Notes journeys in which somebody queues or has left.
    pub(super) fn note_places(&mut self, started: &HashMap<JourneyId, u64>, ended: &HashMap<JourneyId, u64>) {
        if started.is_empty() && ended.is_empty() {
            return;
        }
        let catalog = self.catalogs().now().live.clone();
        for workspace in catalog.workspaces.values() {
            for journey in started.keys().chain(ended.keys()) {
                if workspace.journeys.get(journey).is_some_and(|live| live.program.settings.concurrency.is_some()) {
                    self.admitting.insert(*journey);
                }
            }
        }
    }

    /// Notes journeys in which somebody queues although the version published last has no limit.
    async fn note_unlimited(&mut self, catalog: &Catalog) -> Result<(), EngineError> {
        let journeys = catalog.workspaces.values().flat_map(|workspace| workspace.journeys.values());
        let unlimited: Vec<Uuid> = journeys.filter(|live| live.program.settings.concurrency.is_none()).map(|live| live.id.0).collect();
        if unlimited.is_empty() {
            return Ok(());
        }
        let limit = Value::Int(i64::try_from(unlimited.len()).unwrap_or(i64::MAX));
        for row in self.shared.db.query(QUEUING, vec![unlimited.into(), limit]).await? {
            self.admitting.insert(JourneyId(row.uuid(0)?));
        }
        Ok(())
    }

    /// Queued runs for which a place is free.
    pub(super) async fn free_places(&mut self) -> Result<Vec<RunId>, EngineError> {
        let mut admitted = Vec::new();
        let catalog = self.catalogs().now().live.clone();
        // Taken from the list only when their places are known: a read that fails must not make anybody wait for ever.
        let mut full = BTreeSet::new();
        if !std::sync::Arc::ptr_eq(&catalog, &self.places_of) {
            self.note_unlimited(&catalog).await?;
            self.places_of = catalog.clone();
        }
        for journey in &self.admitting {
            let journey = *journey;
            let Some(live) = catalog.workspaces.values().find_map(|w| w.journeys.get(&journey)) else { continue };
            let mut counts = vec![Query::new(QUEUED, vec![journey.0.into(), Value::Int(MOST_ADMITTED)])];
            // Where the version that people enter now has no limit, nobody has to queue any more.
            let limit = live.program.settings.concurrency.map(i64::from);
            counts.extend(limit.map(|limit| Query::new(TAKEN, vec![journey.0.into(), limit.into()])));
            let answers = self.shared.db.read(counts).await?;
            let taken = answers.get(1).and_then(|rows| rows.first()).map_or(Ok(0), |row| row.int(0))?;
            let free = usize::try_from(limit.unwrap_or(i64::MAX) - taken).unwrap_or(0);
            let queued = answers.first().into_iter().flatten();
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

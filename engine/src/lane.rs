//! The lane: takes what came in and what fell due, in batches, decides in memory and commits once.

use crate::catalog::Catalogs;
use crate::handle::Shared;
use crate::inbox;
use crate::incoming::{Incoming, Pending};
use crate::load::{Load, load};
use crate::outbox::Outbox;
use crate::run::{CommitSummary, batch};
use crate::{EngineError, paging};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc;
use tradewind_core::{Catalog, Changes, State, drain, routing};
use tradewind_nodes::id::{JourneyId, RunId};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Batch, StoreError, Value};
use uuid::Uuid;

mod calendar;
mod erasing;
mod places;
mod poison;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use calendar::{STATEMENTS as CALENDAR_STATEMENTS, plan};
pub(crate) use places::STATEMENTS as PLACES_STATEMENTS;

/// Rows of the inbox taken into one batch at most.
const MOST_ARRIVALS: usize = 2_000;
/// Timers taken into one batch at most.
const MOST_TIMERS: i64 = 2_000;
/// How often schedules, segments and forgotten rows are looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// Takes work until told to stop.
pub(crate) struct Lane {
    pub shared: Arc<Shared>,
    pub arrivals: mpsc::Receiver<Pending>,
    pub outbox: Outbox,
    /// Known and durable, not yet routed.
    pub backlog: VecDeque<Pending>,
    /// When the next timer is due; None when the database must be asked.
    next_due: Option<Timestamp>,
    next_housekeeping: Timestamp,
    throttles: HashMap<JourneyId, Timestamp>,
    /// Journeys in which a place may have become free.
    admitting: BTreeSet<JourneyId>,
    /// The catalogue by which places were last looked at.
    places_of: Arc<Catalog>,
    /// A commit broke off: whether it happened, and what followed from it, only the database knows.
    in_doubt: bool,
    /// Erasures that are not done, the next first.
    erasures: VecDeque<Uuid>,
}

/// What one batch is made of.
struct Work<'a> {
    arrivals: &'a [Pending],
    due: Option<i64>,
    /// Runs to step whatever their timers say.
    runs: &'a [RunId],
    admit: Vec<RunId>,
}

impl Lane {
    pub fn new(shared: Arc<Shared>, arrivals: mpsc::Receiver<Pending>, outbox: Outbox) -> Self {
        let next_housekeeping = shared.env.now();
        Self {
            shared,
            arrivals,
            outbox,
            backlog: VecDeque::new(),
            next_due: Some(Timestamp::from_micros(i64::MIN)),
            next_housekeeping,
            throttles: HashMap::new(),
            admitting: BTreeSet::new(),
            places_of: Arc::default(),
            in_doubt: false,
            erasures: VecDeque::new(),
        }
    }

    /// Reads what an earlier process accepted and did not route. Nothing new is accepted before it is done.
    pub async fn recover(&mut self) -> Result<(), EngineError> {
        let mut after = Uuid::nil();
        loop {
            let rows = self.shared.db.query(inbox::PENDING, vec![after.into(), Value::Int(5_000)]).await?;
            let Some(last) = rows.last() else { break };
            after = last.uuid(0)?;
            for row in &rows {
                match inbox::read(row) {
                    Ok(pending) => self.backlog.push_back(pending),
                    Err(error) => tracing::error!(%error, "an inbox row cannot be read: it stays where it is"),
                }
            }
        }
        self.note_erasures().await?;
        self.limits().await
    }

    /// Reads how far throttles are, and looks for free places everywhere.
    async fn limits(&mut self) -> Result<(), EngineError> {
        for row in self.shared.db.query(places::THROTTLES, vec![Value::Int(10_000)]).await? {
            self.throttles.insert(JourneyId(row.uuid(0)?), Timestamp::from_micros(row.int(1)?));
        }
        let catalog = self.shared.catalogs.now();
        let limited =
            catalog.live.workspaces.values().flat_map(|w| w.journeys.values()).filter(|live| live.program.settings.concurrency.is_some());
        self.admitting.extend(limited.map(|live| live.id));
        self.in_doubt = false;
        Ok(())
    }

    /// Works until the engine stops; the batch under way is finished.
    pub async fn work(mut self) {
        let mut trouble = 0u32;
        while !self.shared.stopping() {
            match self.round().await {
                Ok(true) => trouble = 0,
                Ok(false) => {
                    trouble = 0;
                    self.rest().await;
                }
                Err(error) => {
                    trouble = trouble.saturating_add(1);
                    tracing::error!(%error, trouble, "a batch could not be done: it is tried again");
                    metrics::counter!("tradewind_lane_failures_total").increment(1);
                    let pause = std::time::Duration::from_millis(50u64 << trouble.min(6));
                    let _ = tokio::time::timeout(pause, self.shared.stopped()).await;
                }
            }
        }
    }

    /// Waits for something to do.
    async fn rest(&mut self) {
        let now = self.shared.env.now();
        let until = self.next_due.unwrap_or(now).min(self.next_housekeeping);
        let pause = until.since(now).to_std();
        tokio::select! {
            arrival = self.arrivals.recv() => self.backlog.extend(arrival),
            () = tokio::time::sleep(pause) => {}
            () = self.shared.woken() => { self.next_due = None; }
            () = self.shared.erasures.notified() => { self.next_housekeeping = now; }
            () = self.shared.stopped() => {}
        }
    }

    /// One page of an erasure and one batch. False when there was nothing to do.
    async fn round(&mut self) -> Result<bool, EngineError> {
        let now = self.shared.env.now();
        if now >= self.next_housekeeping {
            self.next_housekeeping = now.plus(HOUSEKEEPING);
            self.calendar(now).await?;
        }
        let erased = self.erase().await?;
        Ok(self.batch_round(now).await? || erased)
    }

    /// One batch. False when there was nothing to do.
    async fn batch_round(&mut self, now: Timestamp) -> Result<bool, EngineError> {
        while self.backlog.len() < MOST_ARRIVALS
            && let Ok(arrival) = self.arrivals.try_recv()
        {
            self.backlog.push_back(arrival);
        }
        let oldest = self.backlog.front().map_or(i64::MAX, |pending| pending.received_at.micros());
        self.shared.oldest_arrival.store(oldest, std::sync::atomic::Ordering::Relaxed);
        if self.in_doubt {
            self.limits().await?;
        }
        let admit = self.free_places().await?;
        let arrivals = self.next_arrivals();
        // A merge goes without timers too: they would write in the name of the one who is gone.
        let merges = arrivals.first().is_some_and(is_merge);
        let due = (!merges && self.next_due.is_none_or(|at| at <= now)).then_some(MOST_TIMERS);
        if arrivals.is_empty() && due.is_none() && admit.is_empty() {
            return Ok(false);
        }
        let work = Work { arrivals: &arrivals, due, runs: &[], admit };
        match self.attempt(&work).await {
            Ok(summary) => self.after(summary, due.is_some()).await.map(|any| any || !arrivals.is_empty()),
            Err(EngineError::Store(error @ (StoreError::Unavailable { .. } | StoreError::Closed))) => {
                self.put_back(arrivals);
                self.in_doubt = true;
                self.next_due = None;
                Err(error.into())
            }
            Err(error) => {
                tracing::warn!(%error, arrivals = arrivals.len(), "a batch fell apart: its parts are done in halves");
                self.in_doubt = true;
                self.in_halves(arrivals, due).await?;
                Ok(true)
            }
        }
    }

    fn put_back(&mut self, arrivals: Vec<Pending>) {
        for arrival in arrivals.into_iter().rev() {
            self.backlog.push_front(arrival);
        }
    }

    /// The next arrivals that can share a batch: a merge moves rows under everybody's feet and goes alone.
    fn next_arrivals(&mut self) -> Vec<Pending> {
        let most = MOST_ARRIVALS.min(self.backlog.len());
        let count = match self.backlog.iter().take(most).position(is_merge) {
            Some(0) => 1,
            Some(before) => before,
            None => most,
        };
        self.backlog.drain(..count).collect()
    }

    /// Loads, decides and commits. Nothing is kept of it when it fails.
    async fn attempt(&mut self, work: &Work<'_>) -> Result<CommitSummary, EngineError> {
        let shared = self.shared.clone();
        let mut state: State = load(Load {
            db: &shared.db,
            env: &shared.env,
            catalogs: &shared.catalogs,
            pending: work.arrivals,
            throttles: &self.throttles,
            due: work.due,
            runs: work.runs,
            admit: &work.admit,
        })
        .await?;
        drain(&mut state);
        for pending in work.arrivals {
            state.changes.taken.extend(pending.id);
            if paging::is_paged(&pending.incoming) {
                state.changes.inbox.extend(paging::page(&shared.db, &shared.env, pending).await?);
                continue;
            }
            let routed = std::panic::catch_unwind(AssertUnwindSafe(|| routing::route(&mut state, pending)));
            if routed.is_err() {
                return Err(EngineError::Row { table: "inbox", message: "routing broke off".into() });
            }
            drain(&mut state);
        }
        count(&state.changes);
        let (batch, mut summary) = batch(&mut state, &shared.env, self.outbox.places());
        summary.looked_at = state.runs.len();
        if !batch.is_empty() {
            shared.commit(batch).await?;
        }
        Ok(summary)
    }

    /// Acts on what a commit brought. Gives whether anything was done.
    async fn after(&mut self, summary: CommitSummary, timers: bool) -> Result<bool, EngineError> {
        let busy = summary.looked_at > 0 || !summary.inbox.is_empty();
        metrics::counter!("tradewind_steps_total").increment(summary.steps);
        metrics::counter!("tradewind_runs_started_total").increment(summary.started);
        metrics::counter!("tradewind_runs_ended_total").increment(summary.ended);
        for micros in &summary.lateness {
            self.shared.lateness.record(*micros, self.shared.env.now());
        }
        self.outbox.offer(summary.outbox);
        if summary.left_over {
            self.outbox.leave();
        }
        if summary.resent {
            self.outbox.look();
        }
        self.backlog.extend(summary.inbox);
        self.throttles.extend(summary.throttles);
        self.note_places(&summary.started_in, &summary.ended_in);
        if timers {
            // Timers were taken: whether more are due only the next look can tell. Without any, the database says when.
            self.next_due = None;
            if summary.looked_at == 0 {
                let rows = self.shared.db.query(crate::load::NEXT_DUE, Vec::new()).await?;
                let far = Timestamp::from_micros(i64::MAX);
                self.next_due = Some(rows.first().map_or(Ok(far), |row| row.int(0).map(Timestamp::from_micros))?);
            }
        } else if let (Some(known), Some(new)) = (self.next_due, summary.next_due) {
            self.next_due = Some(known.min(new));
        }
        Ok(busy)
    }

    /// The catalogue of this process.
    fn catalogs(&self) -> &Catalogs {
        &self.shared.catalogs
    }
}

/// Tells of what is not stored.
fn count(changes: &Changes) {
    if changes.repeated > 0 {
        metrics::counter!("tradewind_events_repeated_total").increment(changes.repeated);
    }
    if changes.for_erased > 0 {
        metrics::counter!("tradewind_erased_dropped_total").increment(changes.for_erased);
    }
    for start in changes.started.iter().filter(|start| !start.live) {
        tracing::warn!(journey = start.journey, run = %start.by, "a run started a journey that is not live: nobody entered");
    }
}

fn is_merge(pending: &Pending) -> bool {
    matches!(pending.incoming, Incoming::Merge { .. })
}

/// Puts aside a row that cannot be routed.
async fn dead_letter(shared: &Shared, pending: &Pending, problem: &str) -> Result<(), EngineError> {
    let Some(id) = pending.id else { return Ok(()) };
    let mut batch = Batch::new();
    batch.delete(&inbox::TAKE, [[Value::from(id)]]);
    let mut values = inbox::values(pending);
    values.pop();
    values.extend([problem.into(), shared.env.now().micros().into()]);
    batch.insert(&inbox::DEAD_LETTERS, [values]);
    shared.commit(batch).await?;
    Ok(())
}

/// Whether a row is still in the inbox.
const STILL_THERE: &str = "SELECT id FROM inbox WHERE id = $1 LIMIT 1";
/// Due runs by id alone.
const DUE_IDS: &str = "SELECT id FROM runs WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
pub(crate) const STATEMENTS: &[&str] = &[STILL_THERE, DUE_IDS];

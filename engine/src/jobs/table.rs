//! The table of jobs: adding, taking under a lease, removing. A job is taken again when whoever took it has died.

use crate::Environment;
use std::time::Duration as Wait;
use tokio::sync::watch;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Batch, Conflict, Db, Expect, Insert, StoreError, Ty, Value};
use uuid::Uuid;

/// How long a job belongs to who took it. A job under way renews it; one whose process died is taken again after it.
const LEASE: Duration = Duration::from_secs(60);
/// How often a job under way renews its lease.
pub(super) const RENEWAL: Wait = Wait::from_secs(20);
/// A job that was taken so often and never finished is dropped: it may be what ends the process.
const MAX_ATTEMPTS: i64 = 5;
/// The longest wait for a due instant before the clock is read again: it may have been set.
const MAX_PAUSE: Wait = Wait::from_secs(60);
/// The first and the longest pause after a failure of the database.
const RETRY_PAUSES: (Wait, Wait) = (Wait::from_secs(1), Wait::from_secs(60));

const NEXT_DUE: &str = "SELECT MIN(due_at) FROM jobs WHERE queue = $1";
const TAKE: &str = "UPDATE jobs SET due_at = $3, attempts = attempts + 1 \
    WHERE id = (SELECT id FROM jobs WHERE queue = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT 1) RETURNING id, body, attempts";
const RENEW: &str = "UPDATE jobs SET due_at = $3 WHERE id = $1 AND attempts = $2";
const REMOVE: &str = "DELETE FROM jobs WHERE id = $1";
/// Every fixed statement of the table.
pub(super) const STATEMENTS: &[&str] = &[NEXT_DUE, TAKE, RENEW, REMOVE];

/// A repeated commit of the same job adds it once.
static ADD: Insert =
    Insert::new("jobs", &[("id", Ty::Uuid), ("queue", Ty::Text), ("body", Ty::Text), ("due_at", Ty::Int), ("attempts", Ty::Int)])
        .on_conflict(Conflict::Ignore);

/// A job that waits to be added.
#[derive(Clone, Debug)]
pub(super) struct NewJob {
    pub id: Uuid,
    /// JSON.
    pub body: String,
    /// When it may be taken.
    pub due_at: Timestamp,
}

/// A job that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TakenJob {
    pub id: Uuid,
    pub body: String,
    /// How often it was taken, this time included.
    pub attempt: i64,
}

/// What there was to take.
enum Found {
    Job(TakenJob),
    /// Nothing until then, or nothing at all.
    Until(Option<Timestamp>),
}

/// The table. Clones share who waits for jobs.
#[derive(Clone)]
pub(super) struct JobTable {
    db: Db,
    env: Environment,
    added: watch::Sender<()>,
}

impl JobTable {
    pub fn new(db: Db, env: Environment) -> Self {
        Self { db, env, added: watch::Sender::new(()) }
    }

    /// A job for now, or for `due_at`.
    pub fn job(&self, body: String, due_at: Option<Timestamp>) -> NewJob {
        NewJob { id: self.env.id(), body, due_at: due_at.unwrap_or_else(|| self.env.now()) }
    }

    /// Adds jobs to a batch: they exist once it is committed. [`JobTable::announce`] then wakes the workers.
    pub fn add(batch: &mut Batch, queue: &'static str, jobs: &[NewJob]) {
        batch.insert(
            &ADD,
            jobs.iter().map(|job| [job.id.into(), queue.into(), (&job.body).into(), job.due_at.micros().into(), Value::Int(0)]),
        );
    }

    /// Lets the workers look at the table.
    pub fn announce(&self) {
        self.added.send_replace(());
    }

    /// Adds jobs in a commit of their own, however often the database has to be tried.
    pub async fn add_now(self, queue: &'static str, jobs: Vec<NewJob>) {
        let mut pause = RETRY_PAUSES.0;
        loop {
            let mut batch = Batch::new();
            Self::add(&mut batch, queue, &jobs);
            match self.db.commit(batch).await {
                Ok(_) => return self.announce(),
                Err(error) => pause = retry_pause(&error, pause).await,
            }
        }
    }

    /// The next job of the queue, waiting until there is one. Dropped while it waits, it takes nothing; dropped while it takes,
    /// the job is taken again after its lease.
    pub async fn next(self, queue: &'static str) -> TakenJob {
        let mut added = self.added.subscribe();
        let mut pause = RETRY_PAUSES.0;
        loop {
            added.mark_unchanged();
            match self.take(queue).await {
                Ok(Found::Job(job)) => return job,
                Ok(Found::Until(due)) => {
                    pause = RETRY_PAUSES.0;
                    tokio::select! {
                        // The sender is in `self`: it does not end before.
                        _ = added.changed() => {}
                        () = self.reached(due) => {}
                    }
                }
                Err(error) => pause = retry_pause(&error, pause).await,
            }
        }
    }

    /// Returns at `due`, or a little earlier; never without one.
    async fn reached(&self, due: Option<Timestamp>) {
        let Some(due) = due else { return std::future::pending().await };
        let left = u64::try_from(due.since(self.env.now()).micros()).unwrap_or(0);
        tokio::time::sleep(Wait::from_micros(left).min(MAX_PAUSE)).await;
    }

    async fn take(&self, queue: &'static str) -> Result<Found, StoreError> {
        loop {
            // Asked of a reader first, so that an idle queue does not trouble the writer.
            let due = self.db.query(NEXT_DUE, vec![queue.into()]).await?;
            let due = due.first().map(|row| row.opt_int(0)).transpose()?.flatten().map(Timestamp::from_micros);
            let now = self.env.now();
            if due.is_none_or(|due| due > now) {
                return Ok(Found::Until(due));
            }
            let mut batch = Batch::new();
            let lease = now.plus(LEASE).micros();
            let op = batch.execute(TAKE, vec![queue.into(), now.micros().into(), lease.into()], Expect::Any);
            let taken = self.db.commit(batch).await?;
            let Some(row) = taken.rows(op).first() else { continue };
            let job = TakenJob { id: row.uuid(0)?, body: row.text(1)?.to_owned(), attempt: row.int(2)? };
            if job.attempt <= MAX_ATTEMPTS {
                return Ok(Found::Job(job));
            }
            tracing::error!(queue, job = %job.body, "a job was begun {MAX_ATTEMPTS} times and never finished: it is dropped");
            metrics::counter!("tradewind_jobs_dropped_total").increment(1);
            self.remove(job.id).await?;
        }
    }

    /// Keeps a job that is under way from being taken by others.
    pub async fn renew(&self, id: Uuid, attempt: i64) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        let lease = self.env.now().plus(LEASE).micros();
        batch.execute(RENEW, vec![id.into(), attempt.into(), lease.into()], Expect::Any);
        self.db.commit(batch).await.map(drop)
    }

    /// Removes a job that is done.
    pub async fn remove(&self, id: Uuid) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        batch.execute(REMOVE, vec![id.into()], Expect::Any);
        self.db.commit(batch).await.map(drop)
    }
}

/// Waits after a failure of the database; the pause after the next one.
async fn retry_pause(error: &StoreError, pause: Wait) -> Wait {
    tracing::warn!(%error, "the table of jobs cannot be used; it is tried again in {} s", pause.as_secs());
    tokio::time::sleep(pause).await;
    pause.saturating_mul(2).min(RETRY_PAUSES.1)
}

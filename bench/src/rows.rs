//! The rows that J1 and J3 leave in the database, written by nothing but prepared statements.

use crate::Fallible;
use crate::database::Database;
use rusqlite::{Transaction, params};
use uuid::Uuid;

/// How large the texts in the rows are, on average.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// `inbox.body`. The inbox is empty afterwards, so this is the event's own texts and the names around them.
    pub inbox: usize,
    /// `events.properties`.
    pub properties: usize,
    /// `events.context`.
    pub context: usize,
    /// `runs.body`.
    pub run: usize,
    /// `steps.body`.
    pub step: usize,
    /// `deliveries.effect`.
    pub effect: usize,
    /// `deliveries.result`.
    pub result: usize,
    /// Whether a run that made a request wrote a third transition when it learnt the outcome.
    pub third_transition: bool,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { inbox: 520, properties: 190, context: 2, run: 600, step: 500, effect: 300, result: 120, third_transition: false }
    }
}

impl Sizes {
    /// As found in a database that a measurement left.
    pub fn of(database: &Database) -> Fallible<Self> {
        let one = |sql: &'static str| {
            let rows = database.ask(sql, Vec::new())?;
            Fallible::Ok(rows.first().map(|row| row.opt_real(0)).transpose()?.flatten().unwrap_or(0.0))
        };
        let mean = |sql: &'static str| one(sql).map(|bytes| bytes.round() as usize);
        let properties = mean("SELECT CAST(AVG(octet_length(properties)) AS double precision) FROM events")?;
        let context = mean("SELECT CAST(AVG(octet_length(context)) AS double precision) FROM events")?;
        let per_run = one("SELECT CAST((SELECT COUNT(*) FROM steps) AS double precision) / NULLIF(COUNT(*), 0) FROM runs")?;
        Ok(Self {
            inbox: properties + context + 320,
            properties,
            context,
            run: mean("SELECT CAST(AVG(octet_length(body)) AS double precision) FROM runs")?,
            step: mean("SELECT CAST(AVG(octet_length(body)) AS double precision) FROM steps")?,
            effect: mean("SELECT CAST(AVG(octet_length(effect)) AS double precision) FROM deliveries")?,
            result: mean("SELECT CAST(AVG(octet_length(result)) AS double precision) FROM deliveries")?,
            third_transition: per_run > 1.75,
        })
    }
}

/// One event's way through the tables.
pub struct Rows {
    pub(crate) workspace: Uuid,
    pub(crate) journey: Uuid,
    pub(crate) inbox: String,
    pub(crate) properties: String,
    pub(crate) context: String,
    pub(crate) run: String,
    pub(crate) step: String,
    pub(crate) effect: String,
    pub(crate) result: String,
    pub(crate) third_transition: bool,
}

/// The ids of one event.
pub struct Ids {
    pub(crate) event: Uuid,
    pub(crate) message: Uuid,
    pub(crate) customer: Uuid,
    pub(crate) run: Uuid,
    pub(crate) at: i64,
}

impl Ids {
    /// The ids of the event with this number. All ascend with it: those that are times, and those derived from names with a number.
    pub fn of(number: usize) -> Self {
        let at = 1_700_000_000_000_000 + number as i64 * 50;
        let ascending = |kind: u128| Uuid::from_u128(((at as u128 / 1000) << 80) | (7 << 76) | (kind << 64) | number as u128);
        let named = |kind: u128| Uuid::from_u128(((number as u128) << 80) | (8 << 76) | (kind << 64) | number as u128);
        Self { event: ascending(1), message: named(3), customer: named(4), run: ascending(2), at }
    }
    pub(crate) fn shard(&self) -> i64 {
        i64::from(self.customer.as_bytes()[15])
    }
}

impl Rows {
    /// Rows of these sizes.
    pub fn new(sizes: Sizes) -> Self {
        let text = |length: usize| "x".repeat(length);
        Self {
            workspace: Uuid::from_u128(1),
            journey: Uuid::from_u128(2),
            inbox: text(sizes.inbox),
            properties: text(sizes.properties),
            context: text(sizes.context),
            run: text(sizes.run),
            step: text(sizes.step),
            effect: text(sizes.effect),
            result: text(sizes.result),
            third_transition: sizes.third_transition,
        }
    }

    /// The event is taken in. The number of rows written, as everywhere below.
    pub fn accept(&self, tx: &Transaction<'_>, ids: &Ids) -> rusqlite::Result<usize> {
        let mut inbox =
            tx.prepare_cached("INSERT INTO inbox (id, workspace_id, shard, kind, body, received_at) VALUES ($1, $2, $3, 'event', $4, $5)")?;
        let mut message = tx.prepare_cached("INSERT INTO messages (day, id) VALUES ($1, $2) ON CONFLICT DO NOTHING")?;
        let rows = inbox.execute(params![ids.event, self.workspace, ids.shard(), self.inbox, ids.at])?;
        Ok(rows + message.execute(params![ids.at / 86_400_000_000, ids.message])?)
    }

    /// The event leaves the inbox and starts a run, which sleeps (`due`) or is done.
    pub fn enter(&self, tx: &Transaction<'_>, ids: &Ids, due: bool) -> rusqlite::Result<usize> {
        let mut leave = tx.prepare_cached("DELETE FROM inbox WHERE id = $1")?;
        let mut customer = tx.prepare_cached(
            "INSERT INTO customers (id, workspace_id, shard, user_id, traits, tags, consent, created_at, updated_at, last_seen_at) \
             VALUES ($1, $2, $3, $4, '{}', '[]', '{}', $5, $5, $5)",
        )?;
        let mut event = tx.prepare_cached(
            "INSERT INTO events (customer_id, at, id, workspace_id, type, name, properties, context, message_id, received_at) \
             VALUES ($1, $2, $3, $4, 'track', 'Load Tested', $5, $6, 's1-Load Tested-00000000', $2)",
        )?;
        let mut run = tx.prepare_cached(
            "INSERT INTO runs (id, workspace_id, shard, journey_id, version, customer_id, state, node, due_at, body, seq, entered_at, updated_at, ended_at, outcome) \
             VALUES ($1, $2, $3, $4, 1, $5, $6, 'wait', $7, $8, 1, $9, $9, $10, $11)",
        )?;
        let state = if due { "sleeping" } else { "done" };
        let (due_at, ended_at) = if due { (Some(ids.at + 1_000_000), None) } else { (None, Some(ids.at)) };
        let outcome = (!due).then_some("completed");
        let mut rows = leave.execute([ids.event])?;
        rows += customer.execute(params![ids.customer, self.workspace, ids.shard(), "s1-00000000", ids.at])?;
        rows += event.execute(params![ids.customer, ids.at, ids.event, self.workspace, self.properties, self.context])?;
        rows += run.execute(params![
            ids.run,
            self.workspace,
            ids.shard(),
            self.journey,
            ids.customer,
            state,
            due_at,
            self.run,
            ids.at,
            ended_at,
            outcome
        ])?;
        Ok(rows + self.step(tx, ids, 1)?)
    }

    /// The run wakes and puts its request into the outbox.
    pub fn wake(&self, tx: &Transaction<'_>, ids: &Ids) -> rusqlite::Result<usize> {
        let mut delivery = tx.prepare_cached(
            "INSERT INTO deliveries (run_id, node, visit, id, workspace_id, shard, journey_id, version, customer_id, channel, state, awaited, attempts, due_at, effect, created_at) \
             VALUES ($1, 'call', 1, $2, $3, $4, $5, 1, $6, 'http', 'pending', $7, 0, $8, $9, $8)",
        )?;
        let state = if self.third_transition { "calling" } else { "done" };
        let rows = self.advance(tx, ids, state, 2)?;
        Ok(rows
            + delivery.execute(params![
                ids.run,
                ids.event,
                self.workspace,
                ids.shard(),
                self.journey,
                ids.customer,
                self.third_transition,
                ids.at,
                self.effect
            ])?)
    }

    /// The request was made.
    pub fn settle(&self, tx: &Transaction<'_>, ids: &Ids) -> rusqlite::Result<usize> {
        let mut settle = tx.prepare_cached(
            "UPDATE deliveries SET state = 'sent', attempts = 1, due_at = NULL, result = $2, settled_at = $3 WHERE run_id = $1 AND node = 'call' AND visit = 1",
        )?;
        let rows = settle.execute(params![ids.run, self.result, ids.at + 2_000_000])?;
        Ok(if self.third_transition { rows + self.advance(tx, ids, "done", 3)? } else { rows })
    }

    fn advance(&self, tx: &Transaction<'_>, ids: &Ids, state: &str, seq: i64) -> rusqlite::Result<usize> {
        let mut update = tx.prepare_cached(
            "UPDATE runs SET state = $2, node = 'call', due_at = NULL, body = $3, seq = $4, updated_at = $5, ended_at = $6, outcome = $7 WHERE id = $1",
        )?;
        let done = state == "done";
        let at = ids.at + seq * 1_000_000;
        let rows = update.execute(params![ids.run, state, self.run, seq, at, done.then_some(at), done.then_some("completed")])?;
        Ok(rows + self.step(tx, ids, seq)?)
    }

    fn step(&self, tx: &Transaction<'_>, ids: &Ids, seq: i64) -> rusqlite::Result<usize> {
        let mut step = tx.prepare_cached("INSERT INTO steps (run_id, seq, at, body) VALUES ($1, $2, $3, $4)")?;
        step.execute(params![ids.run, seq, ids.at, self.step])
    }
}

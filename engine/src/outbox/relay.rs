//! The relay: takes effects that are due, judges them once more, sends them, settles them in batches.

use super::guards::judge;
use super::settle::{Settled, rows};
use crate::EngineError;
use crate::delivery::OutboxRow;
use crate::handle::Shared;
use crate::inbox::Pending;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Notify, mpsc};
use tradewind_connectors::{Attempt, Envelope};
use tradewind_nodes::effect::{DeliveryMode, Effect, Payload};
use tradewind_nodes::guard::Judgement;
use tradewind_nodes::id::{CustomerId, EffectKey, JourneyId, NodeId, RunId, Shard, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Batch, Expect, Row, StoreError, Value};
use uuid::Uuid;

const DUE: &str = "SELECT run_id, node, visit, id, workspace_id, shard, journey_id, version, customer_id, awaited, attempts, created_at, effect FROM deliveries WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
/// What was marked before it was tried and never settled may have happened: at most once means it is not tried again.
const UNCERTAIN: &str = "SELECT run_id, node, visit, id, workspace_id, shard, journey_id, version, customer_id, awaited, attempts, created_at, effect FROM deliveries WHERE state = 'sending' AND id > $1 ORDER BY id LIMIT $2";
const MARK: &str =
    "UPDATE deliveries SET state = 'sending', due_at = NULL WHERE run_id = $1 AND node = $2 AND visit = $3 AND state = 'pending'";
/// What an earlier process had in memory.
const LEFT_BEHIND: &str = "UPDATE deliveries SET due_at = $1 WHERE due_at > $1 AND state = 'pending' AND attempts = 0";
pub(crate) const STATEMENTS: &[&str] = &[DUE, UNCERTAIN, MARK, LEFT_BEHIND];

/// Effects in memory that wait for their turn, at most; the rest waits in the database.
const MOST_WAITING: usize = 8_192;
/// Rows read from the database at a time.
const PAGE: i64 = 1_000;
/// How often the database is asked for attempts that are due again.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Outcomes written in one commit.
const MOST_SETTLED: usize = 500;

/// Where the lane puts effects it has committed.
#[derive(Clone)]
pub(crate) struct Outbox {
    sender: mpsc::Sender<OutboxRow>,
    shared: Arc<Shared>,
    look: Arc<(Notify, AtomicBool)>,
}

impl Outbox {
    /// Hands over effects; those for which there is no place are found in the database.
    pub fn offer(&self, rows: Vec<OutboxRow>) {
        let mut left_over = false;
        for row in rows {
            // Counted first: the relay may take it before this thread goes on.
            self.shared.waiting_effects.fetch_add(1, Ordering::Relaxed);
            if self.sender.try_send(row).is_err() {
                self.shared.waiting_effects.fetch_sub(1, Ordering::Relaxed);
                left_over = true;
            }
        }
        if left_over {
            self.look();
        }
    }
    /// Lets the relay look into the database.
    pub fn look(&self) {
        self.look.1.store(true, Ordering::SeqCst);
        self.look.0.notify_one();
    }
}

type Sending = BoxFuture<'static, (OutboxRow, Attempt)>;
type Committing = BoxFuture<'static, (Vec<(Uuid, Settled)>, Result<Vec<Pending>, EngineError>)>;

/// Sends what the outbox holds.
pub(crate) struct Relay {
    shared: Arc<Shared>,
    rows: mpsc::Receiver<OutboxRow>,
    arrivals: mpsc::Sender<Pending>,
    look: Arc<(Notify, AtomicBool)>,
    ready: VecDeque<OutboxRow>,
    /// Effects this process has in hand, so that a look into the database does not take them twice.
    in_hand: HashSet<EffectKey>,
    sending: FuturesUnordered<Sending>,
    /// Outcomes to be written down, each with the id of what follows from it: a repeat must write the same.
    settled: Vec<(Uuid, Settled)>,
    committing: Option<Committing>,
    next_look: Timestamp,
}

impl Relay {
    pub fn new(shared: Arc<Shared>, arrivals: mpsc::Sender<Pending>) -> (Outbox, Self) {
        let (sender, rows) = mpsc::channel(MOST_WAITING);
        let look = Arc::new((Notify::new(), AtomicBool::new(true)));
        let outbox = Outbox { sender, shared: shared.clone(), look: look.clone() };
        let next_look = shared.env.now();
        let relay = Self {
            shared,
            rows,
            arrivals,
            look,
            ready: VecDeque::new(),
            in_hand: HashSet::new(),
            sending: FuturesUnordered::new(),
            settled: Vec::new(),
            committing: None,
            next_look,
        };
        (outbox, relay)
    }

    /// Closes what an earlier process was in the middle of and may not try again, and tells the runs that wait for it.
    pub async fn recover(&self) -> Result<Vec<Pending>, EngineError> {
        let problem = Problem::new(
            "delivery.uncertain",
            "the server stopped while this was being sent, and it may be sent at most once: look at the receiver",
        );
        let mut batch = Batch::new();
        batch.execute(LEFT_BEHIND, vec![self.shared.env.now().micros().into()], Expect::Any);
        self.shared.commit(batch).await?;
        let (mut after, mut told) = (Uuid::nil(), Vec::new());
        loop {
            let found = self.shared.db.query(UNCERTAIN, vec![after.into(), Value::Int(PAGE)]).await?;
            let Some(last) = found.last() else { return Ok(told) };
            after = last.uuid(3)?;
            let mut settled = Vec::with_capacity(found.len());
            for row in &found {
                match read(row) {
                    Ok(row) => {
                        let attempts = row.attempts + 1;
                        settled.push((self.shared.env.id(), Settled::Failed { row, attempts, problem: problem.clone() }));
                    }
                    Err(error) => tracing::error!(%error, "a delivery cannot be read: it stays where it is"),
                }
            }
            let (batch, pending) = rows(&self.shared, &settled);
            self.shared.commit(batch).await?;
            told.extend(pending);
        }
    }

    /// Works until the engine stops; what is being sent is finished and written down.
    pub async fn work(mut self) {
        while !self.shared.stopping() {
            if let Err(error) = self.turn().await {
                tracing::error!(%error, "the outbox could not be read: it is tried again");
                let _ = tokio::time::timeout(std::time::Duration::from_millis(500), self.shared.stopped()).await;
            }
        }
        while let Some(done) = self.sending.next().await {
            self.settle(done);
        }
        while !self.settled.is_empty() || self.committing.is_some() {
            self.commit();
            let Some(committing) = self.committing.take() else { break };
            let (_, result) = committing.await;
            if let Err(error) = result {
                // They stay pending under the same keys: the next process sends them again.
                tracing::error!(%error, "outcomes could not be written down");
                break;
            }
        }
    }

    async fn turn(&mut self) -> Result<(), EngineError> {
        while self.ready.len() < MOST_WAITING
            && let Ok(row) = self.rows.try_recv()
        {
            self.take(row);
        }
        let now = self.shared.env.now();
        if self.ready.is_empty() && (now >= self.next_look || self.look.1.swap(false, Ordering::SeqCst)) {
            self.next_look = now.plus(LOOK_EVERY);
            self.read_due(now).await?;
        }
        self.send(now).await?;
        self.commit();
        if !self.ready.is_empty() && self.sending.len() < self.most_sending() {
            return Ok(());
        }
        let pause = self.next_look.since(now).to_std();
        let shared = self.shared.clone();
        let look = self.look.clone();
        tokio::select! {
            Some(done) = self.sending.next(), if !self.sending.is_empty() => {
                self.settle(done);
                // Whatever is done by now shares a commit.
                while let Some(Some(done)) = futures::FutureExt::now_or_never(self.sending.next()) {
                    self.settle(done);
                }
            }
            Some((settled, result)) = async { match self.committing.as_mut() { Some(commit) => Some(commit.await), None => None } }, if self.committing.is_some() => {
                self.committing = None;
                self.committed(settled, result).await;
            }
            Some(row) = self.rows.recv(), if self.ready.len() < MOST_WAITING => {
                self.take(row);
            }
            () = tokio::time::sleep(pause) => {}
            () = look.0.notified() => {}
            () = shared.stopped() => {}
        }
        Ok(())
    }

    /// Everything that is due, sent and written down: a turn that waits for nothing else. Gives whether anything was done.
    #[cfg(test)]
    pub async fn settle_all(&mut self) -> Result<bool, EngineError> {
        while let Ok(row) = self.rows.try_recv() {
            self.take(row);
        }
        let now = self.shared.env.now();
        self.read_due(now).await?;
        let any = !self.ready.is_empty() || !self.settled.is_empty();
        while !self.ready.is_empty() || !self.sending.is_empty() || !self.settled.is_empty() {
            self.send(now).await?;
            while let Some(done) = self.sending.next().await {
                self.settle(done);
            }
            self.commit();
            let Some(committing) = self.committing.take() else { continue };
            let (settled, result) = committing.await;
            if let Err(error) = result {
                self.settled.splice(0..0, settled);
                return Err(error);
            }
            self.committed(settled, result).await;
        }
        Ok(any)
    }

    /// Takes what the lane has handed over.
    fn take(&mut self, row: OutboxRow) {
        self.shared.waiting_effects.fetch_sub(1, Ordering::Relaxed);
        self.hold(row);
    }

    fn most_sending(&self) -> usize {
        self.shared.connectors.http.concurrency().max(self.shared.connectors.email.concurrency())
    }

    /// Takes an effect in hand, once: a look into the database may find it before the lane has handed it over.
    fn hold(&mut self, row: OutboxRow) {
        if self.in_hand.insert(row.key.clone()) {
            self.ready.push_back(row);
        }
    }

    async fn read_due(&mut self, now: Timestamp) -> Result<(), EngineError> {
        let rows = self.shared.db.query(DUE, vec![now.micros().into(), Value::Int(PAGE)]).await?;
        if rows.len() == usize::try_from(PAGE).unwrap_or(0) {
            self.look.1.store(true, Ordering::SeqCst);
        }
        for row in &rows {
            match read(row) {
                Ok(row) => self.hold(row),
                Err(error) => tracing::error!(%error, "a delivery cannot be read: it stays where it is"),
            }
        }
        Ok(())
    }

    /// Judges what is ready once more and begins to send it.
    async fn send(&mut self, now: Timestamp) -> Result<(), EngineError> {
        let free = self.most_sending().saturating_sub(self.sending.len());
        let count = free.min(self.ready.len());
        if count == 0 {
            return Ok(());
        }
        let next: Vec<OutboxRow> = self.ready.drain(..count).collect();
        let judgements = match judge(&self.shared, &next, now).await {
            Ok(judgements) => judgements,
            Err(error) => {
                self.ready.extend(next);
                return Err(error);
            }
        };
        for (row, judgement) in next.into_iter().zip(judgements) {
            match judgement {
                Judgement::Send => self.begin(row).await,
                Judgement::Suppress(why) => self.settled.push((self.shared.env.id(), Settled::Suppressed { row, why })),
                Judgement::Postpone(until, why) => self.settled.push((self.shared.env.id(), Settled::Postponed { row, until, why })),
            }
        }
        Ok(())
    }

    async fn begin(&mut self, row: OutboxRow) {
        if row.effect.delivery == DeliveryMode::AtMostOnce && !mark(&self.shared, &row).await {
            self.in_hand.remove(&row.key);
            return;
        }
        let shared = self.shared.clone();
        self.sending.push(Box::pin(async move {
            let connector = match &row.effect.payload {
                Payload::Email(_) => &shared.connectors.email,
                Payload::Http(_) => &shared.connectors.http,
            };
            let unsubscribe = match (&row.effect.payload, &shared.settings.unsubscribe, row.customer) {
                (Payload::Email(mail), Some(make), Some(customer)) if mail.unsubscribe => Some(make(customer)),
                _ => None,
            };
            let payload = super::tracked::as_sent(&shared, &row);
            let envelope = Envelope {
                key: &row.key,
                attempt: row.attempts + 1,
                payload: &payload,
                unsubscribe_url: unsubscribe.as_deref(),
                now: shared.env.now(),
            };
            let attempt = connector.perform(envelope).await;
            drop(payload);
            (row, attempt)
        }));
    }

    fn settle(&mut self, (row, attempt): (OutboxRow, Attempt)) {
        let settled = Settled::from_attempt(row, attempt, &self.shared.env);
        self.settled.push((self.shared.env.id(), settled));
    }

    /// Begins to write down outcomes, when no commit is under way.
    fn commit(&mut self) {
        if self.committing.is_some() || self.settled.is_empty() {
            return;
        }
        let count = self.settled.len().min(MOST_SETTLED);
        let settled: Vec<(Uuid, Settled)> = self.settled.drain(..count).collect();
        let shared = self.shared.clone();
        self.committing = Some(Box::pin(async move {
            let (batch, pending) = rows(&shared, &settled);
            let result = shared.commit(batch).await.map(|_| pending).map_err(EngineError::from);
            (settled, result)
        }));
    }

    async fn committed(&mut self, settled: Vec<(Uuid, Settled)>, result: Result<Vec<Pending>, EngineError>) {
        match result {
            Ok(pending) => {
                for (_, settled) in &settled {
                    self.in_hand.remove(settled.key());
                }
                for pending in pending {
                    if self.arrivals.send(pending).await.is_err() {
                        break;
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, count = settled.len(), "outcomes could not be written down: it is tried again");
                self.settled.splice(0..0, settled);
                let _ = tokio::time::timeout(std::time::Duration::from_millis(200), self.shared.stopped()).await;
            }
        }
    }
}

/// Marks an effect that may happen at most once before it is tried. False when it must not be tried.
async fn mark(shared: &Shared, row: &OutboxRow) -> bool {
    let mut batch = Batch::new();
    let key = vec![row.key.run.0.into(), row.key.node.as_str().into(), row.key.visit.into()];
    batch.execute(MARK, key, Expect::Rows(1));
    match shared.commit(batch).await {
        Ok(_) => true,
        Err(StoreError::Conflict { .. }) => false,
        Err(error) => {
            tracing::error!(%error, key = %row.key, "an effect could not be marked and is not sent now");
            false
        }
    }
}

fn read(row: &Row) -> Result<OutboxRow, EngineError> {
    let wrong = |message: String| EngineError::Row { table: "deliveries", message };
    let effect: Effect = serde_json::from_str(row.text(12)?).map_err(|error| wrong(error.to_string()))?;
    Ok(OutboxRow {
        id: row.uuid(3)?,
        key: EffectKey {
            run: RunId(row.uuid(0)?),
            node: NodeId::new(row.text(1)?).map_err(|error| wrong(error.to_string()))?,
            visit: u32::try_from(row.int(2)?).unwrap_or(1),
        },
        workspace: WorkspaceId(row.uuid(4)?),
        shard: Shard(u16::try_from(row.int(5)?).unwrap_or(0)),
        journey: JourneyId(row.uuid(6)?),
        version: u32::try_from(row.int(7)?).unwrap_or(0),
        customer: row.opt_uuid(8)?.map(CustomerId),
        awaited: row.bool(9)?,
        attempts: u32::try_from(row.int(10)?).unwrap_or(0),
        created_at: Timestamp::from_micros(row.int(11)?),
        effect: Arc::new(effect),
    })
}

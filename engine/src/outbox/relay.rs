//! The relay: takes effects that are due, judges them once more, sends them, settles them in batches.

use super::flight::InFlight;
use super::guards::judge;
use super::handover::{Outbox, Signals};
use super::settle::{Settled, rows};
use super::waiting;
use crate::EngineError;
use crate::delivery::{HANDED_OVER, OutboxRow};
use crate::handle::Shared;
use crate::incoming::Pending;
use crate::supervision::words;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::{HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;
use tradewind_connectors::{Attempt, Envelope};
use tradewind_nodes::effect::DeliveryMode;
use tradewind_nodes::guard::Judgement;
use tradewind_nodes::id::EffectKey;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds;
use tradewind_nodes::time::{Duration, Timestamp};
use uuid::Uuid;

/// Effects in memory that wait for their turn, and as many again that are being handed over, at most; the rest waits in the database.
const MOST_WAITING: usize = 8_192;
/// How often the database is asked for attempts that are due again.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Outcomes written in one commit.
const MOST_SETTLED: usize = 500;
/// Effects that may happen at most once, under way at a time. They are marked before they are tried and a crash closes what is
/// marked, tried or not: no more are marked than are sent at once.
const MOST_ONCE: usize = 32;

type Sending = BoxFuture<'static, (OutboxRow, Attempt)>;
type Committing = BoxFuture<'static, (Vec<(Uuid, Settled)>, Result<Vec<Pending>, EngineError>)>;

/// Sends what the outbox holds.
pub(crate) struct Relay {
    shared: Arc<Shared>,
    rows: mpsc::Receiver<OutboxRow>,
    arrivals: mpsc::Sender<Pending>,
    signals: Arc<Signals>,
    ready: VecDeque<OutboxRow>,
    /// Those of them that may happen at most once: they have a line of their own, for fewer are sent at a time.
    once: VecDeque<OutboxRow>,
    once_sending: usize,
    /// Effects this process has in hand, so that a look into the database does not take them twice.
    in_hand: HashSet<EffectKey>,
    /// Those of them that are on their way to a person: a cap counts them.
    in_flight: InFlight,
    sending: FuturesUnordered<Sending>,
    /// Outcomes to be written down, each with the id of what follows from it: a repeat must write the same.
    settled: Vec<(Uuid, Settled)>,
    committing: Option<Committing>,
    next_look: Timestamp,
}

impl Relay {
    pub fn new(shared: Arc<Shared>, arrivals: mpsc::Sender<Pending>) -> (Outbox, Self) {
        Self::with_places(shared, arrivals, MOST_WAITING)
    }

    /// A relay to which `places` effects can be handed over at a time.
    pub fn with_places(shared: Arc<Shared>, arrivals: mpsc::Sender<Pending>, places: usize) -> (Outbox, Self) {
        let (outbox, rows) = Outbox::new(shared.clone(), places);
        let signals = outbox.signals.clone();
        let next_look = shared.env.now();
        let relay = Self {
            shared,
            rows,
            arrivals,
            signals,
            ready: VecDeque::new(),
            once: VecDeque::new(),
            once_sending: 0,
            in_hand: HashSet::new(),
            in_flight: InFlight::default(),
            sending: FuturesUnordered::new(),
            settled: Vec::new(),
            committing: None,
            next_look,
        };
        (outbox, relay)
    }

    /// Takes up what an earlier process left, and gives what runs that wait for it are to be told.
    pub async fn recover(&self) -> Result<Vec<Pending>, EngineError> {
        waiting::take_up(&self.shared).await
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
        let now = self.shared.env.now();
        while self.waiting() < MOST_WAITING
            && let Ok(row) = self.rows.try_recv()
        {
            self.take(row, now);
        }
        // Before the last is under way: a receiver that answers at once would wait for our reading otherwise.
        let room = self.waiting() < self.most_sending() && self.in_hand.len() < MOST_WAITING;
        if room && (now >= self.next_look || self.signals.take_look()) {
            self.next_look = now.plus(LOOK_EVERY);
            self.read_due(now).await?;
        }
        self.send(now).await?;
        self.commit();
        if self.next_counts().1 > 0 {
            return Ok(());
        }
        // Without room the next answer wakes us.
        let pause = if room { self.next_look.since(now) } else { LOOK_EVERY }.to_std();
        let shared = self.shared.clone();
        let signals = self.signals.clone();
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
            Some(row) = self.rows.recv(), if self.waiting() < MOST_WAITING => {
                self.take(row, now);
            }
            () = tokio::time::sleep(pause) => {}
            () = signals.given() => {}
            () = shared.stopped() => {}
        }
        Ok(())
    }

    /// Everything that is due, sent and written down: a turn that waits for nothing else. Gives whether anything was done.
    #[cfg(test)]
    pub async fn settle_all(&mut self) -> Result<bool, EngineError> {
        self.begin_all().await?;
        let now = self.shared.env.now();
        let any = self.waiting() > 0 || !self.sending.is_empty() || !self.settled.is_empty();
        while self.waiting() > 0 || !self.sending.is_empty() || !self.settled.is_empty() {
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

    /// The first half of a turn: begins to send what is due, and waits for no answer.
    #[cfg(test)]
    pub async fn begin_all(&mut self) -> Result<(), EngineError> {
        let now = self.shared.env.now();
        while let Ok(row) = self.rows.try_recv() {
            self.take(row, now);
        }
        self.read_due(now).await?;
        self.send(now).await
    }

    /// Takes what the lane has handed over. What took too long is the database's by now: a look there may have found it already.
    fn take(&mut self, row: OutboxRow, now: Timestamp) {
        self.shared.waiting_effects.fetch_sub(1, Ordering::Relaxed);
        if now < row.created_at.plus(HANDED_OVER) {
            self.hold(row);
        } else {
            self.signals.look();
        }
    }

    fn most_sending(&self) -> usize {
        self.shared.connectors.concurrency()
    }

    /// Takes an effect in hand, once: a look into the database may find it before the lane has handed it over.
    fn hold(&mut self, row: OutboxRow) {
        if self.in_hand.insert(row.key.clone()) {
            self.wait(row);
        }
    }

    fn wait(&mut self, row: OutboxRow) {
        if is_once(&row) { &mut self.once } else { &mut self.ready }.push_back(row);
    }

    /// How many effects wait for their turn.
    fn waiting(&self) -> usize {
        self.ready.len() + self.once.len()
    }

    /// How many of those that may happen at most once can be begun now, and of all together.
    fn next_counts(&self) -> (usize, usize) {
        let free = self.most_sending().saturating_sub(self.sending.len());
        let once = MOST_ONCE.saturating_sub(self.once_sending).min(self.once.len()).min(free);
        (once, (once + self.ready.len()).min(free))
    }

    /// The effects that can be begun now; those of each line in their turn.
    fn next(&mut self) -> Vec<OutboxRow> {
        let (once, all) = self.next_counts();
        self.once.drain(..once).chain(self.ready.drain(..all - once)).collect()
    }

    async fn read_due(&mut self, now: Timestamp) -> Result<(), EngineError> {
        let page = waiting::due(&self.shared, now, self.in_hand.len()).await?;
        if page.more {
            self.signals.look();
        } else {
            self.signals.caught_up();
        }
        for row in page.rows {
            self.hold(row);
        }
        Ok(())
    }

    /// Judges what is ready once more and begins to send it.
    async fn send(&mut self, now: Timestamp) -> Result<(), EngineError> {
        let next = self.next();
        if next.is_empty() {
            return Ok(());
        }
        let judgements = match judge(&self.shared, &next, &self.in_flight, now).await {
            Ok(judgements) => judgements,
            Err(error) => {
                for row in next {
                    self.wait(row);
                }
                return Err(error);
            }
        };
        let mut once = Vec::new();
        for (row, judgement) in next.into_iter().zip(judgements) {
            match judgement {
                Judgement::Send if is_once(&row) => once.push(row),
                Judgement::Send => self.begin(row),
                Judgement::Suppress(why) => self.settled.push((self.shared.env.id(), Settled::Suppressed { row, why })),
                Judgement::Postpone(until, why) => self.settled.push((self.shared.env.id(), Settled::Postponed { row, until, why })),
            }
        }
        let (marked, refused) = waiting::mark(&self.shared, once).await;
        for row in refused {
            self.in_hand.remove(&row.key);
        }
        self.once_sending += marked.len();
        for row in marked {
            self.begin(row);
        }
        Ok(())
    }

    fn begin(&mut self, row: OutboxRow) {
        self.in_flight.takes_off(&row);
        let shared = self.shared.clone();
        self.sending.push(Box::pin(async move {
            let channel = &row.effect.payload.channel;
            let Some(connector) = shared.connectors.of(channel) else {
                let words = format!("nothing sends by {channel} here: set up a connector of that channel, then retry");
                return (row, Attempt::Reject { problem: Problem::new("connector.none", words) });
            };
            let unsubscribe = match (&shared.settings.unsubscribe, row.customer) {
                (Some(make), Some(customer)) if kinds::to_person(&row.effect.payload) => Some(make(customer)),
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
            // A panic costs this attempt, not the relay and with it everybody's messages.
            let attempt = AssertUnwindSafe(connector.perform(envelope)).catch_unwind().await.unwrap_or_else(|panic| Attempt::Retry {
                after: None,
                problem: Problem::new("connector.panicked", format!("the connector broke off: {}", words(&*panic))),
            });
            drop(payload);
            (row, attempt)
        }));
    }

    fn settle(&mut self, (row, attempt): (OutboxRow, Attempt)) {
        if is_once(&row) {
            self.once_sending -= 1;
        }
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
                    self.in_flight.lands(settled.row());
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

fn is_once(row: &OutboxRow) -> bool {
    row.effect.delivery == DeliveryMode::AtMostOnce
}

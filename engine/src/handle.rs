//! The engine as its callers hold it.

use crate::acceptor::{Acceptance, Acceptor};
use crate::catalog::Catalogs;
use crate::inbox;
use crate::incoming::{Arrival, Pending};
use crate::lane::{self, Lane};
use crate::lateness::{Lateness, LatenessReading};
use crate::outbox::Relay;
use crate::personal::{self, AddressHash};
use crate::supervision::{self, Supervision};
use crate::{EngineError, Environment, jobs};
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tradewind_connectors::{Connector, Sender};
use tradewind_nodes::id::{CustomerId, EffectKey, WorkspaceId};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Batch, Db, StoreError};
use uuid::Uuid;

/// The doors to the outside world, by channel.
#[derive(Clone)]
pub struct Connectors {
    by_channel: BTreeMap<&'static str, Arc<dyn Connector>>,
    /// Who mail comes from when its node names nobody; the built-in mailbox keeps mails as this sender would have sent them.
    pub sender: Sender,
}

impl Connectors {
    /// These connectors, each for its channels; of two for one channel the later one.
    #[must_use]
    pub fn new(sender: Sender, connectors: Vec<Arc<dyn Connector>>) -> Self {
        let each = connectors.iter().flat_map(|connector| connector.channels().iter().map(|channel| (*channel, connector.clone())));
        Self { by_channel: each.collect(), sender }
    }

    /// What sends by a channel.
    #[must_use]
    pub fn of(&self, channel: &str) -> Option<&Arc<dyn Connector>> {
        self.by_channel.get(channel)
    }

    /// How many attempts are worth making at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.by_channel.values().map(|connector| connector.concurrency()).max().unwrap_or(1)
    }
}

/// Makes an address that is a person's own.
pub type PersonalUrl = Arc<dyn Fn(CustomerId) -> String + Send + Sync>;

/// Makes the address of the picture by which a mail is known to be opened.
pub type OpenedUrl = Arc<dyn Fn(&EffectKey, CustomerId) -> String + Send + Sync>;

/// How the engine is set up.
#[derive(Clone)]
pub struct EngineSettings {
    /// The address people reach this server at, without a slash at its end.
    pub workspace_url: String,
    /// A person's own address for unsubscribing in one click; mails carry none without it.
    pub unsubscribe: Option<PersonalUrl>,
    /// The picture that tells when a mail is opened; mails carry none without it.
    pub opened: Option<OpenedUrl>,
    /// A keyed hash of an address: by it the refusals of erased people are kept. Without it none are.
    pub address_hash: Option<AddressHash>,
    /// Arrivals accepted and not yet routed, at most; more are refused with [`EngineError::Full`].
    pub most_arrivals: usize,
    /// How long ended runs, events and settled deliveries are kept.
    pub retention: Duration,
    /// Whether the jobs beside the engine run in this process.
    pub jobs: bool,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            workspace_url: String::new(),
            unsubscribe: None,
            opened: None,
            address_hash: None,
            most_arrivals: 20_000,
            retention: Duration::from_days(395),
            jobs: true,
        }
    }
}

/// How the engine does.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Whether it takes and does work.
    pub ready: bool,
    /// Whether none of its parts has broken off. One that did does not come back: the process is to be started anew.
    pub whole: bool,
    /// Arrivals accepted and not yet routed.
    pub waiting: usize,
    /// How long the oldest of them has waited, in seconds.
    pub oldest_inbox_seconds: f64,
    /// Effects in memory that wait to be sent.
    pub outbox_pending: usize,
    /// Timers that fired more than a second late since the start.
    pub late_timers: u64,
    /// How late timers fired.
    pub lateness: LatenessReading,
    /// How late timers fired in the last minutes.
    pub recent_lateness: LatenessReading,
    /// Each connector, and what must be put right with it.
    pub connectors: Vec<(&'static str, Option<String>)>,
}

/// What all parts of an engine share.
pub(crate) struct Shared {
    pub db: Db,
    pub env: Environment,
    pub catalogs: Catalogs,
    pub settings: EngineSettings,
    pub connectors: Connectors,
    pub lateness: Lateness,
    pub waiting_effects: AtomicUsize,
    /// When the oldest arrival in hand came, in microseconds; `i64::MAX` when there is none.
    pub oldest_arrival: AtomicI64,
    /// People being erased: what was meant for them is not sent any more.
    erased: RwLock<HashSet<CustomerId>>,
    /// Told when an erasure was asked for.
    pub erasures: Notify,
    wake: Notify,
    stop: Notify,
    stopping: AtomicBool,
    pub supervision: Supervision,
    /// Where tests let commits fail, or happen twice.
    #[cfg(test)]
    pub fault: crate::lane::tests::Fault,
}

impl Shared {
    pub fn new(db: Db, env: Environment, catalogs: Catalogs, settings: EngineSettings, connectors: Connectors) -> Self {
        Self {
            db,
            env,
            catalogs,
            settings,
            connectors,
            lateness: Lateness::default(),
            waiting_effects: AtomicUsize::new(0),
            oldest_arrival: AtomicI64::new(i64::MAX),
            erased: RwLock::default(),
            erasures: Notify::new(),
            wake: Notify::new(),
            stop: Notify::new(),
            stopping: AtomicBool::new(false),
            supervision: Supervision::default(),
            #[cfg(test)]
            fault: crate::lane::tests::Fault::default(),
        }
    }
    /// Commits what the lane or the relay has decided: the one way both write, so that tests can break it off.
    pub async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        #[cfg(test)]
        return self.fault.commit(&self.db, batch).await;
        #[cfg(not(test))]
        self.db.commit(batch).await.map(drop)
    }
    /// Nothing is sent to these people from now on.
    pub fn note_erased(&self, people: impl Iterator<Item = CustomerId>) {
        self.erased.write().unwrap_or_else(PoisonError::into_inner).extend(people);
    }
    /// Whether somebody is being erased, or was in the time of this process. Nothing is left to send to those of earlier ones.
    pub fn is_erased(&self, customer: CustomerId) -> bool {
        self.erased.read().unwrap_or_else(PoisonError::into_inner).contains(&customer)
    }
    pub fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
    fn oldest_arrival_age(&self) -> Option<Duration> {
        let oldest = self.oldest_arrival.load(Ordering::Relaxed);
        (oldest != i64::MAX).then(|| self.env.now().since(Timestamp::from_micros(oldest)))
    }
    /// Returns when the engine is told to stop.
    pub async fn stopped(&self) {
        let told = self.stop.notified();
        tokio::pin!(told);
        // Registered before the flag is read, so that a stop in between is not missed.
        told.as_mut().enable();
        if !self.stopping() {
            told.await;
        }
    }
    /// Returns when the lane should look at the database again.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }
}

struct Inner {
    shared: Arc<Shared>,
    arrivals: mpsc::Sender<Pending>,
    acceptances: mpsc::Sender<Acceptance>,
    tasks: tokio::sync::Mutex<Vec<JoinHandle<()>>>,
}

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

impl Engine {
    /// Loads what is live, takes up what an earlier process left, and starts to work. The database must be migrated.
    ///
    /// # Errors
    /// When the database cannot be read, or does not have the tables as they are declared: the columns are named.
    pub async fn start(db: Db, env: Environment, settings: EngineSettings, connectors: Connectors) -> Result<Self, EngineError> {
        crate::tables::check(&db).await?;
        let catalogs = Catalogs::load(&db).await?;
        let (arrivals, queue) = mpsc::channel(settings.most_arrivals);
        let shared = Arc::new(Shared::new(db, env, catalogs, settings, connectors));
        let (outbox, relay) = Relay::new(shared.clone(), arrivals.clone());
        let mut lane = Lane::new(shared.clone(), queue, outbox);
        lane.recover().await?;
        let uncertain = relay.recover().await?;
        lane.backlog.extend(uncertain);
        let planned = lane::plan(&shared).await?;
        lane.backlog.extend(planned);
        let (acceptances, acceptor) = Acceptor::new(shared.clone());
        let mut tasks = vec![
            supervision::start(&shared, "lane", lane.work()),
            supervision::start(&shared, "relay", relay.work()),
            supervision::start(&shared, "acceptor", acceptor.work()),
        ];
        if shared.settings.jobs {
            tasks.push(supervision::start(&shared, "jobs", jobs::run(shared.clone())));
        }
        Ok(Self(Arc::new(Inner { shared, arrivals, acceptances, tasks: tokio::sync::Mutex::new(tasks) })))
    }

    /// Accepts what came in: on return it is committed and will be routed, whatever happens to this process.
    ///
    /// # Errors
    /// [`EngineError::Full`] and [`EngineError::Stopping`] when nothing was accepted; a store error when it is not known.
    pub async fn accept(&self, arrivals: Vec<Arrival>) -> Result<(), EngineError> {
        let shared = &self.0.shared;
        if shared.stopping() || !shared.supervision.is_whole() {
            return Err(EngineError::Stopping);
        }
        if arrivals.is_empty() {
            return Ok(());
        }
        // Reserved before anything is promised, so that a full engine refuses in time.
        let places = arrivals
            .iter()
            .map(|_| self.0.arrivals.clone().try_reserve_owned().map_err(|_| EngineError::Full))
            .collect::<Result<_, _>>()?;
        let rows = arrivals.into_iter().map(|arrival| inbox::row(&shared.env, arrival)).collect();
        let (acceptance, answer) = Acceptance::new(rows, places);
        self.0.acceptances.send(acceptance).await.map_err(|_| EngineError::Stopping)?;
        answer.await.map_err(|_| EngineError::Stopping)?
    }

    /// Accepts what came in together with a change of other rows: both are committed, or neither. What is live is read again
    /// before the arrivals are routed, so that they meet the change.
    ///
    /// # Errors
    /// As [`Engine::accept`]; a store error of the change means that neither was committed.
    pub async fn accept_with(&self, arrivals: Vec<Arrival>, mut change: Batch) -> Result<(), EngineError> {
        let shared = &self.0.shared;
        if shared.stopping() {
            return Err(EngineError::Stopping);
        }
        let places = arrivals
            .iter()
            .map(|_| self.0.arrivals.clone().try_reserve_owned().map_err(|_| EngineError::Full))
            .collect::<Result<Vec<_>, _>>()?;
        let rows: Vec<Pending> = arrivals.into_iter().map(|arrival| inbox::row(&shared.env, arrival)).collect();
        change.insert(&inbox::ADD, rows.iter().map(inbox::values));
        shared.db.commit(change).await?;
        // Committed is committed: rows that are not handed over now are found by the sweep.
        if let Err(error) = shared.catalogs.refresh(&shared.db).await {
            tracing::warn!(%error, "a change was committed and what is live could not be read again: it is at the next change");
            return Ok(());
        }
        for (place, row) in places.into_iter().zip(rows) {
            drop(place.send(row));
        }
        Ok(())
    }

    /// Has a person erased, by the order of `by`; gives the erasure's id, which is that of an earlier one if they are erased already or
    /// about to be. It is carried out by the lane, also after a restart, and ends in a certificate ([`crate::personal::find`]).
    ///
    /// # Errors
    /// When the database cannot be read or written: nothing was begun.
    pub async fn erase(&self, workspace: WorkspaceId, customer: CustomerId, by: &str) -> Result<Uuid, EngineError> {
        let shared = &self.0.shared;
        let id = personal::ask(&shared.db, &shared.env, workspace, customer, by).await?;
        shared.erasures.notify_one();
        Ok(id)
    }

    /// Reads again what is live, plans schedules and lets timers of resumed journeys be seen. To be called after any change
    /// of journeys, segments or kinds; on return new arrivals meet the new state.
    ///
    /// # Errors
    /// When the database cannot be read or written; what was live stays live.
    pub async fn refresh(&self) -> Result<(), EngineError> {
        let shared = &self.0.shared;
        shared.catalogs.refresh(&shared.db).await?;
        for planned in lane::plan(shared).await? {
            // Durable already: without a place it is found by the sweep.
            let _ = self.0.arrivals.try_send(planned);
        }
        self.wake();
        Ok(())
    }

    /// Lets the lane look at the database again: timers were changed behind its back.
    pub fn wake(&self) {
        self.0.shared.wake.notify_one();
    }

    /// The engine's time and ids.
    #[must_use]
    pub fn env(&self) -> &Environment {
        &self.0.shared.env
    }

    /// The engine's database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.shared.db
    }

    /// What is live.
    #[must_use]
    pub fn catalog(&self) -> Arc<crate::catalog::Catalog> {
        self.0.shared.catalogs.now()
    }

    /// How the engine does. Asks no database and no network.
    #[must_use]
    pub fn health(&self) -> Health {
        let shared = &self.0.shared;
        Health {
            ready: !shared.stopping() && shared.supervision.is_whole(),
            whole: shared.supervision.is_whole(),
            waiting: self.0.arrivals.max_capacity() - self.0.arrivals.capacity(),
            oldest_inbox_seconds: shared.oldest_arrival_age().map_or(0.0, |age| age.micros() as f64 / 1e6),
            outbox_pending: shared.waiting_effects.load(Ordering::Relaxed),
            late_timers: shared.lateness.later_than_a_second(),
            lateness: shared.lateness.read(),
            recent_lateness: shared.lateness.recent(shared.env.now()),
            connectors: shared.connectors.by_channel.values().map(|connector| (connector.name(), None)).collect(),
        }
    }

    /// Returns, with the reason, once a part of the engine has ended although nobody stopped it: work is accepted no longer
    /// or not done. Only a new process mends that.
    pub async fn broken(&self) -> String {
        self.0.shared.supervision.broken().await
    }

    /// Stops: what is under way is finished and committed, the rest stays in the database for the next process.
    pub async fn stop(&self) {
        self.0.shared.stopping.store(true, Ordering::SeqCst);
        self.0.shared.stop.notify_waiters();
        for task in self.0.tasks.lock().await.drain(..) {
            // A panic was caught and told; the task itself always ends well.
            let _ = task.await;
        }
    }
}

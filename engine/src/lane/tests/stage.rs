//! An engine on an in-memory database whose every round is made by the test: time moves only from one due instant to the next.

use super::fault::Break;
use super::recorder::Recorder;
use crate::catalog::Catalogs;
use crate::handle::{Connectors, EngineSettings, Shared};
use crate::inbox;
use crate::incoming::{Arrival, Call, ConsentChange, Incoming, IncomingEvent, Pending};
use crate::journeys::{self, NewJourney, Publication, Turn};
use crate::lane::{Lane, Work, plan};
use crate::outbox::Relay;
use crate::{EngineError, Environment, ManualClock};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{CustomerId, EventId, JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Batch, Db, DbSettings, Expect, Rows, Value};
use uuid::Uuid;

pub(super) const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
/// Where the clock stands at first: a Friday, noon in Berlin.
pub(super) const START: &str = "2026-01-09T11:00:00Z";
/// Rounds without an end in sight are a failure and not a hanging test.
const MOST_ROUNDS: usize = 5_000;

const DUE_INSTANTS: &str = "SELECT MIN(at) FROM (SELECT MIN(due_at) AS at FROM runs UNION ALL SELECT MIN(due_at) FROM deliveries \
    UNION ALL SELECT MIN(due_at) FROM schedules UNION ALL SELECT MIN(changes_at) FROM segment_members) AS instants";

pub(super) struct Stage {
    pub db: Db,
    pub clock: Arc<ManualClock>,
    pub env: Environment,
    pub recorder: Arc<Recorder>,
    pub shared: Arc<Shared>,
    pub lane: Lane,
    pub relay: Relay,
    /// Whether every row that was routed is offered once more, and every batch committed twice.
    pub twice: bool,
    /// How often the engine was taken up again after a commit broke off.
    pub restarts: u32,
    messages: u64,
    /// Throws for restarts at random points, in about one round of eight.
    restarting: Option<Environment>,
}

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn graph(json: Json) -> Graph {
    serde_json::from_value(json).unwrap()
}

/// A chain of nodes `(id, kind, config)`, each joined to the next by `next`, or by the port before a colon: `yes:mail`.
pub(super) fn chain(settings: Json, nodes: &[(&str, &str, Json)]) -> Graph {
    let bare = |id: &str| id.split_once(':').map_or(id, |(_, id)| id).to_owned();
    let port = |id: &str| id.split_once(':').map_or("next", |(port, _)| port).to_owned();
    let drawn: Vec<Json> = nodes.iter().map(|(id, kind, config)| json!({"id": bare(id), "kind": kind, "config": config})).collect();
    let edges: Vec<Json> =
        nodes.windows(2).map(|two| json!({"from": bare(two[0].0), "port": port(two[1].0), "to": bare(two[1].0)})).collect();
    graph(json!({"settings": settings, "nodes": drawn, "edges": edges}))
}

fn parts(db: &Db, env: &Environment, catalogs: Catalogs, recorder: &Arc<Recorder>) -> (Arc<Shared>, Lane, Relay) {
    let sender = "Shop <shop@example.com>".parse().unwrap();
    let connectors = Connectors::new(sender, vec![recorder.clone()]);
    let hash: crate::AddressHash = Arc::new(|address| tradewind_nodes::id::derived(HERE, &["address", address]));
    let settings = EngineSettings { address_hash: Some(hash), ..EngineSettings::default() };
    let shared = Arc::new(Shared::new(db.clone(), env.clone(), catalogs, settings, connectors));
    let (arrivals, queue) = mpsc::channel(100_000);
    let (outbox, relay) = Relay::new(shared.clone(), arrivals);
    let lane = Lane::new(shared.clone(), queue, outbox);
    (shared, lane, relay)
}

impl Stage {
    pub async fn new(seed: u64) -> Self {
        Self::on(Db::sqlite_in_memory().await.unwrap(), seed).await
    }

    /// On a database of its own of PostgreSQL.
    pub async fn on_postgres(seed: u64) -> Self {
        let url = tokio::task::spawn_blocking(super::postgres::fresh_database).await.unwrap();
        Self::on(Db::open(DbSettings::new(url)).await.unwrap(), seed).await
    }

    pub async fn on(db: Db, seed: u64) -> Self {
        db.migrate().await.unwrap();
        let clock = Arc::new(ManualClock::at(at(START)));
        let env = Environment::new(clock.clone(), seed);
        let recorder = Arc::new(Recorder::default());
        let (shared, lane, relay) = parts(&db, &env, Catalogs::load(&db).await.unwrap(), &recorder);
        Self { db, clock, env, recorder, shared, lane, relay, twice: false, restarts: 0, messages: 0, restarting: None }
    }

    /// As `new`, with a relay to which so many effects can be handed over at a time.
    pub async fn cramped(seed: u64, places: usize) -> Self {
        let mut stage = Self::new(seed).await;
        let (arrivals, queue) = mpsc::channel(100_000);
        let (outbox, relay) = Relay::with_places(stage.shared.clone(), arrivals, places);
        (stage.lane.arrivals, stage.lane.outbox, stage.relay) = (queue, outbox, relay);
        stage
    }

    /// Publishes a journey and lets the engine know.
    pub async fn publish(&mut self, slug: &str, graph: Graph) -> JourneyId {
        let id = self.env.id();
        let new = NewJourney { name: slug.to_owned(), slug: Some(slug.to_owned()), graph: Some(graph), ..NewJourney::default() };
        let journey = journeys::create(&self.db, HERE, id, new, self.env.now()).await.unwrap();
        journeys::publish(&self.db, HERE, slug, &Publication::default(), self.env.now()).await.unwrap();
        self.refresh().await;
        journey.id
    }

    pub async fn refresh(&mut self) {
        self.shared.catalogs.refresh(&self.db).await.unwrap();
        let planned = plan(&self.shared).await.unwrap();
        self.lane.backlog.extend(planned);
        self.lane.next_due = None;
    }

    pub async fn turn(&mut self, slug: &str, turn: Turn) {
        journeys::turn(&self.db, HERE, slug, turn, self.env.now()).await.unwrap();
        self.refresh().await;
    }

    /// Accepts arrivals as the engine does: in the inbox first.
    pub async fn accept(&mut self, incoming: Vec<Incoming>) {
        let now = self.env.now();
        let arrival = |incoming| Arrival { workspace: HERE, incoming, received_at: now };
        let rows: Vec<Pending> = incoming.into_iter().map(|one| inbox::row(&self.env, arrival(one))).collect();
        let mut batch = Batch::new();
        batch.insert(&inbox::ADD, rows.iter().map(inbox::values));
        self.db.commit(batch).await.unwrap();
        self.lane.backlog.extend(rows);
    }

    /// An event of the customer `user` with a message id of its own.
    pub fn event(&mut self, user: &str, name: &str, properties: Json) -> Incoming {
        self.messages += 1;
        let message_id = format!("message {}", self.messages);
        Incoming::Event(IncomingEvent { message_id, ..self.call(Call::Track, Some(user), None, name, properties) })
    }

    pub fn call(&mut self, call: Call, user: Option<&str>, anonymous: Option<&str>, name: &str, properties: Json) -> IncomingEvent {
        self.messages += 1;
        IncomingEvent {
            id: EventId(self.env.id()),
            customer_id: None,
            call,
            user_id: user.map(str::to_owned),
            anonymous_id: anonymous.map(str::to_owned),
            previous_id: None,
            name: name.to_owned(),
            properties: properties.as_object().unwrap().clone(),
            context: tradewind_nodes::JsonMap::new(),
            at: self.env.now(),
            received_at: self.env.now(),
            message_id: format!("message {}", self.messages),
        }
    }

    pub async fn track(&mut self, user: &str, name: &str, properties: Json) {
        let event = self.event(user, name, properties);
        self.accept(vec![event]).await;
    }

    /// Makes a customer known, with consent to mail.
    pub async fn know(&mut self, user: &str, traits: Json) {
        let consent = ConsentChange {
            channel: "email".into(),
            purpose: "marketing".into(),
            status: ConsentStatus::Granted,
            source: "test".into(),
            proof: Json::Null,
        };
        let mut all = json!({"email": format!("{user}@example.com"), "firstName": user}).as_object().unwrap().clone();
        all.extend(traits.as_object().unwrap().clone());
        let customer = CustomerId::of_user(HERE, user);
        let profile = Incoming::Profile { customer, user_id: Some(user.to_owned()), traits: all, consent: vec![consent] };
        self.accept(vec![profile]).await;
    }

    /// Throws lane and relay away and takes the work up again from the database, as after a crash.
    pub async fn restart(&mut self) {
        let at = *self.shared.fault.at.lock().unwrap();
        let commits = self.shared.fault.commits.load(Ordering::SeqCst);
        let catalogs = Catalogs::load(&self.db).await.unwrap();
        let (shared, lane, relay) = parts(&self.db, &self.env, catalogs, &self.recorder);
        (self.shared, self.lane, self.relay) = (shared, lane, relay);
        self.shared.fault.commits.store(commits, Ordering::SeqCst);
        *self.shared.fault.at.lock().unwrap() = at;
        self.restarts += 1;
        self.lane.recover().await.unwrap();
        // The commit to break off may be one of the restart's own; the next attempt passes it.
        let told = match self.relay.recover().await {
            Ok(told) => told,
            Err(_) => self.relay.recover().await.unwrap(),
        };
        self.lane.backlog.extend(told);
        let planned = match plan(&self.shared).await {
            Ok(planned) => planned,
            Err(_) => plan(&self.shared).await.unwrap(),
        };
        self.lane.backlog.extend(planned);
    }

    /// The commit of this number, counted from now on, breaks off.
    pub fn break_commit(&self, number: u64, way: Break) {
        self.shared.fault.commits.store(0, Ordering::SeqCst);
        *self.shared.fault.at.lock().unwrap() = Some((number, way));
    }

    /// From now on the engine is thrown away and taken up again at random points.
    pub fn restart_at_random(&mut self, seed: u64) {
        self.restarting = Some(Environment::new(self.clock.clone(), seed ^ 0x5bd1));
    }

    /// Works until nothing is left to do at this instant; starts again from the database when a commit breaks off.
    pub async fn quiet(&mut self) {
        for _ in 0..MOST_ROUNDS {
            if self.restarting.as_ref().is_some_and(|dice| dice.noise().is_multiple_of(8)) {
                self.restart().await;
            }
            match self.work_once().await {
                Ok(false) => return,
                Ok(true) => {}
                Err(EngineError::Store(_)) => self.restart().await,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("not quiet after {MOST_ROUNDS} rounds");
    }

    async fn work_once(&mut self) -> Result<bool, EngineError> {
        self.shared.fault.twice.store(self.twice, Ordering::SeqCst);
        while let Ok(arrival) = self.lane.arrivals.try_recv() {
            self.lane.backlog.push_back(arrival);
        }
        let offered: Vec<Pending> = if self.twice { self.lane.backlog.iter().cloned().collect() } else { Vec::new() };
        let mut any = self.lane.round().await?;
        if any && self.twice {
            // The same rows once more, and another look at the timers: nothing may come of either.
            let left: Vec<Option<Uuid>> = self.lane.backlog.iter().map(|pending| pending.id).collect();
            let again = offered.into_iter().filter(|pending| pending.id.is_some() && !left.contains(&pending.id));
            for pending in again.collect::<Vec<_>>().into_iter().rev() {
                self.lane.backlog.push_front(pending);
            }
            self.lane.next_due = None;
            self.lane.round().await?;
        }
        if !any {
            any = self.relay.settle_all().await?;
        }
        Ok(any)
    }

    /// The next instant at which something is due, if any.
    pub async fn next_instant(&self) -> Option<Timestamp> {
        let rows = self.db.query(DUE_INSTANTS, Vec::new()).await.unwrap();
        rows[0].opt_int(0).unwrap().map(Timestamp::from_micros).filter(|at| at.micros() < i64::MAX / 4)
    }

    async fn due_bodies(&self) -> Vec<String> {
        let rows = self.rows("SELECT body FROM runs WHERE due_at <= $1 LIMIT 3", vec![self.env.now().micros().into()]).await;
        rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
    }

    pub async fn go_to(&mut self, now: Timestamp) {
        assert!(now >= self.env.now(), "the clock goes forward only");
        self.clock.set(now);
        self.lane.next_due = None;
        self.lane.next_housekeeping = now;
        self.quiet().await;
    }

    /// From one due instant to the next, up to and including `end`; at most `most` of them.
    pub async fn run_until(&mut self, end: Timestamp, most: usize) -> usize {
        self.quiet().await;
        let mut passed = 0;
        while passed < most
            && let Some(next) = self.next_instant().await.filter(|next| *next <= end)
        {
            let now = self.env.now();
            if next <= now {
                let work = Work { arrivals: &[], due: Some(10), runs: &[], admit: Vec::new() };
                let error = self.lane.attempt(&work).await.err();
                panic!("what is due at {next} is still not done at {now}: {error:?} {:?}", self.due_bodies().await);
            }
            self.go_to(next).await;
            passed += 1;
        }
        if passed < most && self.env.now() < end {
            self.go_to(end).await;
        }
        passed
    }

    pub async fn rows(&self, sql: &'static str, args: Vec<Value>) -> Rows {
        self.db.query(sql, args).await.unwrap()
    }

    /// One number, as a count.
    pub async fn count(&self, sql: &'static str) -> i64 {
        self.rows(sql, Vec::new()).await[0].int(0).unwrap()
    }

    /// The first column of every row, as text.
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        self.rows(sql, Vec::new()).await.iter().map(|row| row.opt_text(0).unwrap().unwrap_or_default().to_owned()).collect()
    }

    pub async fn execute(&self, sql: &'static str, args: Vec<Value>) {
        let mut batch = Batch::new();
        batch.execute(sql, args, Expect::Any);
        self.db.commit(batch).await.unwrap();
    }
}

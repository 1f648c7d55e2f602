//! Loading a world: three hops to the database, whatever the size of the batch.

use super::{CustomerEntry, Load, Outgoing, RunEntry, World, day, read_run};
use crate::EngineError;
use crate::incoming::Incoming;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use tradewind_commerce::profile::{self, Profile};
use tradewind_nodes::fact::{Event, Horizon, Needs};
use tradewind_nodes::id::{CustomerId, EventId, JourneyId, RunId, derived};
use tradewind_nodes::run::Holder;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Query, Row, Value};
use uuid::Uuid;

pub(crate) const SEEN: &str = "SELECT id FROM messages WHERE day = ANY($1) AND id = ANY($2) LIMIT $3";
pub(crate) const ALIASES_OF: &str = "SELECT id, customer_id FROM aliases WHERE id = ANY($1) LIMIT $2";
pub(crate) const RUNS_BY_ID: &str = "SELECT id, workspace_id, shard, journey_id, version, customer_id, run_key, entered_at, seq, body, due_at FROM runs WHERE id = ANY($1) AND ended_at IS NULL LIMIT $2";
pub(crate) const RUNS_DUE: &str = "SELECT id, workspace_id, shard, journey_id, version, customer_id, run_key, entered_at, seq, body, due_at FROM runs WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
pub(crate) const NEXT_DUE: &str = "SELECT due_at FROM runs WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1";
pub(crate) const RUNS_OF_CUSTOMERS: &str = "SELECT id, workspace_id, shard, journey_id, version, customer_id, run_key, entered_at, seq, CASE WHEN ended_at IS NULL THEN body ELSE '' END, due_at, ended_at FROM runs WHERE customer_id = ANY($1) AND (ended_at IS NULL OR run_key IS NOT NULL) LIMIT $2";
pub(crate) const HISTORY: &str = "SELECT customer_id, id, name, at, properties, context FROM events WHERE customer_id = ANY($1) AND at >= $2 AND name = ANY($3) ORDER BY at DESC LIMIT $4";
pub(crate) const MEMBERSHIPS: &str =
    "SELECT customer_id, segment, inside, since, changes_at FROM segment_members WHERE customer_id = ANY($1) LIMIT $2";

/// Rows of one kind that a batch reads at most. Beyond it the batch is split.
const MOST_ROWS: i64 = 100_000;
/// Events of one customer that a predicate counts at most; older ones do not count.
const MOST_EVENTS: i64 = 10_000;

impl World {
    /// Loads all that `load` concerns.
    ///
    /// # Errors
    /// When the database cannot be read, or a row does not read back.
    pub async fn load(load: Load<'_>) -> Result<Self, EngineError> {
        let now = load.env.now();
        let mut world = Self {
            now,
            env: load.env.clone(),
            catalog: load.catalogs.now(),
            customers: HashMap::new(),
            runs: HashMap::new(),
            runs_of: HashMap::new(),
            holders: HashMap::new(),
            throttles: load.throttles.clone(),
            seen: HashSet::new(),
            aliases: HashMap::new(),
            queue: VecDeque::new(),
            out: Outgoing::default(),
        };
        world.load_given(&load).await?;
        let (touched, mut wanted) = world.concerned(&load);
        world.load_people(&load, &touched, &mut wanted).await?;
        world.load_history(&load).await?;
        Ok(world)
    }

    /// First hop: repeats, aliases, timers and runs named by orders.
    async fn load_given(&mut self, load: &Load<'_>) -> Result<(), EngineError> {
        let (mut messages, mut identifiers, mut runs) =
            (Vec::new(), Vec::new(), load.run.iter().chain(load.admit).map(|r| r.0).collect::<Vec<Uuid>>());
        for pending in load.pending {
            match &pending.incoming {
                Incoming::Event(event) => {
                    messages.push(derived(pending.workspace, &["message", &event.message_id]));
                    identifiers.push(event.customer(pending.workspace).0);
                    for (anonymous, id) in [(true, &event.anonymous_id), (false, &event.previous_id)] {
                        if let Some(id) = id {
                            identifiers.push(CustomerId::of_anonymous(pending.workspace, id).0);
                            if !anonymous {
                                identifiers.push(CustomerId::of_user(pending.workspace, id).0);
                            }
                        }
                    }
                }
                Incoming::Profile { customer, .. } | Incoming::Segment { customer } => identifiers.push(customer.0),
                Incoming::Start { customer, .. } | Incoming::Tick { customer, .. } => identifiers.extend(customer.map(|c| c.0)),
                Incoming::Merge { from, into, .. } => identifiers.extend([from.0, into.0]),
                Incoming::Receipt { effect, .. } => runs.push(effect.run.0),
                Incoming::Control { run, .. } => runs.push(run.0),
                Incoming::FanOut { .. } | Incoming::Backfill { .. } | Incoming::Empty { .. } | Incoming::Settle { .. } => {}
            }
        }
        let today = day(self.now);
        let mut queries = vec![
            Query::new(SEEN, vec![Value::IntList(vec![today, today - 1]), messages.into(), MOST_ROWS.into()]),
            Query::new(ALIASES_OF, vec![identifiers.into(), MOST_ROWS.into()]),
            Query::new(RUNS_BY_ID, vec![runs.into(), MOST_ROWS.into()]),
        ];
        if let Some(most) = load.due {
            queries.push(Query::new(RUNS_DUE, vec![self.now.micros().into(), most.into()]));
        }
        let mut answers = load.db.read(queries).await?.into_iter();
        for row in answers.next().unwrap_or_default() {
            self.seen.insert(row.uuid(0)?);
        }
        for row in answers.next().unwrap_or_default() {
            self.aliases.insert(CustomerId(row.uuid(0)?), CustomerId(row.uuid(1)?));
        }
        for row in answers.next().unwrap_or_default() {
            self.take_run(load, &row).await?;
        }
        for row in answers.next().unwrap_or_default() {
            if let Some(id) = self.take_run(load, &row).await?
                && let Some(entry) = self.runs.get_mut(&id)
            {
                entry.due = row.opt_int(10)?.map(Timestamp::from_micros);
                self.queue.push_back((id, super::Stimulus::Due));
            } else {
                // Left on its timer it would be due for ever, and in the way of the rest.
                self.out.unusable.push(RunId(row.uuid(0)?));
            }
        }
        if let Some(run) = load.run {
            self.queue.push_back((run, super::Stimulus::Due));
        }
        self.queue.extend(load.admit.iter().map(|run| (*run, super::Stimulus::Admitted)));
        Ok(())
    }

    /// Adds a run read from the database. A row that cannot be read is left alone and said loudly: it must not stop others.
    async fn take_run(&mut self, load: &Load<'_>, row: &Row) -> Result<Option<RunId>, EngineError> {
        let (workspace, journey, version, shard, seq, _, run) = match read_run(row) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(%error, "a run cannot be read: it stays where it is");
                return Ok(None);
            }
        };
        let id = run.id;
        if self.runs.contains_key(&id) {
            return Ok(Some(id));
        }
        let program = match load.catalogs.program(load.db, workspace, journey, version).await {
            Ok(program) => program,
            Err(EngineError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::error!(run = %id, %error, "the run's version cannot be used: it stays where it is");
                return Ok(None);
            }
        };
        if let Some(customer) = run.customer {
            self.runs_of.entry(customer).or_default().push(id);
        }
        let was_held = matches!(run.body.state, tradewind_nodes::run::RunState::Held { .. });
        let entry = RunEntry {
            was_held,
            workspace,
            journey,
            version,
            shard,
            program,
            run,
            seq,
            fresh: false,
            transitions: Vec::new(),
            due: None,
            reset_timer: false,
            parked: false,
        };
        self.runs.insert(id, entry);
        Ok(Some(id))
    }

    /// Customers whose runs all matter (something happened to them), and customers that are only read.
    fn concerned(&self, load: &Load<'_>) -> (HashSet<CustomerId>, HashSet<CustomerId>) {
        let mut touched = HashSet::new();
        for pending in load.pending {
            match &pending.incoming {
                Incoming::Event(event) => {
                    touched.insert(self.resolve(event.customer(pending.workspace)));
                    if let Some(anonymous) = &event.anonymous_id {
                        touched.insert(CustomerId::of_anonymous(pending.workspace, anonymous));
                    }
                    // Whom an alias joins to him must be known for the merge to be ordered.
                    if let Some(previous) = &event.previous_id {
                        touched.extend([
                            CustomerId::of_anonymous(pending.workspace, previous),
                            CustomerId::of_user(pending.workspace, previous),
                        ]);
                    }
                }
                Incoming::Profile { customer, .. } | Incoming::Segment { customer } => {
                    touched.insert(self.resolve(*customer));
                }
                Incoming::Start { customer, .. } | Incoming::Tick { customer, .. } => touched.extend(customer.map(|c| self.resolve(c))),
                Incoming::Merge { from, into, .. } => touched.extend([*from, self.resolve(*into)]),
                Incoming::Control { .. } | Incoming::Receipt { .. } => {}
                Incoming::FanOut { .. } | Incoming::Backfill { .. } | Incoming::Empty { .. } | Incoming::Settle { .. } => {}
            }
        }
        let mut wanted: HashSet<CustomerId> = self.runs.values().filter_map(|r| r.run.customer).collect();
        wanted.extend(touched.iter().copied());
        (touched, wanted)
    }

    /// Second hop: profiles, segments and the runs of those to whom something happened.
    async fn load_people(
        &mut self,
        load: &Load<'_>,
        touched: &HashSet<CustomerId>,
        wanted: &mut HashSet<CustomerId>,
    ) -> Result<(), EngineError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let ids = |set: &HashSet<CustomerId>| Value::UuidList(set.iter().map(|c| c.0).collect());
        let mut queries =
            vec![Query::new(profile::BY_ID, vec![ids(wanted)]), Query::new(RUNS_OF_CUSTOMERS, vec![ids(touched), MOST_ROWS.into()])];
        if self.catalog.workspaces.values().any(|w| !w.segments.is_empty()) {
            queries.push(Query::new(MEMBERSHIPS, vec![ids(wanted), MOST_ROWS.into()]));
        }
        let mut answers = load.db.read(queries).await?.into_iter();
        for row in answers.next().unwrap_or_default() {
            let profile = Profile::read(&row)?;
            let entry = CustomerEntry {
                history: Vec::new(),
                segments: BTreeSet::new(),
                memberships: HashMap::new(),
                fresh: false,
                changed: false,
                profile,
            };
            self.customers.insert(entry.profile.customer.id, entry);
        }
        for row in answers.next().unwrap_or_default() {
            let ended = row.opt_int(11)?.is_some();
            if let Some(key) = row.opt_text(6)? {
                let holder = Holder { run: RunId(row.uuid(0)?), entered_at: Timestamp::from_micros(row.int(7)?), ended };
                self.holders.insert((JourneyId(row.uuid(3)?), key.to_owned()), holder);
            }
            if !ended {
                self.take_run(load, &row).await?;
            }
        }
        for row in answers.next().unwrap_or_default() {
            let (customer, segment, inside) = (CustomerId(row.uuid(0)?), row.text(1)?.to_owned(), row.bool(2)?);
            if let Some(entry) = self.customers.get_mut(&customer) {
                if inside {
                    entry.segments.insert(segment.clone());
                }
                let changes_at = row.opt_int(4)?.map(Timestamp::from_micros);
                entry.memberships.insert(segment, (inside, Timestamp::from_micros(row.int(3)?), changes_at));
            }
        }
        Ok(())
    }

    /// What the programs concerned read of each known customer's past.
    fn needed(&self, load: &Load<'_>) -> HashMap<CustomerId, (Needs, Timestamp)> {
        let mut needed: HashMap<CustomerId, (Needs, Timestamp)> = HashMap::new();
        let known = |id: &CustomerId| self.customers.get(id).is_some_and(|c| !c.fresh);
        for entry in self.runs.values() {
            let Some(customer) = entry.run.customer.filter(known) else { continue };
            if !entry.program.needs.events.is_empty() {
                let (needs, since) = needed.entry(customer).or_insert_with(|| (Needs::default(), self.now));
                needs.merge(&entry.program.needs);
                *since = (*since).min(entry.run.entered_at);
            }
        }
        let mut want = |customer: CustomerId, needs: &Needs| {
            if known(&customer) && !needs.events.is_empty() {
                needed.entry(customer).or_insert_with(|| (Needs::default(), self.now)).0.merge(needs);
            }
        };
        for pending in load.pending {
            let Some(workspace) = self.catalog.workspaces.get(&pending.workspace) else { continue };
            match &pending.incoming {
                Incoming::Event(event) => {
                    let customer = self.resolve(event.customer(pending.workspace));
                    for live in workspace.by_event.get(&event.name).into_iter().flatten() {
                        want(customer, &live.program.needs);
                    }
                    want(customer, &workspace.segment_needs);
                }
                Incoming::Profile { customer, .. } | Incoming::Segment { customer } => {
                    for live in workspace.by_segment.values().flatten() {
                        want(self.resolve(*customer), &live.program.needs);
                    }
                    want(self.resolve(*customer), &workspace.segment_needs);
                }
                Incoming::Start { journey, customer: Some(customer), .. } | Incoming::Tick { journey, customer: Some(customer), .. } => {
                    if let Some(live) = workspace.journeys.get(journey) {
                        want(self.resolve(*customer), &live.program.needs);
                    }
                }
                _ => {}
            }
        }
        needed
    }

    /// Third hop: the events that decisions read.
    async fn load_history(&mut self, load: &Load<'_>) -> Result<(), EngineError> {
        let needed = self.needed(load);
        if needed.is_empty() {
            return Ok(());
        }
        let names: BTreeSet<&String> = needed.values().flat_map(|(needs, _)| needs.events.keys()).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let since = needed.values().map(|(needs, entered)| reach(needs, *entered, self.now)).min().unwrap_or(self.now);
        let people: Vec<Uuid> = needed.keys().map(|c| c.0).collect();
        let all = vec![Value::UuidList(people), since.micros().into(), names.clone().into(), MOST_ROWS.into()];
        let rows = load.db.query(HISTORY, all).await?;
        if rows.len() < usize::try_from(MOST_ROWS).unwrap_or(usize::MAX) {
            return self.remember(rows);
        }
        for (customer, (needs, entered)) in needed {
            let names: Vec<String> = needs.events.keys().cloned().collect();
            let since = reach(&needs, entered, self.now);
            let args = vec![Value::UuidList(vec![customer.0]), since.micros().into(), names.into(), MOST_EVENTS.into()];
            let rows = load.db.query(HISTORY, args).await?;
            self.remember(rows)?;
        }
        Ok(())
    }

    /// Puts events, newest first, into their customers' histories, oldest first.
    fn remember(&mut self, rows: Vec<Row>) -> Result<(), EngineError> {
        for row in rows.iter().rev() {
            let json = |column: usize| -> Result<_, EngineError> { Ok(serde_json::from_str(row.text(column)?).unwrap_or_default()) };
            let event = Event {
                id: EventId(row.uuid(1)?),
                name: row.text(2)?.to_owned(),
                at: Timestamp::from_micros(row.int(3)?),
                properties: json(4)?,
                context: json(5)?,
            };
            if let Some(entry) = self.customers.get_mut(&CustomerId(row.uuid(0)?)) {
                entry.history.push(event);
            }
        }
        Ok(())
    }
}

/// How far back `needs` reach for a run that began at `entered`.
fn reach(needs: &Needs, entered: Timestamp, now: Timestamp) -> Timestamp {
    let mut since = now;
    for horizon in needs.events.values() {
        since = since.min(match horizon {
            Horizon::Entry => entered,
            Horizon::Window(length) => now.minus(*length).min(entered),
            Horizon::Ever => Timestamp::from_micros(i64::MIN / 2),
        });
    }
    // An event of the same instant as the entry, or one whose clock ran a little behind, belongs to it.
    since.minus(Duration::from_secs(1))
}

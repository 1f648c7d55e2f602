//! Loading the state of a batch: three hops to the database, and one for each table that commands need, whatever the size of the batch.

use crate::catalog::Catalogs;
use crate::{EngineError, Environment, records};
use std::collections::{BTreeSet, HashMap, HashSet};
use tradewind_commerce::events::PastEvent;
use tradewind_commerce::profile::{self, Profile, ProfileRow};
use tradewind_core::message::{Incoming, Pending};
use tradewind_core::routing;
use tradewind_core::state::{CustomerEntry, Membership, RunEntry, State, Stimulus, day};
use tradewind_nodes::fact::{Horizon, Needs};
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, Shard, WorkspaceId, derived};
use tradewind_nodes::run::{Holder, Run, RunBody};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Db, Query, Row, Rows, Value};
use uuid::Uuid;

pub(crate) const SEEN: &str = "SELECT id FROM messages WHERE day = ANY($1) AND id = ANY($2) LIMIT $3";
pub(crate) const ALIASES_OF: &str = "SELECT id, customer_id FROM aliases WHERE id = ANY($1) LIMIT $2";
/// The conditions on `ended_at` and `run_key` are hidden in a CASE from the planner of PostgreSQL: after a mass end of runs its statistics
/// say that nobody is inside, so it takes the partial indexes `runs_live` and `runs_key` for empty and reads them whole, with the
/// entry of every run that ended since the last vacuum, where `id` and `customer_id` lead to a handful of rows.
pub(crate) const RUNS_BY_ID: &str = "SELECT id, workspace_id, shard, journey_id, version, customer_id, run_key, entered_at, seq, body, due_at FROM runs WHERE id = ANY($1) AND CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END = 1 LIMIT $2";
pub(crate) const RUNS_DUE: &str = "SELECT id, workspace_id, shard, journey_id, version, customer_id, run_key, entered_at, seq, body, due_at FROM runs WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
pub(crate) const NEXT_DUE: &str = "SELECT due_at FROM runs WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1";
/// As in `RUNS_BY_ID`, a CASE keeps the planner at `runs_customer`.
pub(crate) const RUNS_OF_CUSTOMERS: &str = "SELECT id, workspace_id, shard, journey_id, version, customer_id, run_key, entered_at, seq, CASE WHEN ended_at IS NULL THEN body ELSE '' END, due_at, ended_at FROM runs WHERE customer_id = ANY($1) AND CASE WHEN ended_at IS NULL OR run_key IS NOT NULL THEN 1 ELSE 0 END = 1 LIMIT $2";
/// Who holds keys that are about no customer; those of customers come with their runs.
pub(crate) const HOLDERS: &str = "SELECT id, journey_id, run_key, entered_at, ended_at FROM runs WHERE journey_id = ANY($1) AND run_key = ANY($2) AND run_key IS NOT NULL AND customer_id IS NULL LIMIT $3";
pub(crate) const HISTORY: &str = "SELECT customer_id, id, name, at, properties, context FROM events WHERE customer_id = ANY($1) AND at >= $2 AND name = ANY($3) ORDER BY at DESC LIMIT $4";
pub(crate) const MEMBERSHIPS: &str =
    "SELECT customer_id, segment, inside, since, changes_at FROM segment_members WHERE customer_id = ANY($1) LIMIT $2";

/// Rows of one kind that a batch reads at most. Beyond it the batch is split.
const MOST_ROWS: i64 = 100_000;
/// Events of one customer that a predicate counts at most; older ones do not count.
const MOST_EVENTS: i64 = 10_000;

/// What a state is loaded for.
pub(crate) struct Load<'a> {
    pub db: &'a Db,
    pub env: &'a Environment,
    pub catalogs: &'a Catalogs,
    pub pending: &'a [Pending],
    /// When the next slot of each throttled journey is free.
    pub throttles: &'a HashMap<JourneyId, Timestamp>,
    /// The most timers to take, when it is time to look.
    pub due: Option<i64>,
    /// Runs to look at whatever their timers say (after a batch fell apart).
    pub runs: &'a [RunId],
    /// Queued runs for which a place is free.
    pub admit: &'a [RunId],
}

/// A row of runs: whose, which journey and version, which shard, its sequence number, when it is due, and the run.
type RunRow = (WorkspaceId, JourneyId, u32, Shard, i64, Option<Timestamp>, Run);

/// Columns of a run, in the order of every statement on runs.
pub(crate) fn read_run(row: &Row) -> Result<RunRow, EngineError> {
    let body: RunBody = serde_json::from_str(row.text(9)?)
        .map_err(|error| EngineError::Row { table: "runs", message: format!("{}: {error}", row.uuid(0).unwrap_or_default()) })?;
    let run = Run {
        id: RunId(row.uuid(0)?),
        customer: row.opt_uuid(5)?.map(CustomerId),
        key: row.opt_text(6)?.map(str::to_owned),
        entered_at: Timestamp::from_micros(row.int(7)?),
        body,
    };
    Ok((
        WorkspaceId(row.uuid(1)?),
        JourneyId(row.uuid(3)?),
        u32::try_from(row.int(4)?).unwrap_or(0),
        Shard(u16::try_from(row.int(2)?).unwrap_or(0)),
        row.int(8)?,
        row.opt_int(10)?.map(Timestamp::from_micros),
        run,
    ))
}

/// Loads all that `load` concerns.
///
/// # Errors
/// When the database cannot be read, or a row does not read back.
pub(crate) async fn load(load: Load<'_>) -> Result<State, EngineError> {
    let state = State::new(load.env.now(), Box::new(load.env.clone()), load.catalogs.now().live.clone());
    let mut loading = Loading { load, state };
    loading.state.throttles.clone_from(loading.load.throttles);
    loading.load_given().await?;
    loading.load_holders().await?;
    let (touched, mut wanted) = loading.concerned();
    loading.load_people(&touched, &mut wanted).await?;
    let needed = loading.needed();
    let commands = needed.iter().map(|(customer, (needs, _))| (*customer, &needs.commands));
    records::load(loading.load.db, &mut loading.state.records, commands).await?;
    loading.load_history(needed).await?;
    Ok(loading.state)
}

/// A state that is being loaded.
struct Loading<'a> {
    load: Load<'a>,
    state: State,
}

impl Loading<'_> {
    /// First hop: repeats, aliases, timers and runs named by orders.
    async fn load_given(&mut self) -> Result<(), EngineError> {
        let (mut messages, mut identifiers, mut runs) =
            (Vec::new(), Vec::new(), self.load.runs.iter().chain(self.load.admit).map(|r| r.0).collect::<Vec<Uuid>>());
        for pending in self.load.pending {
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
        let today = day(self.state.now);
        let mut queries = vec![
            Query::new(SEEN, vec![Value::IntList(vec![today, today - 1]), messages.into(), MOST_ROWS.into()]),
            Query::new(ALIASES_OF, vec![identifiers.into(), MOST_ROWS.into()]),
            Query::new(RUNS_BY_ID, vec![runs.into(), MOST_ROWS.into()]),
        ];
        if let Some(most) = self.load.due {
            queries.push(Query::new(RUNS_DUE, vec![self.state.now.micros().into(), most.into()]));
        }
        let mut answers = self.load.db.read(queries).await?.into_iter();
        for row in answers.next().unwrap_or_default() {
            self.state.seen.insert(row.uuid(0)?);
        }
        for row in answers.next().unwrap_or_default() {
            self.state.aliases.insert(CustomerId(row.uuid(0)?), CustomerId(row.uuid(1)?));
        }
        for row in answers.next().unwrap_or_default() {
            self.take_run(&row).await?;
        }
        for row in answers.next().unwrap_or_default() {
            if let Some(id) = self.take_run(&row).await?
                && let Some(entry) = self.state.runs.get_mut(&id)
            {
                entry.due = row.opt_int(10)?.map(Timestamp::from_micros);
                self.state.queue.push_back((id, Stimulus::Due));
            } else {
                // Left on its timer it would be due for ever, and in the way of the rest.
                self.state.changes.unusable.push(RunId(row.uuid(0)?));
            }
        }
        self.state.queue.extend(self.load.runs.iter().map(|run| (*run, Stimulus::Due)));
        self.state.queue.extend(self.load.admit.iter().map(|run| (*run, Stimulus::Admitted)));
        Ok(())
    }

    /// Who holds the keys that messages about no customer will ask for; seldom there are any.
    async fn load_holders(&mut self) -> Result<(), EngineError> {
        let key = |pending| routing::key_about_nobody(&self.state.catalog, pending, self.state.now);
        let (journeys, keys): (Vec<Uuid>, Vec<String>) = self.load.pending.iter().filter_map(key).map(|(id, key)| (id.0, key)).unzip();
        if keys.is_empty() {
            return Ok(());
        }
        for row in self.load.db.query(HOLDERS, vec![journeys.into(), keys.into(), MOST_ROWS.into()]).await? {
            let (run, entered_at) = (RunId(row.uuid(0)?), Timestamp::from_micros(row.int(3)?));
            let holder = Holder { run, entered_at, ended: row.opt_int(4)?.is_some() };
            self.state.holders.insert((JourneyId(row.uuid(1)?), row.text(2)?.to_owned()), holder);
        }
        Ok(())
    }

    /// Adds a run read from the database. A row that cannot be read is left alone and said loudly: it must not stop others.
    async fn take_run(&mut self, row: &Row) -> Result<Option<RunId>, EngineError> {
        let (workspace, journey, version, shard, seq, _, run) = match read_run(row) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(%error, "a run cannot be read: it stays where it is");
                return Ok(None);
            }
        };
        let id = run.id;
        if self.state.runs.contains_key(&id) {
            return Ok(Some(id));
        }
        let program = match self.load.catalogs.program(self.load.db, workspace, journey, version).await {
            Ok(program) => program,
            Err(EngineError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::error!(run = %id, %error, "the run's version cannot be used: it stays where it is");
                return Ok(None);
            }
        };
        if let Some(customer) = run.customer {
            self.state.runs_of.entry(customer).or_default().push(id);
        }
        let entry = RunEntry {
            was_held: matches!(run.body.state, tradewind_nodes::run::RunState::Held { .. }),
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
        self.state.runs.insert(id, entry);
        Ok(Some(id))
    }

    /// Customers whose runs all matter (something happened to them), and customers that are only read.
    fn concerned(&self) -> (HashSet<CustomerId>, HashSet<CustomerId>) {
        let mut touched = HashSet::new();
        for pending in self.load.pending {
            match &pending.incoming {
                Incoming::Event(event) => {
                    touched.insert(self.state.resolve(event.customer(pending.workspace)));
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
                    touched.insert(self.state.resolve(*customer));
                }
                Incoming::Start { customer, .. } | Incoming::Tick { customer, .. } => {
                    touched.extend(customer.map(|c| self.state.resolve(c)))
                }
                Incoming::Merge { from, into, .. } => touched.extend([*from, self.state.resolve(*into)]),
                Incoming::Control { .. } | Incoming::Receipt { .. } => {}
                Incoming::FanOut { .. } | Incoming::Backfill { .. } | Incoming::Empty { .. } | Incoming::Settle { .. } => {}
            }
        }
        let mut wanted: HashSet<CustomerId> = self.state.runs.values().filter_map(|r| r.run.customer).collect();
        wanted.extend(touched.iter().copied());
        (touched, wanted)
    }

    /// Second hop: profiles, segments and the runs of those to whom something happened.
    async fn load_people(&mut self, touched: &HashSet<CustomerId>, wanted: &mut HashSet<CustomerId>) -> Result<(), EngineError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let ids = |set: &HashSet<CustomerId>| Value::UuidList(set.iter().map(|c| c.0).collect());
        let mut queries =
            vec![Query::new(profile::BY_ID, vec![ids(wanted)]), Query::new(RUNS_OF_CUSTOMERS, vec![ids(touched), MOST_ROWS.into()])];
        if self.state.catalog.workspaces.values().any(|w| !w.segments.is_empty()) {
            queries.push(Query::new(MEMBERSHIPS, vec![ids(wanted), MOST_ROWS.into()]));
        }
        let mut answers = self.load.db.read(queries).await?.into_iter();
        for profile in answers.next().unwrap_or_default().read::<ProfileRow>()? {
            let profile = Profile::from(profile);
            let entry = CustomerEntry {
                history: Vec::new(),
                segments: BTreeSet::new(),
                memberships: HashMap::new(),
                fresh: false,
                changed: false,
                profile,
            };
            self.state.customers.insert(entry.profile.customer.id, entry);
        }
        for row in answers.next().unwrap_or_default() {
            let ended = row.opt_int(11)?.is_some();
            if let Some(key) = row.opt_text(6)? {
                let holder = Holder { run: RunId(row.uuid(0)?), entered_at: Timestamp::from_micros(row.int(7)?), ended };
                self.state.holders.insert((JourneyId(row.uuid(3)?), key.to_owned()), holder);
            }
            if !ended {
                self.take_run(&row).await?;
            }
        }
        for row in answers.next().unwrap_or_default() {
            let (customer, segment, inside) = (CustomerId(row.uuid(0)?), row.text(1)?.to_owned(), row.bool(2)?);
            if let Some(entry) = self.state.customers.get_mut(&customer) {
                if inside {
                    entry.segments.insert(segment.clone());
                }
                let changes_at = row.opt_int(4)?.map(Timestamp::from_micros);
                let since = Timestamp::from_micros(row.int(3)?);
                entry.memberships.insert(segment, Membership { inside, since, changes_at });
            }
        }
        Ok(())
    }

    /// What the programs concerned read of each known customer's past.
    fn needed(&self) -> HashMap<CustomerId, (Needs, Timestamp)> {
        let mut needed: HashMap<CustomerId, (Needs, Timestamp)> = HashMap::new();
        let known = |id: &CustomerId| self.state.customers.get(id).is_some_and(|c| !c.fresh);
        for entry in self.state.runs.values() {
            let Some(customer) = entry.run.customer.filter(known) else { continue };
            if !entry.program.needs.is_empty() {
                let (needs, since) = needed.entry(customer).or_insert_with(|| (Needs::default(), self.state.now));
                needs.merge(&entry.program.needs);
                *since = (*since).min(entry.run.entered_at);
            }
        }
        let mut want = |customer: CustomerId, needs: &Needs| {
            if known(&customer) && !needs.is_empty() {
                needed.entry(customer).or_insert_with(|| (Needs::default(), self.state.now)).0.merge(needs);
            }
        };
        for pending in self.load.pending {
            let Some(workspace) = self.state.catalog.workspaces.get(&pending.workspace) else { continue };
            match &pending.incoming {
                Incoming::Event(event) => {
                    let customer = self.state.resolve(event.customer(pending.workspace));
                    for live in workspace.by_event.get(&event.name).into_iter().flatten() {
                        want(customer, &live.program.needs);
                    }
                    want(customer, workspace.segments.needs());
                    want(customer, &workspace.crossing_needs);
                }
                Incoming::Profile { customer, .. } | Incoming::Segment { customer } => {
                    want(self.state.resolve(*customer), &workspace.crossing_needs);
                    want(self.state.resolve(*customer), workspace.segments.needs());
                }
                Incoming::Start { journey, customer: Some(customer), .. } | Incoming::Tick { journey, customer: Some(customer), .. } => {
                    if let Some(live) = workspace.journeys.get(journey) {
                        want(self.state.resolve(*customer), &live.program.needs);
                    }
                }
                _ => {}
            }
        }
        needed
    }

    /// Third hop: the events that decisions read.
    async fn load_history(&mut self, mut needed: HashMap<CustomerId, (Needs, Timestamp)>) -> Result<(), EngineError> {
        needed.retain(|_, (needs, _)| !needs.events.is_empty());
        if needed.is_empty() {
            return Ok(());
        }
        let names: BTreeSet<&String> = needed.values().flat_map(|(needs, _)| needs.events.keys()).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let since = needed.values().map(|(needs, entered)| reach(needs, *entered, self.state.now)).min().unwrap_or(self.state.now);
        let people: Vec<Uuid> = needed.keys().map(|c| c.0).collect();
        let all = vec![Value::UuidList(people), since.micros().into(), names.clone().into(), MOST_ROWS.into()];
        let rows = self.load.db.query(HISTORY, all).await?;
        if rows.len() < usize::try_from(MOST_ROWS).unwrap_or(usize::MAX) {
            return self.remember(rows);
        }
        for (customer, (needs, entered)) in needed {
            let names: Vec<String> = needs.events.keys().cloned().collect();
            let since = reach(&needs, entered, self.state.now);
            let args = vec![Value::UuidList(vec![customer.0]), since.micros().into(), names.into(), MOST_EVENTS.into()];
            let rows = self.load.db.query(HISTORY, args).await?;
            self.remember(rows)?;
        }
        Ok(())
    }

    /// Puts events, newest first, into their customers' histories, oldest first.
    fn remember(&mut self, rows: Rows) -> Result<(), EngineError> {
        for row in rows.read::<PastEvent>()?.into_iter().rev() {
            if let Some(entry) = self.state.customers.get_mut(&row.customer_id) {
                entry.history.push(row.into());
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

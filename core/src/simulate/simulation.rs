//! The virtual clock, and the state it moves.

use super::cover::Coverage;
use super::outbox::Outbox;
use super::report::{Held, Person, Prevented, Refusal, Report, RunReport, Sent, Started, TaskReport};
use crate::catalog::{Catalog, LiveJourney, Segments, Status, WorkspaceCatalog};
use crate::message::{Incoming, Pending};
use crate::records::Records;
use crate::schedule::{Calendar, FanOutPage};
use crate::state::{NewIds, State, Stimulus};
use crate::{routing, step_next};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use tradewind_nodes::Json;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, JourneyId, NodeId, RunId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::run::{Program, RunState, Step};
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

/// Inputs one simulation may take: a loop of short delays over years would not end while anybody waits.
const MAX_INPUTS: usize = 200_000;

/// A journey to simulate.
pub struct Journey {
    /// Its slug.
    pub slug: String,
    /// Its version.
    pub program: Arc<Program>,
}

/// Counted ids, so that a simulation played again is the same to the last bit.
#[derive(Default)]
struct CountedIds(u128);

impl NewIds for CountedIds {
    fn id(&mut self) -> Uuid {
        self.0 += 1;
        Uuid::from_u128(self.0)
    }
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Seen {
    pub messages: Vec<Sent>,
    pub requests: Vec<Sent>,
    pub prevented: Vec<Prevented>,
    pub held: Vec<Held>,
    pub refusals: Vec<Refusal>,
    pub recorded: Vec<Event>,
    pub started: Vec<Started>,
    pub tasks: Vec<TaskReport>,
    pub coverage: Coverage,
}

/// Journeys on a virtual clock.
pub struct Simulation {
    pub(super) state: State,
    pub(super) workspace: WorkspaceId,
    journeys: Vec<Journey>,
    definitions: BTreeMap<String, Predicate>,
    /// When each schedule ticks, by journey, node and customer (or the journey again).
    pub(super) schedules: BTreeMap<(JourneyId, NodeId, Uuid), Timestamp>,
    pub(super) inbox: VecDeque<Pending>,
    pub(super) outbox: Outbox,
    /// The runs in the order of their entry, each with its ledger.
    pub(super) runs: Vec<(RunId, Vec<Step>)>,
    /// Where each is in `runs`.
    pub(super) places: HashMap<RunId, usize>,
    pub(super) failing: BTreeMap<NodeId, Problem>,
    pub(super) replies: BTreeMap<NodeId, Json>,
    pub(super) seen: Seen,
    inputs: usize,
}

impl Simulation {
    /// Nobody, and these journeys, live from `start` on.
    #[must_use]
    pub fn new(journeys: Vec<Journey>, start: Timestamp) -> Self {
        Self::in_workspace(WorkspaceId(Uuid::nil()), journeys, start)
    }

    /// The same in a workspace, by which customers' ids are made.
    #[must_use]
    pub fn in_workspace(workspace: WorkspaceId, journeys: Vec<Journey>, start: Timestamp) -> Self {
        let mut simulation = Self {
            workspace,
            state: State { records: Records::complete(), ..State::new(start, Box::new(CountedIds::default()), Arc::default()) },
            journeys,
            definitions: BTreeMap::new(),
            schedules: BTreeMap::new(),
            inbox: VecDeque::new(),
            outbox: Outbox::default(),
            runs: Vec::new(),
            places: HashMap::new(),
            failing: BTreeMap::new(),
            replies: BTreeMap::new(),
            seen: Seen::default(),
            inputs: 0,
        };
        simulation.publish();
        let catalog = simulation.state.catalog.clone();
        for calendar in Calendar::all(&catalog) {
            let id = calendar.live.id;
            if let Some(next) = calendar.next(start) {
                simulation.schedules.insert((id, calendar.node.clone(), id.0), next);
            }
        }
        simulation
    }

    /// Defines a segment.
    pub fn segment(&mut self, name: &str, predicate: Predicate) {
        self.definitions.insert(name.to_owned(), predicate);
        self.publish();
    }

    /// Makes what is known live.
    fn publish(&mut self) {
        let mut known = WorkspaceCatalog { segments: Segments::new(self.definitions.clone()), ..WorkspaceCatalog::default() };
        for (at, Journey { slug, program }) in self.journeys.iter().enumerate() {
            let (id, slug, program) = (journey_id(at), slug.clone(), program.clone());
            known.add(Arc::new(LiveJourney { id, slug, status: Status::Live, version: 1, program }));
        }
        self.state.catalog = Arc::new(Catalog { workspaces: HashMap::from([(self.workspace, known)]) });
    }

    /// The journey called `slug`.
    pub(super) fn journey(&self, slug: &str) -> Option<JourneyId> {
        self.journeys.iter().position(|journey| journey.slug == slug).map(journey_id)
    }

    /// What a journey is called.
    pub(super) fn slug(&self, journey: JourneyId) -> String {
        self.state.catalog.journey(self.workspace, journey).map(|live| live.slug.clone()).unwrap_or_default()
    }

    /// The instant it has come to.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.state.now
    }

    /// Lets time pass until `until`, doing everything that falls due.
    ///
    /// # Errors
    /// When more happens than a simulation may take.
    pub fn advance_to(&mut self, until: Timestamp) -> Result<(), Problem> {
        self.settle()?;
        while let Some(at) = self.next_instant().filter(|at| *at <= until) {
            self.state.now = self.state.now.max(at);
            self.wake();
            self.evaluate_due();
            self.tick();
            self.settle()?;
        }
        self.state.now = self.state.now.max(until);
        Ok(())
    }

    /// The next instant at which time alone brings something.
    #[must_use]
    pub fn next_instant(&self) -> Option<Timestamp> {
        let runs = self.state.runs.values().filter_map(|entry| entry.run.body.state.due_at());
        let memberships = self.state.customers.values().flat_map(|entry| entry.memberships.values().filter_map(|known| known.changes_at));
        runs.chain(memberships).chain(self.outbox.next_due()).chain(self.schedules.values().copied()).min()
    }

    /// Everything that happened so far.
    #[must_use]
    pub fn report(&self) -> Report {
        let runs = self.runs.iter().filter_map(|(id, steps)| {
            let entry = self.state.runs.get(id)?;
            Some(RunReport {
                journey: self.slug(entry.journey),
                customer: entry.run.customer,
                key: entry.run.key.clone(),
                entered_at: entry.run.entered_at,
                state: entry.run.body.state.clone(),
                steps: steps.clone(),
                outputs: entry.run.body.outputs.clone(),
            })
        });
        let known = self.state.customers.values().filter(|entry| entry.profile.merged_into.is_none());
        let mut people: Vec<Person> =
            known.map(|entry| Person { customer: entry.profile.customer.clone(), segments: entry.segments.clone() }).collect();
        people.sort_by_key(|person| person.customer.id);
        let seen = &self.seen;
        Report {
            now: self.state.now,
            messages: seen.messages.clone(),
            requests: seen.requests.clone(),
            prevented: seen.prevented.clone(),
            held: seen.held.clone(),
            runs: runs.collect(),
            refusals: seen.refusals.clone(),
            people,
            recorded: seen.recorded.clone(),
            started: seen.started.clone(),
            tasks: seen.tasks.clone(),
            reached: seen.coverage.reached(),
        }
    }

    /// Does everything that is queued, what comes of it, and what is to be sent: in batches, as the engine does. What a batch sends to
    /// the inbox is the next batch.
    pub(super) fn settle(&mut self) -> Result<(), Problem> {
        loop {
            self.drain()?;
            if self.admit_waiting() {
                continue;
            }
            let batch = std::mem::take(&mut self.inbox);
            if batch.is_empty() && !self.send_due() {
                return Ok(());
            }
            for pending in batch {
                self.route(&pending);
                self.drain()?;
            }
        }
    }

    /// Steps what is queued and applies what was decided.
    fn drain(&mut self) -> Result<(), Problem> {
        while let Some(run) = step_next(&mut self.state) {
            self.inputs += 1;
            if self.inputs > MAX_INPUTS {
                self.state.queue.clear();
                let now = self.state.now;
                let words = format!("more than {MAX_INPUTS} things happened by {now}: shorten the time that is simulated");
                return Err(Problem::new("simulation.endless", words));
            }
            self.keep(run);
        }
        self.apply();
        Ok(())
    }

    fn route(&mut self, pending: &Pending) {
        let mut everybody: Vec<CustomerId> = Vec::new();
        if matches!(pending.incoming, Incoming::FanOut { .. } | Incoming::Backfill { .. }) {
            let known = self.state.customers.iter().filter(|(_, entry)| entry.profile.merged_into.is_none());
            everybody.extend(known.map(|(id, _)| *id));
            everybody.sort_unstable();
        }
        let (page, now) = (FanOutPage { customers: everybody, next: None }, self.state.now);
        match &pending.incoming {
            Incoming::FanOut { journey, node, at, .. } => {
                self.inbox.extend(page.ticks(&mut *self.state.ids, self.workspace, (*journey, node), *at, now));
            }
            Incoming::Backfill { .. } => self.inbox.extend(page.evaluations(&mut *self.state.ids, self.workspace, now)),
            _ => routing::route(&mut self.state, pending),
        }
    }

    /// Queues the runs whose instant has come, the earliest first.
    fn wake(&mut self) {
        let now = self.state.now;
        let due =
            self.state.runs.values().filter_map(|entry| Some((entry.run.body.state.due_at().filter(|due| *due <= now)?, entry.run.id)));
        let mut due: Vec<(Timestamp, RunId)> = due.collect();
        due.sort_unstable();
        self.state.queue.extend(due.into_iter().map(|(_, run)| (run, Stimulus::Due)));
        // Instants that pass without a run's moving are counted too: they must not go on for ever.
        self.inputs += 1;
    }

    /// Customers of whom time has come to change a segment.
    fn evaluate_due(&mut self) {
        let now = self.state.now;
        let due = self
            .state
            .customers
            .iter()
            .filter(|(_, entry)| entry.memberships.values().any(|known| known.changes_at.is_some_and(|at| at <= now)));
        let mut due: Vec<CustomerId> = due.map(|(id, _)| *id).collect();
        due.sort_unstable();
        for customer in due {
            self.take(Incoming::Segment { customer });
        }
    }

    /// What ticks now, and when it ticks next.
    fn tick(&mut self) {
        let (catalog, now) = (self.state.catalog.clone(), self.state.now);
        let due: Vec<_> = self.schedules.iter().filter(|(_, at)| **at <= now).map(|(key, at)| (key.clone(), *at)).collect();
        for ((journey, node, subject), at) in due {
            let calendar = Calendar::find(&catalog, self.workspace, journey, node.as_str());
            self.inbox.extend(calendar.as_ref().and_then(|calendar| calendar.due(subject, at, now)));
            match calendar.and_then(|calendar| calendar.next(now)) {
                Some(next) => drop(self.schedules.insert((journey, node, subject), next)),
                None => drop(self.schedules.remove(&(journey, node, subject))),
            }
        }
    }

    /// Lets queued runs in where a journey has a free place, first come first served.
    fn admit_waiting(&mut self) -> bool {
        let mut inside: HashMap<JourneyId, u32> = HashMap::new();
        let mut waiting = Vec::new();
        for entry in self.runs.iter().filter_map(|(id, _)| self.state.runs.get(id)) {
            match entry.run.body.state {
                RunState::Queued { .. } => waiting.push((entry.run.id, entry.journey)),
                RunState::Done { .. } => {}
                _ => *inside.entry(entry.journey).or_insert(0) += 1,
            }
        }
        for (run, journey) in waiting {
            let limit = self.state.catalog.journey(self.workspace, journey).and_then(|live| live.program.settings.concurrency);
            let inside = inside.entry(journey).or_insert(0);
            if *inside < limit.unwrap_or(u32::MAX) {
                *inside += 1;
                self.state.queue.push_back((run, Stimulus::Admitted));
            }
        }
        !self.state.queue.is_empty()
    }

    /// Puts a message into the inbox, as of now.
    pub(super) fn take(&mut self, incoming: Incoming) {
        let (id, received_at) = (Some(self.state.ids.id()), self.state.now);
        self.inbox.push_back(Pending { id, workspace: self.workspace, incoming, received_at });
    }
}

fn journey_id(at: usize) -> JourneyId {
    JourneyId(Uuid::from_u128(at as u128 + 1))
}

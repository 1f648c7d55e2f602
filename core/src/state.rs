//! The slice of the data that one batch works on, in memory: loaded by the engine or kept by the simulator, changed by what happens.

use crate::catalog::{Catalog, LiveJourney};
use crate::changes::Changes;
use crate::message::{Incoming, Pending};
use crate::profile::Profile;
use crate::records::{CustomerRow, Records};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tradewind_nodes::Json;
use tradewind_nodes::effect::Receipt;
use tradewind_nodes::fact::{Event, Facts, NO_OUTPUTS, NO_SEGMENTS};
use tradewind_nodes::id::{CustomerId, JourneyId, NodeId, PortName, RunId, Shard, TaskId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::run::{Holder, Program, Run, Transition};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use uuid::Uuid;

/// Makes new ids: UUIDv7 in the engine, counted in a simulation so that one played again is the same to the last bit.
pub trait NewIds: Send {
    /// The next id; never the same twice.
    fn id(&mut self) -> Uuid;
}

/// A customer and what is known of them for this batch.
pub struct CustomerEntry {
    /// What is stored of them.
    pub profile: Profile,
    /// Events in the reach of the programs concerned, oldest first.
    pub history: Vec<Event>,
    /// Names of the segments they are in.
    pub segments: BTreeSet<String>,
    /// Every membership row there is: inside or not, since when, and when time alone may change it.
    pub memberships: HashMap<String, Membership>,
    /// Not in the database yet.
    pub fresh: bool,
    /// To be written.
    pub changed: bool,
}

/// A run and what happened to it in this batch.
pub struct RunEntry {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Its journey.
    pub journey: JourneyId,
    /// The version it entered.
    pub version: u32,
    /// Where it is worked on.
    pub shard: Shard,
    /// The version, ready to run.
    pub program: Arc<Program>,
    /// The run.
    pub run: Run,
    /// Transitions written so far.
    pub seq: i64,
    /// Not in the database yet.
    pub fresh: bool,
    /// What to write, in order.
    pub transitions: Vec<Transition>,
    /// When it was due, when its timer brought it here.
    pub due: Option<Timestamp>,
    /// Looked at, and its timer must be set anew even though nothing happened.
    pub reset_timer: bool,
    /// It was an incident when it was loaded.
    pub was_held: bool,
    /// Its journey is paused: it keeps its place but has no timer.
    pub parked: bool,
}

/// Something that happens to a run, queued until the run's turn comes.
#[derive(Clone, Debug)]
pub enum Stimulus {
    /// Its instant has come.
    Due,
    /// One of the journey's places is free.
    Admitted,
    /// An event of its customer.
    Event(Arc<Event>),
    /// Something else that is known of its customer has changed.
    Changed,
    /// The outcome of an effect.
    Receipt {
        /// The node.
        node: NodeId,
        /// The visit.
        visit: u32,
        /// The outcome.
        receipt: Receipt,
    },
    /// The answer to a task.
    Answer {
        /// The task.
        task: TaskId,
        /// What was answered.
        answer: Json,
        /// Who answered.
        by: String,
    },
    /// A person wants the failed step tried again.
    Retry,
    /// A person sends it on by this port.
    Skip(PortName),
    /// A person or the API ends it, for this reason.
    Cancel(String),
    /// It turns out that it should not have begun.
    TurnOut(Why),
}

/// Whether a customer is in a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Membership {
    /// Inside or not.
    pub inside: bool,
    /// Since when.
    pub since: Timestamp,
    /// When time alone may change it.
    pub changes_at: Option<Timestamp>,
}

/// One batch's slice of the data.
pub struct State {
    /// The instant of the batch.
    pub now: Timestamp,
    /// Makes new ids.
    pub ids: Box<dyn NewIds>,
    /// What is live.
    pub catalog: Arc<Catalog>,
    /// The customers concerned.
    pub customers: HashMap<CustomerId, CustomerEntry>,
    /// The runs concerned.
    pub runs: HashMap<RunId, RunEntry>,
    /// Runs that are not over, by customer.
    pub runs_of: HashMap<CustomerId, Vec<RunId>>,
    /// Which run holds which key of which journey.
    pub holders: HashMap<(JourneyId, String), Holder>,
    /// When the next slot of each throttled journey is free.
    pub throttles: HashMap<JourneyId, Timestamp>,
    /// Message ids that came before.
    pub seen: HashSet<Uuid>,
    /// Customers that turned out to be others.
    pub aliases: HashMap<CustomerId, CustomerId>,
    /// Rows that commands read and write.
    pub records: Records,
    /// Runs to be stepped, in order.
    pub queue: VecDeque<(RunId, Stimulus)>,
    /// What has to be written beside customers and runs.
    pub changes: Changes,
}

/// Days since 1970 of an instant.
#[must_use]
pub fn day(at: Timestamp) -> i64 {
    at.micros().div_euclid(86_400_000_000)
}

impl State {
    /// A state with nothing in it.
    #[must_use]
    pub fn new(now: Timestamp, ids: Box<dyn NewIds>, catalog: Arc<Catalog>) -> Self {
        Self {
            now,
            ids,
            catalog,
            customers: HashMap::new(),
            runs: HashMap::new(),
            runs_of: HashMap::new(),
            holders: HashMap::new(),
            throttles: HashMap::new(),
            seen: HashSet::new(),
            aliases: HashMap::new(),
            records: Records::default(),
            queue: VecDeque::new(),
            changes: Changes::default(),
        }
    }

    /// Whom an identifier leads to.
    #[must_use]
    pub fn resolve(&self, id: CustomerId) -> CustomerId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// The customer, made when they are not known yet.
    pub fn customer(&mut self, workspace: WorkspaceId, id: CustomerId) -> &mut CustomerEntry {
        let now = self.now;
        self.customers.entry(id).or_insert_with(|| CustomerEntry {
            profile: Profile::unknown(workspace, id, now),
            history: Vec::new(),
            segments: BTreeSet::new(),
            memberships: HashMap::new(),
            fresh: true,
            changed: true,
        })
    }

    /// What is known of a customer at `now`, with `event` as the event in question.
    #[must_use]
    pub fn facts<'a>(&'a self, customer: Option<CustomerId>, event: Option<&'a Event>, now: Timestamp) -> Facts<'a> {
        let entry = customer.and_then(|id| self.customers.get(&id));
        Facts {
            customer: entry.map(|e| &e.profile.customer),
            history: entry.map_or(&[], |e| &e.history),
            segments: entry.map_or(&NO_SEGMENTS, |e| &e.segments),
            event,
            item: None,
            outputs: &NO_OUTPUTS,
            run: None,
            now,
        }
    }

    /// Runs of a customer that are not over.
    #[must_use]
    pub fn live_runs(&self, customer: CustomerId) -> Vec<RunId> {
        self.runs_of.get(&customer).cloned().unwrap_or_default()
    }

    /// Adds a run that has just been made, ready to be stepped.
    pub fn add_run(&mut self, workspace: WorkspaceId, live: &LiveJourney, run: Run) {
        let subject = run.customer.map_or(run.id.0, |c| c.0);
        if let Some(customer) = run.customer {
            self.runs_of.entry(customer).or_default().push(run.id);
        }
        self.runs.insert(
            run.id,
            RunEntry {
                workspace,
                journey: live.id,
                version: live.version,
                shard: Shard::of(workspace, subject),
                program: live.program.clone(),
                run,
                seq: 0,
                fresh: true,
                transitions: Vec::new(),
                due: None,
                reset_timer: false,
                was_held: false,
                parked: false,
            },
        );
    }

    /// The rows of a customer that a command needs, in no particular order.
    ///
    /// # Errors
    /// `engine.unread` when they were not loaded.
    pub fn rows<R: CustomerRow>(&self, customer: CustomerId) -> Result<&[R], Problem> {
        if self.customers.get(&customer).is_some_and(|entry| entry.fresh) {
            // Nothing can be stored of somebody who is new; what was added since is known.
            return Ok(self.records.of(customer).unwrap_or_default());
        }
        self.records.of(customer)
    }

    /// Adds a row: known to whatever comes next, and written in the commit.
    pub fn add_row<R: CustomerRow>(&mut self, row: R) {
        self.records.add(row.clone());
        self.changes.added.push(row);
    }

    /// Queues something for the inbox.
    pub fn send(&mut self, workspace: WorkspaceId, incoming: Incoming) {
        let pending = Pending { id: Some(self.ids.id()), workspace, incoming, received_at: self.now };
        self.changes.inbox.push(pending);
    }
}

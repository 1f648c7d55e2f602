//! The slice of the data that one batch works on, in memory: loaded by a few queries, changed by what happens, written back in
//! one commit. Triggers, runs and the outbox never call one another; they meet in these rows.

use crate::catalog::{Catalog, Catalogs, LiveJourney};
use crate::inbox::Pending;
use crate::incoming::{ConsentChange, Incoming};
use crate::{EngineError, Environment};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tradewind_commerce::profile::Profile;
use tradewind_nodes::Json;
use tradewind_nodes::effect::Receipt;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, IncidentId, JourneyId, NodeId, PortName, RunId, Shard, TaskId, WorkspaceId};
use tradewind_nodes::run::{Holder, Program, RefusalReason, Run, RunBody, Transition};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use tradewind_store::{Db, Row};
use uuid::Uuid;

mod load;
mod merge;
pub(crate) use load::{ALIASES_OF, HISTORY, MEMBERSHIPS, NEXT_DUE, RUNS_BY_ID, RUNS_DUE, RUNS_OF_CUSTOMERS, SEEN};
pub(crate) use merge::{STATEMENTS as MERGE_STATEMENTS, rows as merge_rows};

/// A customer and what is known of him for this batch.
pub(crate) struct CustomerEntry {
    pub profile: Profile,
    /// Events in the reach of the programs concerned, oldest first.
    pub history: Vec<Event>,
    pub segments: BTreeSet<String>,
    /// Every membership row there is: inside or not, since when.
    pub memberships: HashMap<String, (bool, Timestamp, Option<Timestamp>)>,
    /// Not in the database yet.
    pub fresh: bool,
    /// To be written.
    pub changed: bool,
}

/// A run and what happened to it in this batch.
pub(crate) struct RunEntry {
    pub workspace: WorkspaceId,
    pub journey: JourneyId,
    pub version: u32,
    pub shard: Shard,
    pub program: Arc<Program>,
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
pub(crate) enum Stimulus {
    Due,
    Admitted,
    Event(Arc<Event>),
    Changed,
    Receipt { node: NodeId, visit: u32, receipt: Receipt },
    Answer { task: TaskId, answer: Json, by: String },
    Retry,
    Skip(PortName),
    Cancel(String),
    TurnOut(Why),
}

/// An event to be written.
pub(crate) struct EventRow {
    pub workspace: WorkspaceId,
    pub customer: CustomerId,
    pub call: &'static str,
    pub message_id: String,
    pub received_at: Timestamp,
    pub event: Arc<Event>,
}

/// A refused entry to be written.
pub(crate) struct Refusal {
    pub workspace: WorkspaceId,
    pub journey: JourneyId,
    pub version: u32,
    pub customer: CustomerId,
    pub event: Option<EventId>,
    pub reason: RefusalReason,
    pub why: Why,
}

/// A change of a schedule's row.
pub(crate) struct ScheduleRow {
    pub workspace: WorkspaceId,
    pub journey: JourneyId,
    pub node: NodeId,
    pub subject: Uuid,
    /// None takes the row away.
    pub due_at: Option<Timestamp>,
}

/// Everything to be written that is not a customer or a run.
#[derive(Default)]
pub(crate) struct Outgoing {
    pub taken: Vec<Uuid>,
    pub seen: Vec<Uuid>,
    pub events: Vec<EventRow>,
    pub aliases: Vec<(WorkspaceId, Uuid, CustomerId)>,
    pub consents: Vec<(WorkspaceId, CustomerId, ConsentChange)>,
    pub refusals: Vec<Refusal>,
    pub memberships: Vec<(WorkspaceId, CustomerId, String, bool, Timestamp, Option<Timestamp>)>,
    /// Runs that let go of their key.
    pub released: Vec<RunId>,
    /// Runs whose key is another from now on, because their customer is.
    pub rekeyed: Vec<(RunId, String)>,
    pub schedules: Vec<ScheduleRow>,
    pub throttles: HashMap<JourneyId, Timestamp>,
    pub tasks_answered: Vec<(TaskId, Json, String)>,
    /// Incidents a person has settled, and how.
    pub settled_incidents: Vec<(IncidentId, &'static str)>,
    pub inbox: Vec<Pending>,
    /// Runs that are due and cannot be read or stepped.
    pub unusable: Vec<RunId>,
    pub mergers: Vec<(WorkspaceId, CustomerId, CustomerId)>,
}

/// One batch's slice of the data.
pub(crate) struct World {
    pub now: Timestamp,
    pub env: Environment,
    pub catalog: Arc<Catalog>,
    pub customers: HashMap<CustomerId, CustomerEntry>,
    pub runs: HashMap<RunId, RunEntry>,
    pub runs_of: HashMap<CustomerId, Vec<RunId>>,
    pub holders: HashMap<(JourneyId, String), Holder>,
    /// When the next slot of each throttled journey is free.
    pub throttles: HashMap<JourneyId, Timestamp>,
    pub seen: HashSet<Uuid>,
    pub aliases: HashMap<CustomerId, CustomerId>,
    /// Runs to be stepped, in order.
    pub queue: VecDeque<(RunId, Stimulus)>,
    pub out: Outgoing,
}

/// Days since 1970 of an instant.
pub(crate) fn day(at: Timestamp) -> i64 {
    at.micros().div_euclid(86_400_000_000)
}

impl World {
    /// Whom an identifier leads to.
    pub fn resolve(&self, id: CustomerId) -> CustomerId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// The customer, made when he is not known yet.
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

    /// Runs of a customer that are not over.
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

    /// Queues something for the inbox.
    pub fn send(&mut self, workspace: WorkspaceId, incoming: Incoming) {
        let pending = Pending { id: Some(self.env.id()), workspace, incoming, received_at: self.now };
        self.out.inbox.push(pending);
    }
}

/// What a world is loaded for.
pub(crate) struct Load<'a> {
    pub db: &'a Db,
    pub env: &'a Environment,
    pub catalogs: &'a Catalogs,
    pub pending: &'a [Pending],
    /// When the next slot of each throttled journey is free.
    pub throttles: &'a HashMap<JourneyId, Timestamp>,
    /// The most timers to take, when it is time to look.
    pub due: Option<i64>,
    /// A run to look at whatever its timer says (single steps after a batch fell apart).
    pub run: Option<RunId>,
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

//! What has to be written, beside customers and runs: facts about a batch of work, by table.

use crate::message::{ConsentChange, Pending};
use crate::records::Added;
use crate::state::Membership;
use std::collections::HashMap;
use std::sync::Arc;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, IncidentId, JourneyId, NodeId, RunId, TaskId, WorkspaceId};
use tradewind_nodes::run::RefusalReason;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use tradewind_nodes::{Json, JsonMap};
use uuid::Uuid;

/// An event to be written.
pub struct EventRow {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of whom.
    pub customer: CustomerId,
    /// The Segment call it came by, `internal` for our own.
    pub call: &'static str,
    /// The sender's key against repeats.
    pub message_id: String,
    /// When it reached us.
    pub received_at: Timestamp,
    /// The event.
    pub event: Arc<Event>,
}

/// A refused entry to be written.
pub struct Refusal {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which journey.
    pub journey: JourneyId,
    /// Its live version.
    pub version: u32,
    /// Who wanted in; nobody where an entry is about no customer, which is told but not stored.
    pub customer: Option<CustomerId>,
    /// By which event.
    pub event: Option<EventId>,
    /// Which rule refused.
    pub reason: RefusalReason,
    /// What was seen.
    pub why: Why,
}

/// A change of a schedule's row.
pub struct ScheduleRow {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which journey.
    pub journey: JourneyId,
    /// Its trigger.
    pub node: NodeId,
    /// The customer, or the journey itself where a tick is for nobody.
    pub subject: Uuid,
    /// None takes the row away.
    pub due_at: Option<Timestamp>,
}

/// A membership to be written.
pub struct MembershipRow {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of whom.
    pub customer: CustomerId,
    /// The segment's name.
    pub segment: String,
    /// In or out.
    pub membership: Membership,
}

/// A change of consent to be written.
pub struct ConsentRow {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of whom.
    pub customer: CustomerId,
    /// What was said.
    pub change: ConsentChange,
}

/// An identifier that leads to another customer from now on.
pub struct AliasRow {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The customer made from the identifier.
    pub from: CustomerId,
    /// The customer it leads to.
    pub into: CustomerId,
}

/// Two customers who turned out to be one: all rows of the first become the second's.
#[derive(Clone, Copy)]
pub struct Merger {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Who they were thought to be.
    pub from: CustomerId,
    /// Who they are.
    pub into: CustomerId,
}

/// A start that a run asked for.
pub struct StartedJourney {
    /// By which run.
    pub by: RunId,
    /// The slug that was named.
    pub journey: String,
    /// For whom.
    pub customer: Option<CustomerId>,
    /// What it was given.
    pub data: JsonMap,
    /// Whether a journey of that slug is live; nobody enters otherwise.
    pub live: bool,
}

/// Everything to be written that is not a customer or a run.
#[derive(Default)]
pub struct Changes {
    /// Rows of the inbox that were routed.
    pub taken: Vec<Uuid>,
    /// Message ids seen for the first time.
    pub seen: Vec<Uuid>,
    /// How many messages came again. Counted, not stored.
    pub repeated: u64,
    /// How many messages came for people whose data were erased. Counted, not stored.
    pub for_erased: u64,
    /// New events.
    pub events: Vec<EventRow>,
    /// New aliases.
    pub aliases: Vec<AliasRow>,
    /// New consents and refusals.
    pub consents: Vec<ConsentRow>,
    /// Entries refused.
    pub refusals: Vec<Refusal>,
    /// Memberships that changed, in order: the last word on each counts.
    pub memberships: Vec<MembershipRow>,
    /// Runs that let go of their key.
    pub released: Vec<RunId>,
    /// Runs whose key is another from now on, because their customer is.
    pub rekeyed: Vec<(RunId, String)>,
    /// Schedules planned or taken away, in order: the last word on each counts.
    pub schedules: Vec<ScheduleRow>,
    /// When the next slot of each throttled journey is free.
    pub throttles: HashMap<JourneyId, Timestamp>,
    /// Tasks answered: the answer, and by whom.
    pub tasks_answered: Vec<(TaskId, Json, String)>,
    /// Incidents a person has settled, and how.
    pub settled_incidents: Vec<(IncidentId, &'static str)>,
    /// Starts that runs asked for. Told, not stored.
    pub started: Vec<StartedJourney>,
    /// New rows of the inbox: what concerns others, and what steps ask for.
    pub inbox: Vec<Pending>,
    /// Runs that are due and cannot be read or stepped.
    pub unusable: Vec<RunId>,
    /// Customers merged.
    pub mergers: Vec<Merger>,
    /// Rows that commands added.
    pub added: Added,
}

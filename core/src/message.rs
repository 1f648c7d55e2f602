//! What comes in through a door: the rows of the inbox.

use serde::{Deserialize, Serialize};
use tradewind_nodes::effect::Receipt;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, EffectKey, EventId, IncidentId, JourneyId, RunId, TaskId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};

/// One thing to route. Its JSON is the body of an inbox row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Incoming {
    /// A Segment call or an event of our own.
    Event(IncomingEvent),
    /// A change of a customer's profile or consent by a person or the API.
    Profile {
        /// Whose.
        customer: CustomerId,
        /// The shop's id for them, when they are not known yet.
        user_id: Option<String>,
        /// Traits to set; null removes.
        traits: JsonMap,
        /// Consent to record.
        consent: Vec<ConsentChange>,
    },
    /// The visitor `from` turned out to be `into`. Travels to the shard of `from`, which hands over what it has.
    Merge {
        /// Who they were thought to be.
        from: CustomerId,
        /// Who they are.
        into: CustomerId,
        /// The shop's id of `into`, when known.
        user_id: Option<String>,
    },
    /// Starts a run of a journey through its `trigger.api` or `trigger.journey`.
    Start {
        /// The journey.
        journey: JourneyId,
        /// For whom; nobody when None.
        customer: Option<CustomerId>,
        /// The shop's id for them.
        user_id: Option<String>,
        /// Becomes `event.properties`.
        data: JsonMap,
        /// The run key, in place of the journey's own.
        key: Option<String>,
        /// Which door: `api` or `journey`.
        via: StartDoor,
        /// How many journeys this start came of, one after the other.
        #[serde(default)]
        depth: u32,
    },
    /// A tick of a schedule for one customer (or nobody).
    Tick {
        /// The journey.
        journey: JourneyId,
        /// The trigger's node.
        node: String,
        /// For whom.
        customer: Option<CustomerId>,
        /// The tick.
        at: Timestamp,
    },
    /// A tick of a schedule with an audience: to be fanned out, a page of customers at a time.
    FanOut {
        /// The journey.
        journey: JourneyId,
        /// The trigger's node.
        node: String,
        /// The tick.
        at: Timestamp,
        /// Customers up to this one are done.
        after: Option<CustomerId>,
    },
    /// A segment is new or changed: every customer must be looked at, a page at a time.
    Backfill {
        /// Customers up to this one are done.
        after: Option<CustomerId>,
    },
    /// A segment's membership of one customer must be looked at again.
    Segment {
        /// Whose.
        customer: CustomerId,
    },
    /// The outcome of an effect, for the run that waits for it.
    Receipt {
        /// Which effect.
        effect: EffectKey,
        /// The outcome.
        receipt: Receipt,
    },
    /// An order to one run.
    Control {
        /// The run.
        run: RunId,
        /// What to do.
        order: Order,
    },
    /// Every run that is inside a journey is to end. Ordered a page at a time, so that it goes on after a restart.
    Empty {
        /// The journey.
        journey: JourneyId,
        /// Why, in words.
        reason: String,
        /// Runs up to this one are done.
        after: Option<RunId>,
        /// Runs from this one on entered after it was decided: a stop may be taken back before the last is out.
        below: RunId,
    },
    /// The same is to be done about every open incident that fits. Ordered a page at a time, the newest first.
    Settle {
        /// Which.
        fits: IncidentFilter,
        /// What.
        remedy: Remedy,
        /// By whom.
        by: String,
        /// Incidents from this one on are done, or came after it was decided.
        below: IncidentId,
    },
}

/// Which incidents.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct IncidentFilter {
    /// Resolved ones in place of open ones.
    pub resolved: bool,
    /// Of this journey.
    pub journey: Option<JourneyId>,
    /// At this node.
    pub node: Option<String>,
    /// With this code of its problem.
    pub code: Option<String>,
}

/// What to do about an incident.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Try again.
    Retry,
    /// Go on by `next` as if it had been done.
    Skip,
    /// End the run.
    Abort,
}

impl Remedy {
    /// The order to the run of an incident.
    #[must_use]
    pub fn order(self, incident: IncidentId, problem: &Problem, by: &str) -> Order {
        match self {
            Self::Retry => Order::Retry { incident: Some(incident) },
            Self::Skip => Order::Skip { incident: Some(incident), port: None },
            Self::Abort => Order::Cancel { incident: Some(incident), reason: format!("{by} gave up on it: {}", problem.message) },
        }
    }
}

/// Which trigger a [`Incoming::Start`] knocks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartDoor {
    /// `trigger.api`.
    Api,
    /// `trigger.journey`.
    Journey,
}

/// An order to one run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// End it.
    Cancel {
        /// Why, in words.
        reason: String,
        /// The incident this settles.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<IncidentId>,
    },
    /// Try the step of its incident again.
    Retry {
        /// The incident; any open one of the run when None.
        incident: Option<IncidentId>,
    },
    /// Go on by `port` as if the step had been done.
    Skip {
        /// The incident; any open one of the run when None.
        incident: Option<IncidentId>,
        /// The way; `next` when None.
        port: Option<String>,
    },
    /// The answer to a task.
    Answer {
        /// The task.
        task: TaskId,
        /// One of its answers.
        answer: String,
        /// Who answered.
        by: String,
        /// Anything said with it.
        note: Option<String>,
    },
}

/// A Segment call, normalised: skew corrected, ids trimmed, limits checked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct IncomingEvent {
    /// Our id.
    pub id: EventId,
    /// The customer himself, when the sender knows our id; comes before any other identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// The call.
    #[serde(rename = "type")]
    pub call: Call,
    /// The shop's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The device's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// For alias: who it was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_id: Option<String>,
    /// The event's name; `Identified`, `Page Viewed`, … for calls that have none.
    pub name: String,
    /// Properties of track, page and screen; traits of identify and group.
    #[serde(default)]
    pub properties: JsonMap,
    /// Where it came from.
    #[serde(default)]
    pub context: JsonMap,
    /// When it happened.
    pub at: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
    /// The client's key against repeats.
    pub message_id: String,
}

/// A Segment call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Call {
    Track,
    Page,
    Screen,
    Identify,
    Group,
    Alias,
    /// Made by the engine itself: journeys' `event.record`, segments entered and left, deliveries.
    Internal,
}

/// A change of consent, with its proof.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConsentChange {
    /// `email`, `sms`, ….
    pub channel: String,
    /// `marketing`, ….
    pub purpose: String,
    /// What was said.
    pub status: ConsentStatus,
    /// How: `api`, `form`, `unsubscribe`, `import`.
    pub source: String,
    /// Text shown, address of the form, IP: whatever proves it.
    #[serde(default)]
    pub proof: Json,
}

/// An [`Incoming`] addressed: which workspace, and when it came.
#[derive(Clone, PartialEq, Debug)]
pub struct Arrival {
    /// Whose.
    pub workspace: WorkspaceId,
    /// What.
    pub incoming: Incoming,
    /// When.
    pub received_at: Timestamp,
}

/// A row of the inbox.
#[derive(Clone, PartialEq, Debug)]
pub struct Pending {
    /// The row's id; None for work that was found and never stored (a segment that time changes).
    pub id: Option<uuid::Uuid>,
    /// Whose.
    pub workspace: WorkspaceId,
    /// What.
    pub incoming: Incoming,
    /// When it came.
    pub received_at: Timestamp,
}

impl Incoming {
    /// The name stored in the inbox's `kind` column.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Profile { .. } => "profile",
            Self::Merge { .. } => "merge",
            Self::Start { .. } => "start",
            Self::Tick { .. } => "tick",
            Self::FanOut { .. } => "fan_out",
            Self::Segment { .. } | Self::Backfill { .. } => "segment",
            Self::Receipt { .. } => "receipt",
            Self::Control { .. } | Self::Empty { .. } | Self::Settle { .. } => "control",
        }
    }

    /// Whom it is about, as far as it says: what its shard is made from. Orders and receipts go by their run, whose
    /// subject the engine looks up.
    #[must_use]
    pub fn subject(&self, workspace: WorkspaceId) -> uuid::Uuid {
        match self {
            Self::Event(event) => event.customer(workspace).0,
            Self::Profile { customer, .. } | Self::Segment { customer } => customer.0,
            Self::Merge { from, .. } => from.0,
            Self::Start { journey, customer, .. } | Self::Tick { journey, customer, .. } => customer.map_or(journey.0, |c| c.0),
            Self::FanOut { journey, .. } | Self::Empty { journey, .. } => journey.0,
            Self::Backfill { .. } | Self::Settle { .. } => workspace.0,
            Self::Receipt { effect, .. } => effect.run.0,
            Self::Control { run, .. } => run.0,
        }
    }
}

impl IncomingEvent {
    /// The customer the strongest identifier leads to, before any alias.
    #[must_use]
    pub fn customer(&self, workspace: WorkspaceId) -> CustomerId {
        if let Some(id) = self.customer_id {
            return id;
        }
        match (&self.user_id, &self.anonymous_id) {
            (Some(user), _) => CustomerId::of_user(workspace, user),
            (None, anonymous) => CustomerId::of_anonymous(workspace, anonymous.as_deref().unwrap_or_default()),
        }
    }
}

//! The answer to "why did he, or did he not, get it": what the engine says of runs, deliveries and entries, as data. English is its
//! `Display`, which the API gives beside it; the builder has words for it in every language.

mod english;

use crate::id::NodeId;
use crate::kind::{End, SegmentChange, Trigger};
use crate::run::{RefusalReason, RunState, Step, StepOutcome};
use crate::time::Timestamp;
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// An answer, and what came after it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// Another entry that was refused since: whoever asks may mean that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_since: Option<RefusedSince>,
}

/// An entry that was refused.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RefusedSince {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Why,
}

/// What became of a person in a journey.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Something was sent.
    Sent {
        /// The subject of a mail; method and address of a request.
        title: String,
        /// To whom.
        recipient: String,
        /// When.
        at: Timestamp,
        /// How many were sent in all.
        count: usize,
        /// What the run does now, when it goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<Standing>,
    },
    /// A step went wrong and waits for a person.
    Trouble {
        /// What the node is called.
        node: Called,
        /// The problem's message.
        problem: String,
    },
    /// It was held back at the moment of sending.
    Suppressed {
        /// What.
        title: String,
        /// Why, when that is on record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Why>,
    },
    /// It could not be sent.
    Undelivered {
        /// What.
        title: String,
        /// To whom.
        recipient: String,
        /// Why, when that is on record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Why>,
    },
    /// It waits in the outbox.
    InOutbox {
        /// What.
        title: String,
        /// When it is tried next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Timestamp>,
    },
    /// Nothing was sent yet, and the run goes on.
    Inside {
        /// When it began.
        entered: Timestamp,
        /// What it does now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<Standing>,
    },
    /// The run is over and nothing was sent.
    Over {
        /// When it began.
        entered: Timestamp,
        /// How it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<Standing>,
        /// The last step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<StepTaken>,
    },
    /// He was not let in.
    Refused {
        /// When.
        at: Timestamp,
        /// By which rule.
        rule: RefusalReason,
        /// Why.
        why: Why,
    },
    /// The journey was never published.
    NeverPublished,
    /// Nothing started it for him, and no event does.
    NotStarted {
        /// What starts it.
        ways: Vec<Way>,
        /// What keeps it from starting besides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        halted: Option<Halted>,
    },
    /// He never had an event that starts it.
    NeverHad {
        /// The events.
        names: Vec<String>,
        /// What keeps it from starting besides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        halted: Option<Halted>,
    },
    /// His last event came before the journey was published.
    BeforePublished {
        /// The events that start it.
        names: Vec<String>,
        /// When the last came.
        at: Timestamp,
        /// When the journey was first published.
        published: Timestamp,
        /// What keeps it from starting besides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        halted: Option<Halted>,
    },
    /// An event came that starts it, and nothing is on record.
    NoTrace {
        /// The event.
        event: String,
        /// When it came.
        at: Timestamp,
        /// What keeps it from starting besides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        halted: Option<Halted>,
    },
}

/// What keeps a journey from starting now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Halted {
    Paused,
    Stopped,
    Archived,
}

/// What starts a journey.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// One of these events.
    Events(Vec<String>),
    /// A schedule, a cron expression.
    Schedule(String),
    /// Each year the date in this fact.
    Anniversary(String),
    /// Crossing a segment's edge.
    Segment {
        /// The segment.
        segment: String,
        /// Which way.
        change: SegmentChange,
    },
    /// A call of the API.
    Api,
    /// Another journey.
    Journey,
}

impl From<&Trigger> for Way {
    fn from(trigger: &Trigger) -> Self {
        match trigger {
            Trigger::Event { names, .. } => Self::Events(names.clone()),
            Trigger::Schedule { cron, .. } => Self::Schedule(cron.clone()),
            Trigger::Anniversary { fact, .. } => Self::Anniversary(fact.clone()),
            Trigger::Segment { segment, change } => Self::Segment { segment: segment.clone(), change: *change },
            Trigger::Api => Self::Api,
            Trigger::Journey => Self::Journey,
        }
    }
}

/// What a node is called. JSON form: `"Big spender?"` or `{"kind":"condition.if","label":"If"}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Called {
    /// By the name its author gave it.
    Name(String),
    /// By what its kind does: it has no name of its own.
    Kind {
        /// The kind.
        kind: String,
        /// What it does, in English, or in the words of whoever wrote the kind.
        label: String,
    },
}

impl Called {
    /// The name, in English where it is the kind's.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name(name) | Self::Kind { label: name, .. } => name,
        }
    }
}

/// What a run does now.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Standing {
    /// About to enter a node.
    Ready { node: Called, at: Timestamp },
    /// Waits for a free place in the journey.
    Queued { node: Called },
    /// Sleeps.
    Sleeping { node: Called, until: Timestamp },
    /// Waits for an event.
    Awaiting { node: Called, names: Vec<String>, deadline: Option<Timestamp> },
    /// Waits until a condition holds.
    AwaitingChange { node: Called, deadline: Option<Timestamp> },
    /// Waits for the outcome of its delivery.
    Calling { node: Called },
    /// Waits for a person's answer.
    Asking { node: Called, deadline: Option<Timestamp> },
    /// An incident.
    Held { node: Called, problem: String },
    /// Over.
    Ended { at: Timestamp, end: End },
}

impl Standing {
    /// What a run in `state` does; `called` says what people call a node.
    #[must_use]
    pub fn of(state: &RunState, called: impl Fn(&NodeId) -> Called) -> Self {
        match state {
            RunState::Ready { node, at } => Self::Ready { node: called(node), at: *at },
            RunState::Queued { node } => Self::Queued { node: called(node) },
            RunState::Sleeping { node, until, .. } => Self::Sleeping { node: called(node), until: *until },
            RunState::Awaiting { node, event, deadline, .. } => {
                Self::Awaiting { node: called(node), names: event.names.clone(), deadline: *deadline }
            }
            RunState::AwaitingChange { node, deadline, .. } => Self::AwaitingChange { node: called(node), deadline: *deadline },
            RunState::Calling { node, .. } => Self::Calling { node: called(node) },
            RunState::Asking { node, deadline, .. } => Self::Asking { node: called(node), deadline: *deadline },
            RunState::Held { node, problem, .. } => Self::Held { node: called(node), problem: problem.message.clone() },
            RunState::Done { end, at } => Self::Ended { at: *at, end: end.clone() },
        }
    }
}

/// A step that was taken.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StepTaken {
    /// What people call the node.
    pub node: Called,
    /// What became of it.
    pub outcome: StepOutcome,
    /// Why.
    pub why: Why,
}

impl StepTaken {
    /// The step of a ledger, at a node that is called `node`.
    #[must_use]
    pub fn of(step: &Step, node: Called) -> Self {
        Self { node, outcome: step.outcome.clone(), why: step.why.clone() }
    }
}

/// One recorded fact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// This event.
    Event(String),
    /// An entry was refused.
    Refused {
        /// Into which version.
        version: i64,
        /// By which rule.
        rule: RefusalReason,
    },
    /// He entered this version.
    Entered(i64),
    /// He left: `completed`, `exited`, `goal` or `cancelled`.
    Left(Option<String>),
    /// Something was sent, or was meant to be.
    Delivery {
        /// `email` or `http`.
        channel: String,
        /// The subject of a mail; method and address of a request.
        title: String,
        /// To whom.
        recipient: String,
        /// `pending`, `sending`, `sent`, `failed` or `suppressed`.
        state: String,
        /// Why it failed, was held back or is tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Why>,
    },
    /// The last step.
    Step(StepTaken),
    /// A step needs a person.
    Trouble {
        /// What the node is called.
        node: Called,
        /// The problem's message.
        problem: String,
    },
}

#[cfg(test)]
mod tests;

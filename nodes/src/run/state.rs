//! What a run is, and what one transition of it brings.

use crate::JsonMap;
use crate::command::Command;
use crate::effect::Effect;
use crate::fact::{Customer, Event};
use crate::id::{CustomerId, NodeId, PortName, RunId, TaskId};
use crate::issue::Problem;
use crate::kind::{End, EventMatch, Question};
use crate::time::Timestamp;
use crate::why::Why;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where a run stands. What belongs to a state lives inside it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "a run has one state and is moved, not copied, in batches: a box would cost each wait an allocation"
)]
pub enum RunState {
    /// About to enter `node`, not before `at`.
    Ready {
        /// The node.
        node: NodeId,
        /// Not before.
        at: Timestamp,
    },
    /// Waits for one of the journey's concurrent places.
    Queued {
        /// The node it will enter.
        node: NodeId,
    },
    /// Sleeps.
    Sleeping {
        /// Where.
        node: NodeId,
        /// Which visit.
        visit: u32,
        /// Since when.
        since: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// Waits for an event.
    Awaiting {
        /// Where.
        node: NodeId,
        /// Which visit.
        visit: u32,
        /// Since when.
        since: Timestamp,
        /// Which event. Stored under a name of its own: `event` is what started the run.
        #[serde(rename = "awaits")]
        event: EventMatch,
        /// Until when.
        deadline: Option<Timestamp>,
    },
    /// Waits until a predicate may have changed.
    AwaitingChange {
        /// Where.
        node: NodeId,
        /// Which visit.
        visit: u32,
        /// Since when.
        since: Timestamp,
        /// When time alone may change it.
        check_at: Option<Timestamp>,
        /// Until when.
        deadline: Option<Timestamp>,
    },
    /// Waits for the outcome of its effect.
    Calling {
        /// Where.
        node: NodeId,
        /// Which visit.
        visit: u32,
        /// Since when.
        since: Timestamp,
    },
    /// Waits for a person's answer.
    Asking {
        /// Where.
        node: NodeId,
        /// Which visit.
        visit: u32,
        /// Since when.
        since: Timestamp,
        /// The question asked.
        task: TaskId,
        /// Until when.
        deadline: Option<Timestamp>,
    },
    /// An incident: a person decides.
    Held {
        /// Where.
        node: NodeId,
        /// Which visit.
        visit: u32,
        /// Since when the visit.
        since: Timestamp,
        /// What went wrong.
        problem: Problem,
        /// Whether the effect in the outbox failed (then a retry sends it again) or the step itself (then it is stepped again).
        effect: bool,
    },
    /// Over.
    Done {
        /// How.
        end: End,
        /// When.
        at: Timestamp,
    },
}

impl RunState {
    /// The name stored in the `state` column.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::Queued { .. } => "queued",
            Self::Sleeping { .. } => "sleeping",
            Self::Awaiting { .. } => "awaiting",
            Self::AwaitingChange { .. } => "awaiting_change",
            Self::Calling { .. } => "calling",
            Self::Asking { .. } => "asking",
            Self::Held { .. } => "held",
            Self::Done { .. } => "done",
        }
    }
    /// Where it stands; None when it is over.
    #[must_use]
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Ready { node, .. }
            | Self::Queued { node }
            | Self::Sleeping { node, .. }
            | Self::Awaiting { node, .. }
            | Self::AwaitingChange { node, .. }
            | Self::Calling { node, .. }
            | Self::Asking { node, .. }
            | Self::Held { node, .. } => Some(node),
            Self::Done { .. } => None,
        }
    }
    /// When the engine must look again without being told.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Ready { at, .. } => Some(*at),
            Self::Sleeping { until, .. } => Some(*until),
            Self::Awaiting { deadline, .. } | Self::Asking { deadline, .. } => *deadline,
            Self::AwaitingChange { check_at, deadline, .. } => match (*check_at, *deadline) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, other) => one.or(other),
            },
            Self::Queued { .. } | Self::Calling { .. } | Self::Held { .. } | Self::Done { .. } => None,
        }
    }
}

/// What is stored of a run beside its columns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunBody {
    /// Where it stands.
    #[serde(flatten)]
    pub state: RunState,
    /// What started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// What its nodes put out, by node id.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub outputs: JsonMap,
    /// How often it entered nodes that lie on a loop; others are visited once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visits: BTreeMap<NodeId, u32>,
}

/// One subject's way through one version.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Its subject.
    pub customer: Option<CustomerId>,
    /// What makes it unique in its journey.
    pub key: Option<String>,
    /// When it began.
    pub entered_at: Timestamp,
    /// The rest.
    pub body: RunBody,
}

/// What is known of the person a run is about, as loaded for this moment.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Who; None for runs about nobody.
    pub customer: Option<&'a Customer>,
    /// Their events, oldest first, as far as the program's needs go.
    pub history: &'a [Event],
    /// The segments they are in.
    pub segments: &'a BTreeSet<String>,
}

/// Which of a step's commands is done, and when.
#[derive(Clone, Copy, Debug)]
pub struct CommandAt<'a> {
    /// The node that gives it.
    pub node: &'a NodeId,
    /// The visit.
    pub visit: u32,
    /// Its place among the commands of the step, from 0.
    pub place: usize,
}

/// Whom a run is about, and who does what its steps ask for.
pub trait Subject {
    /// What is known of them now.
    fn known(&self) -> Known<'_>;
    /// Does a command, so that later steps of the same transition see what came of it. Gives the command's answer.
    ///
    /// # Errors
    /// Why it cannot be done; it has done nothing then.
    fn command(&mut self, command: Command, at: CommandAt<'_>) -> Result<JsonMap, Problem>;
}

/// One node visited by one run, as the ledger keeps it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Where.
    pub node: NodeId,
    /// Which visit, from 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub visit: u32,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: StepOutcome,
    /// Why.
    pub why: Why,
}
fn one() -> u32 {
    1
}
fn is_one(n: &u32) -> bool {
    *n == 1
}

/// What became of a step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It went on by this port.
    Went(PortName),
    /// It sleeps until then.
    Sleeps(Timestamp),
    /// It waits for an event or a change, until then.
    Waits(Option<Timestamp>),
    /// Its effect went to the outbox and it waits for the outcome.
    Calls(String),
    /// It asked a person.
    Asks(TaskId),
    /// It failed and waits for a person.
    Failed(Problem),
    /// A person sent it on by this port.
    Skipped(PortName),
    /// The run ended.
    Ended(End),
}

/// An effect a step asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Emitted {
    /// The node.
    pub node: NodeId,
    /// The visit.
    pub visit: u32,
    /// The effect.
    pub effect: Box<Effect>,
    /// Whether the run waits for its outcome.
    pub awaited: bool,
}

/// A question a step asked.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Its id, made from run, node and visit.
    pub task: TaskId,
    /// The node.
    pub node: NodeId,
    /// The visit.
    pub visit: u32,
    /// What.
    pub question: Question,
    /// Until when.
    pub deadline: Option<Timestamp>,
}

/// A step that needs a person.
#[derive(Clone, PartialEq, Debug)]
pub struct TransitionIncident {
    /// The node.
    pub node: NodeId,
    /// The visit.
    pub visit: u32,
    /// Whether the effect failed, or the step.
    pub effect: bool,
    /// What went wrong.
    pub problem: Problem,
}

/// All that one input did to a run; committed together with its new state, or not at all.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Transition {
    /// The steps taken, in order.
    pub steps: Vec<Step>,
    /// Effects for the outbox.
    pub effects: Vec<Emitted>,
    /// Questions to people.
    pub asked: Vec<Asked>,
    /// Set when the run now needs a person.
    pub incident: Option<TransitionIncident>,
    /// Set when a failed effect (node, visit) is to be sent again.
    pub resend: Option<(NodeId, u32)>,
    /// A question no longer of interest: answered, out of time or its run over.
    pub closed_task: Option<TaskId>,
}

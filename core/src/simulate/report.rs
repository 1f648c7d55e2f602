//! What came of a simulation.

use super::cover::Reached;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tradewind_nodes::JsonMap;
use tradewind_nodes::effect::{About, Payload};
use tradewind_nodes::fact::{Customer, Event};
use tradewind_nodes::id::{CustomerId, NodeId, TaskId};
use tradewind_nodes::kind::{End, Question};
use tradewind_nodes::kinds;
use tradewind_nodes::run::{RefusalReason, RunState, Step, StepOutcome};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// Everything that happened, in order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The instant the simulation has come to.
    pub now: Timestamp,
    /// Messages to people that left.
    pub messages: Vec<Sent>,
    /// What was sent to other systems.
    pub requests: Vec<Sent>,
    /// Effects that did not happen: stopped by a guard, or failed by the scenario's wish.
    pub prevented: Vec<Prevented>,
    /// Effects that were held back until quiet hours are over; what became of each then is told like any other.
    #[serde(default)]
    pub held: Vec<Held>,
    /// The runs, in the order of their entry.
    pub runs: Vec<RunReport>,
    /// Entries refused.
    pub refusals: Vec<Refusal>,
    /// The customers as they are now.
    pub people: Vec<Person>,
    /// Events that journeys recorded.
    pub recorded: Vec<Event>,
    /// Journeys that journeys started, whether or not the simulation knows them.
    pub started: Vec<Started>,
    /// Questions asked.
    pub tasks: Vec<TaskReport>,
    /// Nodes and ports that runs came to.
    pub reached: Vec<Reached>,
}

/// An effect that was done.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// Which run, an index into [`Report::runs`].
    pub run: usize,
    /// By which node.
    pub node: NodeId,
    /// What, rendered.
    pub payload: Payload,
}

impl Sent {
    /// Whom it went to, and what it said.
    #[must_use]
    pub fn about(&self) -> About {
        kinds::about(&self.payload)
    }
}

/// An effect that did not happen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Prevented {
    /// When.
    pub at: Timestamp,
    /// Which run, an index into [`Report::runs`].
    pub run: usize,
    /// Of which node.
    pub node: NodeId,
    /// By which channel.
    pub channel: String,
    /// Why.
    pub why: Why,
}

/// An effect that waits until quiet hours are over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Held {
    /// When it was held back.
    pub at: Timestamp,
    /// When it is looked at again.
    pub until: Timestamp,
    /// Which run, an index into [`Report::runs`].
    pub run: usize,
    /// Of which node.
    pub node: NodeId,
    /// By which channel.
    pub channel: String,
    /// Why.
    pub why: Why,
}

/// One run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunReport {
    /// The journey's slug.
    pub journey: String,
    /// Its subject.
    pub customer: Option<CustomerId>,
    /// Its key.
    pub key: Option<String>,
    /// When it began.
    pub entered_at: Timestamp,
    /// Where it stands.
    pub state: RunState,
    /// The steps taken, with their reasons.
    pub steps: Vec<Step>,
    /// What its nodes put out.
    pub outputs: JsonMap,
}

/// How a run stands or ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It came to its end.
    Completed,
    /// It reached its goal.
    Goal,
    /// It left by an exit.
    Exited,
    /// It was ended by a person.
    Cancelled,
    /// It failed and waits for a person.
    Held,
    /// It goes on later.
    Waiting,
}

impl Outcome {
    /// Its name in a scenario file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Goal => "goal",
            Self::Exited => "exited",
            Self::Cancelled => "cancelled",
            Self::Held => "held",
            Self::Waiting => "waiting",
        }
    }
}

impl RunReport {
    /// How it stands or ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match &self.state {
            RunState::Done { end: End::Completed, .. } => Outcome::Completed,
            RunState::Done { end: End::Goal { .. }, .. } => Outcome::Goal,
            RunState::Done { end: End::Exited { .. }, .. } => Outcome::Exited,
            RunState::Done { end: End::Cancelled { .. }, .. } => Outcome::Cancelled,
            RunState::Held { .. } => Outcome::Held,
            _ => Outcome::Waiting,
        }
    }

    /// Its way as `node:port`, each with the step that decided. A node it ended at, failed at or waits at stands alone.
    #[must_use]
    pub fn path(&self) -> Vec<(String, &Step)> {
        let last = self.steps.len().saturating_sub(1);
        let place = |(at, step): (usize, &Step)| match &step.outcome {
            StepOutcome::Went(port) | StepOutcome::Skipped(port) => Some(format!("{}:{port}", step.node)),
            StepOutcome::Ended(_) => Some(step.node.to_string()),
            _ if at == last => Some(step.node.to_string()),
            _ => None,
        };
        self.steps.iter().enumerate().filter_map(|(at, step)| Some((place((at, step))?, step))).collect()
    }
}

/// An entry that was refused.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// When.
    pub at: Timestamp,
    /// The journey's slug.
    pub journey: String,
    /// Whose.
    pub customer: Option<CustomerId>,
    /// Which rule.
    pub reason: RefusalReason,
    /// In words.
    pub why: Why,
}

/// A customer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// What is known.
    pub customer: Customer,
    /// The segments they are in.
    pub segments: BTreeSet<String>,
}

/// A journey that a journey started.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Started {
    /// When.
    pub at: Timestamp,
    /// The slug.
    pub journey: String,
    /// For whom.
    pub customer: Option<CustomerId>,
    /// With what.
    pub data: JsonMap,
}

/// A question asked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskReport {
    /// When.
    pub at: Timestamp,
    /// Which run, an index into [`Report::runs`].
    pub run: usize,
    /// By which node.
    pub node: NodeId,
    /// Its id.
    pub task: TaskId,
    /// What.
    pub question: Question,
    /// Whether it still waits for an answer.
    pub open: bool,
}

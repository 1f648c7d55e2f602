//! `/api/v1/runs`: people on their way through journeys.

use crate::Person;
use crate::deliveries::Delivery;
use crate::incidents::Incident;
use crate::tasks::Task;
use crate::why::Reason;
use serde::{Deserialize, Serialize};
use tradewind_nodes::JsonMap;
use tradewind_nodes::answer::{Called, Standing};
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, JourneyId, NodeId, RunId};
use tradewind_nodes::run::StepOutcome;
use tradewind_nodes::time::Timestamp;

words! {
    /// What a run does.
    RunState {
        /// About to enter a step.
        Ready = "ready",
        /// Waits for a free place in the journey.
        Queued = "queued",
        /// Waits for an instant.
        Sleeping = "sleeping",
        /// Waits for an event.
        Awaiting = "awaiting",
        /// Waits for a fact to change.
        AwaitingChange = "awaiting_change",
        /// Waits for the outcome of what it sent.
        Calling = "calling",
        /// Waits for a person's answer.
        Asking = "asking",
        /// Failed, and waits for a person.
        Held = "held",
        /// Over.
        Done = "done",
    }
}

words! {
    /// How a run ended.
    RunOutcome {
        /// It went through to the end.
        Completed = "completed",
        /// It left by an exit.
        Exited = "exited",
        /// It reached the goal.
        Goal = "goal",
        /// A person or the API ended it.
        Cancelled = "cancelled",
    }
}

/// Which runs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RunQuery {
    /// Slug or id of a journey.
    pub journey: Option<String>,
    /// A version of the journey.
    pub version: Option<i64>,
    /// A node of the journey.
    pub node: Option<String>,
    /// In this state.
    pub state: Option<RunState>,
    /// A person, by our id.
    pub customer: Option<CustomerId>,
    /// Ended so.
    pub outcome: Option<RunOutcome>,
    /// `true` for those who are still inside; with a node they come by version and state.
    pub inside: Option<bool>,
    /// A port that was passed, as `wait:timeout`; `wait:!` for failing at a node, `wait:.` for ending there.
    pub passed: Option<String>,
    /// Entered since this instant (RFC 3339) or for so long back (`24h`).
    pub since: Option<String>,
    /// Entered before this instant, or so long back.
    pub until: Option<String>,
}

/// A run in a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// The version it keeps to.
    pub version: i64,
    /// Whose; null for a run about nobody.
    pub customer: Option<CustomerId>,
    /// What makes it unique.
    pub key: Option<String>,
    /// What it does.
    pub state: RunState,
    /// Where it stands, or stood last.
    pub node: String,
    /// When the engine looks again without being told.
    pub due_at: Option<Timestamp>,
    /// When it began.
    pub entered_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<RunOutcome>,
    /// Who they are, as far as known.
    pub person: Option<Person>,
    /// What its node is called.
    pub title: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
}

/// One run with everything that happened to it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunDetail {
    /// What the list says.
    #[serde(flatten)]
    pub run: Run,
    /// What it does now, in an English sentence.
    pub now: String,
    /// The same as data: one tag with what belongs to it, as `{"sleeping":{"node":"Wait","until":…}}`.
    pub standing: Standing,
    /// The event that started it.
    pub event: Option<Event>,
    /// What its nodes put out, by node.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub outputs: JsonMap,
    /// Every step, the first first; for what follows the last ask for its page of steps.
    pub steps: Vec<RunStep>,
    /// The last transition whose steps are here, when more follow; null when all are here.
    pub more_steps_after: Option<i64>,
    /// What it sent.
    pub deliveries: Vec<Delivery>,
    /// Its incidents, resolved ones too.
    pub incidents: Vec<Incident>,
    /// What it asked people.
    pub tasks: Vec<Task>,
}

/// One step of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStep {
    /// The transition it was part of.
    pub seq: i64,
    /// Where.
    pub node: NodeId,
    /// What people call the node.
    pub label: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
    /// Which visit, from 1.
    pub visit: u32,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: StepOutcome,
    /// Why: the rule that decided and the values it saw.
    pub why: Reason,
    /// All of it in an English sentence.
    pub summary: String,
}

/// Why a run is ended.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CancelRun {
    /// In words; who did it is noted when empty.
    pub reason: String,
}

/// Which way a run is sent on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SkipStep {
    /// The port to leave by; `next` when absent.
    pub port: Option<String>,
}

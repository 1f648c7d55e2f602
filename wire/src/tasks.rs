//! `/api/v1/tasks`: what journeys ask people.

use crate::Person;
use serde::{Deserialize, Serialize};
use tradewind_nodes::id::{JourneyId, RunId, TaskId};
use tradewind_nodes::kind::Question;
use tradewind_nodes::time::Timestamp;

words! {
    /// What became of a task.
    TaskState {
        /// It waits for an answer.
        Open = "open",
        /// It was answered.
        Answered = "answered",
        /// Nobody answered in time.
        Expired = "expired",
        /// Its run ended before.
        Cancelled = "cancelled",
    }
}

/// Which tasks.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TaskQuery {
    /// In this state; `open` when absent.
    pub state: Option<TaskState>,
}

/// A task.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The run that waits for the answer.
    pub run: RunId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// What the journey is called.
    pub journey_name: String,
    /// Whom it is about, as far as known.
    pub person: Option<Person>,
    /// Where.
    pub node: String,
    /// Which visit, from 1.
    pub visit: i64,
    /// Title, body, assignee and the answers to choose from.
    pub question: Question,
    /// What became of it.
    pub state: TaskState,
    /// What was answered.
    pub answer: Option<String>,
    /// What was said with the answer.
    pub note: Option<String>,
    /// By whom.
    pub answered_by: Option<String>,
    /// Until when an answer counts.
    pub due_at: Option<Timestamp>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

/// The answer to a task.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskAnswer {
    /// One of the task's answers.
    pub answer: String,
    /// Anything to say with it.
    pub note: Option<String>,
}

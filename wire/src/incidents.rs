//! `/api/v1/incidents`: runs and deliveries that need a person.

use crate::Person;
use serde::{Deserialize, Serialize};
use tradewind_nodes::answer::Called;
use tradewind_nodes::id::{IncidentId, JourneyId, RunId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;

words! {
    /// Whether an incident still needs a person.
    IncidentState {
        /// It does.
        Open = "open",
        /// Not any more.
        Resolved = "resolved",
    }
}

words! {
    /// What failed.
    IncidentSubject {
        /// A step of a run.
        Run = "run",
        /// What a step sent.
        Delivery = "delivery",
    }
}

words! {
    /// What to do about an incident.
    IncidentAction {
        /// Try again.
        Retry = "retry",
        /// Go on by `next` as if it had been done.
        Skip = "skip",
        /// End the run.
        Abort = "abort",
    }
}

/// Which incidents.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct IncidentQuery {
    /// In this state; `open` when absent.
    pub state: Option<IncidentState>,
    /// Slug or id of a journey.
    pub journey: Option<String>,
    /// A node.
    pub node: Option<String>,
    /// The code of the problem, as `http.status`.
    pub code: Option<String>,
}

/// Whose incidents to gather.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct IncidentGroupQuery {
    /// Slug or id of a journey; all of them when absent.
    pub journey: Option<String>,
}

/// An incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// The journey's version.
    pub version: i64,
    /// The run that is held.
    pub run: RunId,
    /// What the journey is called.
    pub journey_name: String,
    /// Whose run it is, as far as known.
    pub person: Option<Person>,
    /// Where.
    pub node: String,
    /// What the node is called.
    pub title: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
    /// Which visit, from 1.
    pub visit: i64,
    /// What failed.
    pub subject: IncidentSubject,
    /// What went wrong and what to do.
    pub problem: Problem,
    /// Whether it still needs a person.
    pub state: IncidentState,
    /// `retry`, `skip` or `abort`, once resolved; something else where the run ended by itself.
    pub resolution: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
}

/// Open incidents of one journey, node and problem.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentGroup {
    /// The journey's slug.
    pub journey: String,
    /// What the journey is called.
    pub journey_name: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// Where.
    pub node: String,
    /// What the node is called.
    pub title: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
    /// The code of the problem.
    pub code: String,
    /// The newest of them in words.
    pub message: String,
    /// How many are open, among those looked at.
    pub open: i64,
    /// When the first of them was opened.
    pub first_at: Timestamp,
    /// When the last was.
    pub last_at: Timestamp,
}

impl IncidentGroup {
    /// Its incidents.
    #[must_use]
    pub fn filter(&self) -> IncidentFilter {
        IncidentFilter { journey: Some(self.journey.clone()), node: Some(self.node.clone()), code: Some(self.code.clone()) }
    }
}

/// What is open, gathered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentGroups {
    /// The most frequent first.
    pub data: Vec<IncidentGroup>,
    /// Whether every open incident was looked at.
    pub exact: bool,
}

/// Which open incidents; those that fit all that is given.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct IncidentFilter {
    /// Slug or id of a journey.
    pub journey: Option<String>,
    /// A node.
    pub node: Option<String>,
    /// The code of the problem, as `http.status`.
    pub code: Option<String>,
}

/// What to do about many incidents.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResolveIncidents {
    /// Which; an empty filter means every open incident of the workspace.
    pub filter: IncidentFilter,
    /// What.
    pub action: IncidentAction,
}

/// What was ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentsOrdered {
    /// How many incidents fit, each of whose runs is given the order.
    pub ordered: u64,
}

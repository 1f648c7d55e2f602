//! `/api/v1/journeys`: the catalogue of journeys, their drafts and their life.

use crate::FieldError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_nodes::JsonMap;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{CustomerId, JourneyId};
use tradewind_nodes::issue::Severity;
use tradewind_nodes::time::Timestamp;

words! {
    /// What a journey does.
    JourneyStatus {
        /// Never published.
        Draft = "draft",
        /// People enter and move.
        Live = "live",
        /// Nobody enters and nobody moves.
        Paused = "paused",
        /// Nobody enters; those inside go on.
        Stopped = "stopped",
        /// Put away.
        Archived = "archived",
    }
}

words! {
    /// In which order journeys are listed.
    JourneyOrder {
        /// The newest first.
        Created = "created",
        /// Those changed last first.
        Updated = "updated",
        /// By name.
        Name = "name",
    }
}

/// Which journeys, and in what order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct JourneyQuery {
    /// Only those with this status; all but archived ones when absent.
    pub status: Option<JourneyStatus>,
    /// Only those with this text in their name or slug.
    pub q: Option<String>,
    /// `created` (the newest first, when absent), `updated` (changed last first) or `name`.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub sort: Option<JourneyOrder>,
}

/// A journey with its draft.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Journey {
    /// Its id.
    pub id: JourneyId,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it does.
    pub status: JourneyStatus,
    /// The version people enter.
    pub live_version: Option<i64>,
    /// The graph being worked on.
    pub draft: Graph,
    /// Counts the changes of the draft; its ETag.
    pub draft_revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A journey in a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JourneySummary {
    /// Its id.
    pub id: JourneyId,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it does.
    pub status: JourneyStatus,
    /// The version people enter.
    pub live_version: Option<i64>,
    /// Counts the changes of the draft.
    pub draft_revision: i64,
    /// Whether the draft was saved since it was published last.
    pub changed: bool,
    /// How many people are inside, by the state of their run; counted up to a bound.
    pub people: BTreeMap<String, i64>,
    /// How many people are inside.
    pub inside: i64,
    /// Whether all of them were counted.
    pub inside_exact: bool,
    /// How many entered on each of the last 14 days, the oldest first; the last is today.
    pub entered: Vec<i64>,
    /// How many incidents are open; counted up to a bound.
    pub incidents: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A journey to be made.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewJourney {
    /// What people call it, 1 to 120 letters.
    pub name: String,
    /// Its name in addresses: a-z, 0-9 and '-'; made of the name when absent.
    pub slug: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The first draft; empty when absent.
    pub graph: Option<Graph>,
}

/// What to change of a journey.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenameJourney {
    /// The new name.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
}

/// How to call a copy.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DuplicateJourney {
    /// What people call it; the original's name and a number when absent.
    pub name: Option<String>,
}

/// A graph to look at.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ValidateGraph {
    /// The graph; the draft when absent.
    pub graph: Option<Graph>,
}

/// One thing wrong with a graph.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphIssue {
    /// What and where: `/nodes/<id>/config/…` or `/settings/…`.
    #[serde(flatten)]
    pub error: FieldError,
    /// `error` stops publishing, `warning` does not.
    pub severity: Severity,
}

impl GraphIssue {
    /// The field as its step's form knows it: the API names the place in the whole document.
    #[must_use]
    pub fn field(&self) -> &str {
        self.error.pointer.split_once("/config").map_or("", |(_, field)| field)
    }
}

/// What is wrong with a graph.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Validation {
    /// Whether it may be published.
    pub valid: bool,
    /// Everything wrong with it.
    pub issues: Vec<GraphIssue>,
}

words! {
    /// What becomes of those inside a journey that is stopped.
    PeopleInside {
        /// They go on to the end.
        Finish = "finish",
        /// Their runs are ended.
        Exit = "exit",
    }
}

/// How to stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StopJourney {
    /// What becomes of those inside.
    pub people: PeopleInside,
}

/// A journey that was stopped.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoppedJourney {
    /// The journey.
    #[serde(flatten)]
    pub journey: Journey,
    /// How many runs are inside and end.
    pub ending: u64,
}

/// For whom to start a journey, and with what.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartJourney {
    /// The shop's id of the person.
    pub user_id: Option<String>,
    /// Our id of the person, in place of `user_id`. Neither starts a run about nobody.
    pub customer_id: Option<CustomerId>,
    /// Becomes `event.properties`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub data: JsonMap,
    /// The run key, in place of the journey's own.
    pub key: Option<String>,
}

/// A start that was accepted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartedJourney {
    /// The journey's slug.
    pub journey: String,
    /// The person, when there is one.
    pub customer: Option<CustomerId>,
}

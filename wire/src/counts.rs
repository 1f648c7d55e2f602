//! `/api/v1/journeys/{slug}/counts` and `/api/v1/live`: the numbers on a journey's canvas.

use crate::runs::RunState;
use serde::{Deserialize, Serialize};

/// Which numbers.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct CountQuery {
    /// Passages since this instant (RFC 3339) or for so long back (`24h`), to the hour; all of them when absent.
    pub since: Option<String>,
    /// Passages before this instant, or so long back, to the hour.
    pub until: Option<String>,
    /// One version; all of them when absent.
    pub version: Option<i64>,
}

/// What a live stream tells beside the status.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct LiveQuery {
    /// Slug or id of a journey whose counts are wanted too.
    pub journey: Option<String>,
    /// Counts passages since this instant (RFC 3339) or for so long back (`24h`); all of them when absent.
    pub since: Option<String>,
    /// Counts one version; all of them when absent.
    pub version: Option<i64>,
    /// Counts of several journeys in one stream, separated by commas, 32 at most: each a slug or id, then `@` and a version and `~`
    /// and a time as in `since` where wanted, as `welcome,carts@2,carts~24h`.
    pub watch: Option<String>,
    /// `true` for the events that come in.
    pub events: Option<bool>,
}

/// How often one way was taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passage {
    /// The version.
    pub version: i64,
    /// The node.
    pub node: String,
    /// The port it was left by; `!` for failing at it, `.` for ending there.
    pub port: String,
    /// How often.
    pub passed: i64,
}

/// How many stand at one node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeopleAtNode {
    /// The version.
    pub version: i64,
    /// The node.
    pub node: String,
    /// The state of their runs.
    pub state: RunState,
    /// How many.
    pub people: i64,
}

/// The numbers of one port.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PortCount {
    /// The port.
    pub port: String,
    /// How often it was taken in the period.
    pub passed: i64,
}

/// The numbers of one node, over the versions asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeCounts {
    /// The node.
    pub node: String,
    /// Who stands there now, those held by an incident included.
    pub waiting: i64,
    /// Who is held there now by an incident.
    pub held: i64,
    /// How often it failed in the period.
    pub failed: i64,
    /// How many ended there in the period.
    pub ended: i64,
    /// Its ports, in order of their names.
    pub ports: Vec<PortCount>,
}

/// The numbers on a journey's canvas.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// How many entered in the period.
    pub entered: i64,
    /// How many are inside now.
    pub inside: i64,
    /// Whether everybody inside was counted; the numbers of those who stand somewhere are too small otherwise.
    pub exact: bool,
    /// By node.
    pub nodes: Vec<NodeCounts>,
    /// Passages of the period by version.
    pub passages: Vec<Passage>,
    /// Who stands where now, by version.
    pub standing: Vec<PeopleAtNode>,
}

/// What the live stream tells of one of several journeys that are watched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WatchedCounts {
    /// What it was asked by: one part of `watch`.
    pub watch: String,
    /// Null when there is no such journey.
    pub counts: Option<Counts>,
}

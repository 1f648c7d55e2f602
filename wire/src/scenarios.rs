//! `/api/v1/journeys/{slug}/scenarios`: the tests kept with a journey, the `*.test.json` beside its file.

use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
use tradewind_nodes::time::Timestamp;

/// A scenario to be kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewScenario {
    /// The name of its file without `.test.json`: a-z, 0-9 and '-'.
    pub name: String,
    /// The scenario, as the file says it.
    pub body: Json,
}

/// The scenarios to keep.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PutScenarios {
    /// All of them: those not named are dropped.
    pub scenarios: Vec<NewScenario>,
}

/// A scenario that is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scenario {
    /// The name of its file without `.test.json`.
    pub name: String,
    /// The scenario, as the file says it.
    pub body: Json,
    /// When it was put there.
    pub updated_at: Timestamp,
}

/// The scenarios of a journey.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scenarios {
    /// By name.
    pub data: Vec<Scenario>,
    /// Counts the changes of the list; its ETag.
    pub revision: i64,
}

//! `/api/v1/dead-letters`: what came in and could not be routed.

use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

words! {
    /// What to do with many dead letters.
    DeadLetterAction {
        /// Route them again.
        Retry = "retry",
        /// Throw them away.
        Drop = "drop",
    }
}

/// Which dead letters.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct DeadLetterQuery {
    /// Only those of this kind: `event`, `profile`, `start`, ….
    pub kind: Option<String>,
}

/// A dead letter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetter {
    /// Its id.
    pub id: Uuid,
    /// What it is: `event`, `profile`, `merge`, `start`, `tick`, ….
    pub kind: String,
    /// Why it could not be routed.
    pub problem: String,
    /// What came in; a text when it is no JSON.
    pub body: Json,
    /// When it was put aside.
    pub at: Timestamp,
}

/// Which of them an action is about.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DeadLetterFilter {
    /// Those of this kind.
    pub kind: Option<String>,
    /// Those that were put aside no later than this one: what came since has not been seen.
    pub up_to: Option<Uuid>,
}

/// What to do with which.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SettleDeadLetters {
    /// Which; an empty filter means all of them.
    pub filter: DeadLetterFilter,
    /// What.
    pub action: DeadLetterAction,
}

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLettersSettled {
    /// With how many.
    pub done: u64,
    /// How many were left because they cannot be read.
    pub left: u64,
}

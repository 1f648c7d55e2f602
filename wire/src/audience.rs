//! `/api/v1/audience`: how many people a predicate holds for, while it is being written.

use crate::Person;
use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
#[cfg(feature = "openapi")]
use tradewind_nodes::predicate::Predicate;

/// People shown with a count at most.
pub const MAX_SAMPLE: u8 = 10;

/// A predicate to count people by.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CountAudience {
    /// The predicate; one about customers, as segments have it.
    #[cfg_attr(feature = "openapi", schema(value_type = Predicate))]
    pub predicate: Json,
    /// How many people to show, 0 to 10; 10 when absent.
    #[serde(default = "shown")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 10))]
    pub sample: u8,
}

fn shown() -> u8 {
    MAX_SAMPLE
}

/// Whom a predicate holds for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Audience {
    /// How many; an estimate unless `exact`.
    pub count: i64,
    /// Of how many people.
    pub of: i64,
    /// Whether every person was looked at.
    pub exact: bool,
    /// How many were.
    pub looked_at: i64,
    /// Some of those it holds for.
    pub sample: Vec<Person>,
}

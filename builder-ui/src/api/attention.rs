//! What needs a person, gathered: incidents by what one decision can mend.

use super::{Call, Failure};
use serde::Deserialize;
use tradewind_nodes::answer::Called;

/// Open incidents of one step and one problem.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Gathered {
    /// The journey's slug.
    pub journey: String,
    /// What it is called.
    pub journey_name: String,
    /// What the step is called.
    pub called: Called,
    /// What is wrong, and what to do.
    pub message: String,
    /// How many.
    pub open: i64,
}

#[derive(Deserialize)]
struct Groups {
    data: Vec<Gathered>,
}

/// The open incidents, the most frequent first.
///
/// # Errors
/// When there is no answer.
pub async fn incidents() -> Result<Vec<Gathered>, Failure> {
    Ok(Call::get("/api/v1/incidents/groups").send::<Groups>().await?.data)
}

//! `/api/v1/journeys/{slug}/scenarios`: the tests kept with a journey.

use super::{Call, Failure, escaped};
use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;

/// A scenario.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The name of its file without `.test.json`.
    pub name: String,
    /// What the file says.
    pub body: Json,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Kept>,
}

#[derive(Serialize)]
struct Put<'a> {
    scenarios: &'a [Kept],
}

fn path(slug: &str) -> String {
    format!("/api/v1/journeys/{}/scenarios", escaped(slug))
}

/// The scenarios of a journey and the tag of their list.
///
/// # Errors
/// When there is no answer.
pub async fn list(slug: &str) -> Result<(Vec<Kept>, String), Failure> {
    let (answer, tag) = Call::get(&path(slug)).tagged::<Answer>().await?;
    Ok((answer.data, tag))
}

/// Keeps these in place of those there, if the list is still the one with `tag`.
///
/// # Errors
/// `stale` when somebody else changed the list meanwhile, `invalid` when one cannot be read.
pub async fn keep(slug: &str, scenarios: &[Kept], tag: &str) -> Result<(Vec<Kept>, String), Failure> {
    let (answer, tag) = Call::put(&path(slug)).json(&Put { scenarios }).if_match(tag).tagged::<Answer>().await?;
    Ok((answer.data, tag))
}

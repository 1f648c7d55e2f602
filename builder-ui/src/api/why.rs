//! `/api/v1/journeys/{slug}/why`: why somebody did, or did not, get what a journey sends.

use super::{Call, Failure, escaped};
use serde::Deserialize;
use tradewind_nodes::answer::{Answered, Happened};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// What became of a person in a journey.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Something was sent to him.
    Received,
    /// He is inside, or something is about to be sent.
    Waiting,
    /// He was not let in.
    Refused,
    /// A guard stopped what was to be sent.
    Suppressed,
    /// Something went wrong.
    Failed,
    /// Nothing happened that would let him in.
    NeverTriggered,
    /// He left by an exit.
    Exited,
    /// He reached the goal.
    Goal,
    /// He went through to the end.
    Completed,
    /// His run was ended.
    Cancelled,
}

/// A recorded fact.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Fact {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub said: Happened,
    /// Why.
    #[serde(default, deserialize_with = "super::reason::read_some")]
    pub why: Option<Why>,
}

/// The answer.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Explanation {
    /// In one word.
    pub verdict: Verdict,
    /// The answer.
    pub said: Answered,
    /// What it rests on, the first first.
    pub facts: Vec<Fact>,
}

/// Asks.
///
/// # Errors
/// When there is no answer, no such journey or no such person.
pub async fn ask(journey: &str, customer: &str) -> Result<Explanation, Failure> {
    Call::get(&format!("/api/v1/journeys/{}/why", escaped(journey))).query("customer_id", customer).send().await
}

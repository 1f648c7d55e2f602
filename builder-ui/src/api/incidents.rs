//! `/api/v1/incidents`: runs and deliveries that need a person.

use super::runs::Person;
use super::{Call, Failure, List, escaped};
use serde::{Deserialize, Serialize};
use tradewind_nodes::answer::Called;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;

/// An incident.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// The journey's slug.
    pub journey: String,
    /// The run that is held.
    pub run: String,
    /// Whose.
    #[serde(default)]
    pub person: Option<Person>,
    /// Where.
    pub node: String,
    /// What the node is called.
    pub called: Called,
    /// What went wrong.
    pub problem: Problem,
    /// `open` or `resolved`.
    pub state: String,
    /// `retry`, `skip` or `abort`, once resolved.
    #[serde(default)]
    pub resolution: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was resolved.
    #[serde(default)]
    pub resolved_at: Option<Timestamp>,
}

/// Open incidents of one journey, step and problem.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Group {
    /// The journey's slug.
    pub journey: String,
    /// What the journey is called.
    pub journey_name: String,
    /// Where.
    pub node: String,
    /// What the node is called.
    pub called: Called,
    /// The code of the problem.
    pub code: String,
    /// The newest of them in the server's words.
    pub message: String,
    /// How many are open.
    pub open: i64,
    /// When the first was opened.
    pub first_at: Timestamp,
    /// When the last was.
    pub last_at: Timestamp,
}

/// What is open, gathered.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Groups {
    /// The most frequent first.
    pub data: Vec<Group>,
    /// Whether every open incident was looked at.
    #[serde(default = "yes")]
    pub exact: bool,
}

fn yes() -> bool {
    true
}

/// What to do about an incident.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Try again.
    Retry,
    /// Go on as if it had been done.
    Skip,
    /// End the run.
    Abort,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Skip => "skip",
            Self::Abort => "abort",
        }
    }
}

/// Which incidents.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Filter {
    /// Of this journey.
    pub journey: String,
    /// At this node.
    pub node: String,
    /// With this code.
    pub code: String,
}

impl Group {
    /// The incidents of it.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter { journey: self.journey.clone(), node: self.node.clone(), code: self.code.clone() }
    }
}

#[derive(Serialize)]
struct Bulk<'a> {
    filter: &'a Filter,
    action: Action,
}

#[derive(Deserialize)]
struct Ordered {
    ordered: u64,
}

/// What is open, gathered; that of one journey where its slug is given.
///
/// # Errors
/// When there is no answer, or no such journey.
pub async fn groups(journey: Option<String>) -> Result<Groups, Failure> {
    Call::get("/api/v1/incidents/groups").query_some("journey", journey).send().await
}

/// A page of the incidents of a group.
///
/// # Errors
/// When there is no answer.
pub async fn list(filter: Filter, cursor: Option<String>) -> Result<List<Incident>, Failure> {
    Call::get("/api/v1/incidents")
        .query("journey", filter.journey)
        .query("node", filter.node)
        .query("code", filter.code)
        .query("limit", 50)
        .query_some("cursor", cursor)
        .send()
        .await
}

/// A page of those that are settled, the newest first.
///
/// # Errors
/// When there is no answer.
pub async fn settled(cursor: Option<String>) -> Result<List<Incident>, Failure> {
    Call::get("/api/v1/incidents").query("state", "resolved").query("limit", 50).query_some("cursor", cursor).send().await
}

/// Orders what is to be done about one.
///
/// # Errors
/// When it is settled already, or there is no answer.
pub async fn act(id: &str, action: Action) -> Result<(), Failure> {
    Call::post(&format!("/api/v1/incidents/{}/{}", escaped(id), action.name())).json(&serde_json::json!({})).done().await
}

/// Orders what is to be done about all of a group; tells how many runs were given the order.
///
/// # Errors
/// When there is no answer.
pub async fn act_on_all(filter: &Filter, action: Action) -> Result<u64, Failure> {
    let done: Ordered = Call::post("/api/v1/incidents/bulk").json(&Bulk { filter, action }).within(60_000).send().await?;
    Ok(done.ordered)
}

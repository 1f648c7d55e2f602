//! `/api/v1/tasks`: what journeys ask people.

use super::runs::Person;
use super::{Call, Failure, List, escaped};
use serde::{Deserialize, Serialize};
use tradewind_nodes::kind::Question;
use tradewind_nodes::time::Timestamp;

/// A task.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// The run that waits for the answer.
    pub run: String,
    /// The journey's slug.
    pub journey: String,
    /// What the journey is called.
    pub journey_name: String,
    /// Whom it is about.
    #[serde(default)]
    pub person: Option<Person>,
    /// What is asked.
    pub question: Question,
    /// `open`, `answered`, `expired` or `cancelled`.
    pub state: String,
    /// What was answered.
    #[serde(default)]
    pub answer: Option<String>,
    /// What was said with it.
    #[serde(default)]
    pub note: Option<String>,
    /// By whom.
    #[serde(default)]
    pub answered_by: Option<String>,
    /// Until when an answer counts.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it was answered or closed.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Answer<'a> {
    answer: &'a str,
    note: Option<&'a str>,
}

/// A page of the tasks in one state, the newest first.
///
/// # Errors
/// When there is no answer.
pub async fn list(state: &'static str, cursor: Option<String>) -> Result<List<Task>, Failure> {
    Call::get("/api/v1/tasks").query("state", state).query("limit", 50).query_some("cursor", cursor).send().await
}

/// Answers one. It arrives also when the page is closed meanwhile.
///
/// # Errors
/// `closed` when it takes no answer any more.
pub async fn answer(id: &str, answer: &str, note: Option<&str>) -> Result<(), Failure> {
    Call::post(&format!("/api/v1/tasks/{}/answer", escaped(id))).json(&Answer { answer, note }).keepalive().done().await
}

//! `/api/v1/dead-letters`: what came in and could not be routed.

use super::{Call, Failure, List, escaped};
use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
use tradewind_nodes::time::Timestamp;

/// A dead letter.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct DeadLetter {
    /// Its id.
    pub id: String,
    /// `event`, `profile`, `merge`, `start`, `tick`, ….
    pub kind: String,
    /// Why it could not be routed, in the server's words.
    pub problem: String,
    /// What came in.
    pub body: Json,
    /// When it was put aside.
    pub at: Timestamp,
}

/// What to do with many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Route them again.
    Retry,
    /// Throw them away.
    Drop,
}

#[derive(Serialize)]
struct Filter<'a> {
    kind: Option<&'a str>,
    up_to: &'a str,
}

#[derive(Serialize)]
struct Bulk<'a> {
    filter: Filter<'a>,
    action: Action,
}

/// What was done with many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct Done {
    /// With how many.
    pub done: u64,
    /// How many were left because they cannot be read.
    pub left: u64,
}

fn path(id: &str) -> String {
    format!("/api/v1/dead-letters/{}", escaped(id))
}

/// A page of them, the newest first; of one kind when given.
///
/// # Errors
/// When there is no answer.
pub async fn list(kind: Option<String>, cursor: Option<String>) -> Result<List<DeadLetter>, Failure> {
    Call::get("/api/v1/dead-letters").query_some("kind", kind).query("limit", 50).query_some("cursor", cursor).send().await
}

/// Routes one again.
///
/// # Errors
/// `unreadable` when it cannot be read, `gone` when somebody else saw to it.
pub async fn retry(id: &str) -> Result<(), Failure> {
    Call::post(&format!("{}/retry", path(id))).json(&serde_json::json!({})).done().await
}

/// Throws one away, also when the page is closed meanwhile.
///
/// # Errors
/// When there is no answer, or it is gone.
pub async fn discard(id: &str) -> Result<(), Failure> {
    Call::delete(&path(id)).keepalive().done().await
}

/// Does the same with all that were put aside no later than `up_to`: nobody has seen what came since.
///
/// # Errors
/// When there is no answer.
pub async fn act_on_all(kind: Option<&str>, up_to: &str, action: Action) -> Result<Done, Failure> {
    let bulk = Bulk { filter: Filter { kind, up_to }, action };
    Call::post("/api/v1/dead-letters/bulk").json(&bulk).within(60_000).keepalive().send().await
}

//! `/api/v1/journeys`: journeys and their drafts.

use super::call::escaped;
use super::{Call, Failure};
use serde::{Deserialize, Serialize};
use tradewind_nodes::graph::Graph;

/// What a journey does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never published.
    Draft,
    /// People enter.
    Live,
    /// Nobody enters; those inside wait or go on.
    Paused,
    /// Nobody enters any more.
    Stopped,
    /// Put away.
    Archived,
}

/// A journey with its draft.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Journey {
    /// Its id.
    pub id: String,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it does.
    pub status: Status,
    /// The version people enter.
    #[serde(default)]
    pub live_version: Option<i64>,
    /// The graph being worked on.
    pub draft: Graph,
    /// Counts the changes of the draft.
    pub draft_revision: i64,
}

fn path(slug: &str) -> String {
    format!("/api/v1/journeys/{}", escaped(slug))
}

/// A journey and the tag of its draft.
///
/// # Errors
/// When there is no answer, or no such journey.
pub async fn open(slug: &str) -> Result<(Journey, String), Failure> {
    Call::get(&path(slug)).tagged().await
}

/// Saves the draft, if it is still the one with `tag`; the new one's tag comes back. One attempt: whoever edits decides when
/// to try again, for by then there may be a newer draft.
///
/// # Errors
/// `stale` when somebody else saved meanwhile.
pub async fn save_draft(slug: &str, graph: &Graph, tag: &str) -> Result<(Journey, String), Failure> {
    Call::put(&format!("{}/draft", path(slug))).json(graph).if_match(tag).once().tagged().await
}

/// Gives a journey another name.
///
/// # Errors
/// When the name is refused.
pub async fn rename(slug: &str, name: &str) -> Result<Journey, Failure> {
    Call::patch(&path(slug)).json(&serde_json::json!({ "name": name })).send().await
}

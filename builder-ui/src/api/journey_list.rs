//! `/api/v1/journeys` as a list: what there is, how it does, and making, copying and putting away.

use super::{Call, Failure, List, escaped};
use serde::Deserialize;
use tradewind_nodes::time::Timestamp;

/// What a journey does, as lists tell it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Never published.
    Draft,
    /// People enter.
    Live,
    /// Nobody enters and nobody moves.
    Paused,
    /// Nobody enters any more.
    Stopped,
    /// Put away.
    Archived,
}

/// A journey in a list.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Listed {
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it does.
    pub status: Doing,
    /// The version people enter.
    pub live_version: Option<i64>,
    /// Whether the draft was saved since it was published last.
    #[serde(default)]
    pub changed: bool,
    /// How many people are inside.
    #[serde(default)]
    pub inside: i64,
    /// Whether all of them were counted.
    #[serde(default)]
    pub inside_exact: bool,
    /// How many entered on each of the last 14 days, the oldest first.
    #[serde(default)]
    pub entered: Vec<i64>,
    /// How many incidents are open.
    #[serde(default)]
    pub incidents: i64,
    /// Errors of the draft.
    #[serde(default)]
    pub issues: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Which journeys, and in what order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// What their name or slug holds.
    pub q: Option<String>,
    /// What they do.
    pub status: Option<String>,
    /// `created`, `updated` or `name`.
    pub sort: Option<String>,
}

/// A journey that was made: where it is.
#[derive(Deserialize)]
pub struct Made {
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
}

fn path(slug: &str, what: &str) -> String {
    format!("/api/v1/journeys/{}{what}", escaped(slug))
}

/// A page of them.
///
/// # Errors
/// When there is no answer.
pub async fn list(wanted: Wanted, limit: u32, cursor: Option<String>) -> Result<List<Listed>, Failure> {
    Call::get("/api/v1/journeys")
        .query_some("q", wanted.q)
        .query_some("status", wanted.status)
        .query("sort", wanted.sort.as_deref().unwrap_or("updated"))
        .query("limit", limit)
        .query_some("cursor", cursor)
        .send()
        .await
}

/// Makes an empty one.
///
/// # Errors
/// When the name is refused.
pub async fn create(name: &str) -> Result<Made, Failure> {
    Call::post("/api/v1/journeys").json(&serde_json::json!({ "name": name })).send().await
}

/// Makes one of the draft of another.
///
/// # Errors
/// When it is gone.
pub async fn duplicate(slug: &str) -> Result<Made, Failure> {
    Call::post(&path(slug, "/duplicate")).json(&serde_json::json!({})).send().await
}

/// Gives it another name.
///
/// # Errors
/// When the name is refused.
pub async fn call(slug: &str, name: &str) -> Result<(), Failure> {
    Call::patch(&path(slug, "")).json(&serde_json::json!({ "name": name })).done().await
}

/// Puts it away.
///
/// # Errors
/// `status` while people enter it or are inside.
pub async fn archive(slug: &str) -> Result<(), Failure> {
    Call::post(&path(slug, "/archive")).json(&serde_json::json!({})).done().await
}

/// Takes it out again.
///
/// # Errors
/// When it is gone.
pub async fn unarchive(slug: &str) -> Result<(), Failure> {
    Call::post(&path(slug, "/unarchive")).json(&serde_json::json!({})).done().await
}

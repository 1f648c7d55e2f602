//! Publishing a journey, its versions, and pausing, resuming and stopping it.

use super::journeys::Status;
use super::{Call, Failure, List, escaped};
use serde::Deserialize;
use tradewind_nodes::graph::{Graph, GraphDiff};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::issue::Severity;
use tradewind_nodes::time::Timestamp;

/// What a journey does, as far as its life is concerned.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Life {
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Whether people enter.
    pub status: Status,
    /// The version people enter.
    #[serde(default)]
    pub live_version: Option<i64>,
}

/// Something wrong with the draft.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct GraphIssue {
    /// What and what to do.
    pub detail: String,
    /// The node.
    #[serde(default)]
    pub node: Option<NodeId>,
    /// The field, a JSON pointer.
    #[serde(default)]
    pub pointer: String,
    /// Its stable name.
    #[serde(default)]
    pub code: String,
    /// Whether it stops publishing.
    pub severity: Severity,
}

impl GraphIssue {
    /// The field as its step's form knows it: the API names the place in the whole document.
    #[must_use]
    pub fn field(&self) -> &str {
        self.pointer.split_once("/config").map_or("", |(_, field)| field)
    }
}

/// How a node differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the draft has it.
    Added,
    /// Only the live version has it.
    Removed,
    /// Both have it, not alike.
    Changed,
    /// One of its ports leads elsewhere.
    Rewired,
}

/// A node that differs.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct DifferentNode {
    /// Which.
    pub node: NodeId,
    /// What it is called; empty when it has no name of its own.
    #[serde(default)]
    pub label: String,
    /// Its kind.
    #[serde(default)]
    pub kind: String,
    /// How.
    pub change: Change,
    /// Who stands there now.
    #[serde(default)]
    pub people: i64,
}

/// What publishing would do.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Preview {
    /// The live version.
    #[serde(default)]
    pub from: Option<i64>,
    /// The version that would be made.
    pub to: i64,
    /// The hash of the draft, to publish exactly that.
    #[serde(default)]
    pub hash: Option<String>,
    /// Whether the draft says what is live already.
    #[serde(default)]
    pub unchanged: bool,
    /// Everything wrong with the draft.
    #[serde(default)]
    pub issues: Vec<GraphIssue>,
    /// What differs.
    pub diff: GraphDiff,
    /// The nodes that differ.
    #[serde(default)]
    pub nodes: Vec<DifferentNode>,
    /// Who stands at one of them.
    #[serde(default)]
    pub people: i64,
}

/// What was published.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Published {
    /// The number.
    pub version: i64,
    /// Whether it was live already.
    #[serde(default)]
    pub unchanged: bool,
}

/// A version in the list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct VersionSummary {
    /// Its number.
    pub number: i64,
    /// What was new.
    #[serde(default)]
    pub note: String,
    /// Who published it.
    #[serde(default)]
    pub published_by: String,
    /// When.
    pub published_at: Timestamp,
    /// Whether people enter it.
    #[serde(default)]
    pub live: bool,
    /// Who is inside.
    #[serde(default)]
    pub inside: i64,
}

/// A version with its graph.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Version {
    /// What the list says.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// How it is drawn.
    pub graph: Graph,
}

/// What becomes of those inside a journey that is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inside {
    /// They go on to the end.
    Finish,
    /// Their runs are ended.
    Exit,
}

fn path(slug: &str, rest: &str) -> String {
    format!("/api/v1/journeys/{}{rest}", escaped(slug))
}

/// What publishing the draft would do.
///
/// # Errors
/// When there is no answer.
pub async fn preview(slug: &str) -> Result<Preview, Failure> {
    Call::get(&path(slug, "/preview")).send().await
}

/// Publishes the draft that was reviewed.
///
/// # Errors
/// When it has errors, or is another by now.
pub async fn publish(slug: &str, note: &str, hash: Option<&str>) -> Result<Published, Failure> {
    Call::post(&path(slug, "/publish")).json(&serde_json::json!({ "note": note, "hash": hash })).send().await
}

/// A page of versions, the newest first.
///
/// # Errors
/// When there is no answer.
pub async fn list(slug: &str, cursor: Option<String>) -> Result<List<VersionSummary>, Failure> {
    Call::get(&path(slug, "/versions")).query("limit", 50).query_some("cursor", cursor).send().await
}

/// One version.
///
/// # Errors
/// When there is no such version, or no answer.
pub async fn get(slug: &str, number: i64) -> Result<Version, Failure> {
    Call::get(&path(slug, &format!("/versions/{number}"))).send().await
}

/// What a journey does at present.
///
/// # Errors
/// When there is no such journey, or no answer.
pub async fn life(slug: &str) -> Result<Life, Failure> {
    Call::get(&path(slug, "")).send().await
}

/// Nobody enters and nobody moves.
///
/// # Errors
/// When it is not live.
pub async fn pause(slug: &str) -> Result<Life, Failure> {
    Call::post(&path(slug, "/pause")).json(&serde_json::json!({})).send().await
}

/// Goes on after a pause, or after a stop.
///
/// # Errors
/// When it is live already.
pub async fn resume(slug: &str) -> Result<Life, Failure> {
    Call::post(&path(slug, "/resume")).json(&serde_json::json!({})).send().await
}

/// Nobody enters any more.
///
/// # Errors
/// When it was never live.
pub async fn stop(slug: &str, inside: Inside) -> Result<Life, Failure> {
    let people = if inside == Inside::Finish { "finish" } else { "exit" };
    Call::post(&path(slug, "/stop")).json(&serde_json::json!({ "people": people })).within(60_000).send().await
}

//! `/api/v1/settings`: what the workspace says once for all its journeys; and its segments.

use super::{Call, Failure, List};
use serde::{Deserialize, Serialize};
use tradewind_nodes::time::Timestamp;

const PATH: &str = "/api/v1/settings";

/// Who mail comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sender {
    /// What the reader sees.
    #[serde(default)]
    pub name: String,
    /// The address.
    pub email: String,
}

/// Hours in which no marketing leaves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Quiet {
    /// When they begin, on the person's clock.
    pub from: String,
    /// When they end.
    pub to: String,
}

/// Marketing to one person at most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cap {
    /// How many.
    pub max: u32,
    /// Within how long, as `7d`.
    pub per: String,
}

/// The settings of the workspace.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Settings {
    /// What people call it.
    pub name: String,
    /// Who mail comes from when its step names nobody.
    #[serde(default)]
    pub sender: Option<Sender>,
    /// Where answers go when the step says nothing.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// The zone of people who have none of their own.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The currency amounts are shown in.
    #[serde(default)]
    pub currency: Option<String>,
    /// The languages the shop speaks.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Hours in which no marketing leaves.
    #[serde(default)]
    pub quiet_hours: Option<Quiet>,
    /// Marketing to one person at most.
    #[serde(default)]
    pub frequency_cap: Option<Cap>,
}

/// The settings and their tag.
///
/// # Errors
/// When there is no answer.
pub async fn read() -> Result<(Settings, String), Failure> {
    Call::get(PATH).tagged().await
}

/// Stores others, if they are still the ones with `tag`.
///
/// # Errors
/// `stale` when somebody else changed them meanwhile; what is wrong with which field.
pub async fn store(settings: &Settings, tag: &str) -> Result<(Settings, String), Failure> {
    Call::put(PATH).json(settings).if_match(tag).tagged().await
}

/// A segment.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// How many are inside now.
    pub members: i64,
    /// When its predicate last changed.
    pub updated_at: Timestamp,
}

/// A page of the segments by name.
///
/// # Errors
/// When there is no answer.
pub async fn segments(cursor: Option<String>) -> Result<List<Segment>, Failure> {
    Call::get("/api/v1/segments").query("limit", 50).query_some("cursor", cursor).send().await
}

//! What a person did before a scenario begins.

use super::scenario::{ScenarioError, part, wrong};
use serde::Deserialize;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::{Json, JsonMap};

/// An event from before a scenario begins.
#[derive(Clone, PartialEq, Debug)]
pub struct Past {
    /// When.
    pub at: Timestamp,
    /// Its name.
    pub event: String,
    /// Its properties.
    pub properties: JsonMap,
}

/// A [`Past`] as written: an instant, or so long before the start (`-3d`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPast {
    at: String,
    event: String,
    #[serde(default)]
    properties: JsonMap,
}

/// Reads the entries of a scenario's `history`.
pub(super) fn read(raw: Vec<Json>, start: Timestamp) -> Result<Vec<Past>, ScenarioError> {
    let mut past: Vec<Past> = Vec::with_capacity(raw.len());
    for (i, entry) in raw.into_iter().enumerate() {
        let pointer = format!("/history/{i}");
        let RawPast { at, event, properties } = part(entry, &pointer)?;
        let before = || at.strip_prefix('-').and_then(Duration::parse).map(|length| start.minus(length));
        let Some(instant) = before().or_else(|| Timestamp::parse(&at)) else {
            return Err(wrong(format!("{pointer}/at"), format!("{at:?} is no moment of the past: write -3d or 2026-03-01T09:00:00Z")));
        };
        if instant > start {
            return Err(wrong(format!("{pointer}/at"), format!("{instant} is after the scenario begins ({start}): give it in `given`")));
        }
        if past.last().is_some_and(|last| last.at > instant) {
            return Err(wrong(format!("{pointer}/at"), "it is before the entry above it: put them into the order of time"));
        }
        past.push(Past { at: instant, event, properties });
    }
    Ok(past)
}

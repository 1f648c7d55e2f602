//! A journey and its versions, as rows say.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_commerce::reading::{ReadError, at, json, word};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::JourneyId;
use tradewind_nodes::time::Timestamp;
use tradewind_store::Row;

/// What a journey does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JourneyStatus {
    /// Never published.
    Draft,
    /// People enter and move.
    Live,
    /// Nobody enters and nobody moves.
    Paused,
    /// Nobody enters; those inside go on.
    Stopped,
    /// Put away.
    Archived,
}

impl JourneyStatus {
    /// The name in the `status` column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Archived => "archived",
        }
    }
}

/// A journey with its draft.
#[derive(Clone, PartialEq, Debug)]
pub struct Journey {
    /// Its id.
    pub id: JourneyId,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it does.
    pub status: JourneyStatus,
    /// The version people enter.
    pub live_version: Option<i64>,
    /// The graph being worked on.
    pub draft: Graph,
    /// Counts the changes of the draft; its ETag.
    pub draft_revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A journey in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct JourneySummary {
    /// Its id.
    pub id: JourneyId,
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it does.
    pub status: JourneyStatus,
    /// The version people enter.
    pub live_version: Option<i64>,
    /// Counts the changes of the draft.
    pub draft_revision: i64,
    /// Whether the draft was saved since it was published last.
    pub changed: bool,
    /// How many people are inside, by the state of their run; counted up to a bound.
    pub people: BTreeMap<String, i64>,
    /// How many people are inside.
    pub inside: i64,
    /// Whether all of them were counted.
    pub inside_exact: bool,
    /// How many entered on each of the last 14 days, the oldest first; the last is today.
    pub entered: Vec<i64>,
    /// How many incidents are open; counted up to a bound.
    pub incidents: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A published version in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct VersionSummary {
    /// Counts from 1.
    pub number: i64,
    /// The hash of its content.
    pub hash: String,
    /// What was said when it was published.
    pub note: String,
    /// By whom.
    pub published_by: String,
    /// When.
    pub published_at: Timestamp,
    /// Whether people enter it now.
    pub live: bool,
    /// How many people are inside it; counted up to a bound.
    pub inside: i64,
}

/// A published version, immutable.
#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    /// Everything but the graph.
    pub summary: VersionSummary,
    /// The graph.
    pub graph: Graph,
}

pub(super) fn journey(row: &Row) -> Result<Journey, ReadError> {
    let slug = row.text(1)?.to_owned();
    Ok(Journey {
        id: JourneyId(row.uuid(0)?),
        name: row.text(2)?.to_owned(),
        description: row.text(3)?.to_owned(),
        status: word(row, 4, format_args!("the status of journey {slug}"))?,
        live_version: row.opt_int(5)?,
        draft_revision: row.int(6)?,
        created_at: at(row, 7)?,
        updated_at: at(row, 8)?,
        draft: json(row, 9, format_args!("the draft of journey {slug}"))?,
        slug,
    })
}

/// A row of a list; what is counted elsewhere is nothing yet.
pub(super) fn summary(row: &Row) -> Result<JourneySummary, ReadError> {
    let slug = row.text(1)?.to_owned();
    let (draft_revision, published) = (row.int(6)?, row.opt_int(9)?);
    Ok(JourneySummary {
        id: JourneyId(row.uuid(0)?),
        name: row.text(2)?.to_owned(),
        description: row.text(3)?.to_owned(),
        status: word(row, 4, format_args!("the status of journey {slug}"))?,
        live_version: row.opt_int(5)?,
        draft_revision,
        changed: published.is_some_and(|published| published != draft_revision),
        people: BTreeMap::new(),
        inside: 0,
        inside_exact: true,
        entered: Vec::new(),
        incidents: 0,
        created_at: at(row, 7)?,
        updated_at: at(row, 8)?,
        slug,
    })
}

pub(super) fn version_summary(row: &Row) -> Result<VersionSummary, ReadError> {
    Ok(VersionSummary {
        number: row.int(0)?,
        hash: row.text(1)?.to_owned(),
        note: row.text(2)?.to_owned(),
        published_by: row.text(3)?.to_owned(),
        published_at: at(row, 4)?,
        live: false,
        inside: 0,
    })
}

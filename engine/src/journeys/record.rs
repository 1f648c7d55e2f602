//! A journey and its versions, as rows say.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::JourneyId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;

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

record! {
    /// A journey with its draft, as its row says.
    pub(super) struct DraftRow of "journeys" key [id] {
        id: uuid => JourneyId,
        slug: text,
        name: text,
        description: text,
        status: word => JourneyStatus,
        live_version: int null,
        draft_revision: int,
        created_at: int => Timestamp,
        updated_at: int => Timestamp,
        draft: json => Graph,
    }
}

impl From<DraftRow> for Journey {
    fn from(row: DraftRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            description: row.description,
            status: row.status,
            live_version: row.live_version,
            draft: row.draft,
            draft_revision: row.draft_revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

record! {
    /// A row of a list.
    pub(super) struct ListedRow of "journeys" key [id] {
        id: uuid => JourneyId,
        slug: text,
        name: text,
        description: text,
        status: word => JourneyStatus,
        live_version: int null,
        draft_revision: int,
        created_at: int => Timestamp,
        updated_at: int => Timestamp,
        published_revision: int null,
    }
}

/// What is counted elsewhere is nothing yet.
impl From<ListedRow> for JourneySummary {
    fn from(row: ListedRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            description: row.description,
            status: row.status,
            live_version: row.live_version,
            draft_revision: row.draft_revision,
            changed: row.published_revision.is_some_and(|published| published != row.draft_revision),
            people: BTreeMap::new(),
            inside: 0,
            inside_exact: true,
            entered: Vec::new(),
            incidents: 0,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

record! {
    /// A version as lists tell it.
    pub(super) struct VersionRow of "versions" key [number] {
        number: int,
        hash: text,
        note: text,
        published_by: text,
        published_at: int => Timestamp,
    }
}

impl From<VersionRow> for VersionSummary {
    fn from(row: VersionRow) -> Self {
        let VersionRow { number, hash, note, published_by, published_at } = row;
        Self { number, hash, note, published_by, published_at, live: false, inside: 0 }
    }
}

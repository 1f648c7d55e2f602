//! The tree of a predicate.

use super::finding::Finding;
use crate::Json;
use crate::fact::ConsentScope;
use crate::time::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that holds or does not. Read by [`from_json`](super::from_json), which names the bad part.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum Predicate {
    /// Every one holds; an empty list holds.
    All {
        /// The parts.
        all: Vec<Predicate>,
    },
    /// At least one holds; an empty list does not.
    Any {
        /// The parts.
        any: Vec<Predicate>,
    },
    /// It does not hold.
    Not {
        /// The part.
        not: Box<Predicate>,
    },
    /// A fact compared.
    Fact(FactTest),
    /// The things of a collection counted, summed, or the latest of them looked at.
    Collection(Box<CollectionTest>),
    /// Consent is granted.
    Consent {
        /// For what.
        consent: ConsentScope,
    },
    /// The customer is in a segment.
    Segment {
        /// The segment's name.
        segment: String,
    },
}

impl Default for Predicate {
    fn default() -> Self {
        Self::All { all: Vec::new() }
    }
}

/// A fact compared with a value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactTest {
    /// The path of the fact.
    pub fact: String,
    /// How to compare.
    pub is: Comparison,
    /// With what; `exists`, `missing` and the like take none.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub value: Json,
}

/// How a fact is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Equal: numbers by value, text exactly.
    Eq,
    /// Not equal; a missing fact is not equal to anything.
    Ne,
    /// Less than: numbers, or text that is a number; dates against dates.
    Lt,
    /// At most.
    Lte,
    /// More than.
    Gt,
    /// At least.
    Gte,
    /// Text or list contains.
    Contains,
    /// Text or list does not contain.
    NotContains,
    /// Text begins with.
    StartsWith,
    /// Text ends with.
    EndsWith,
    /// Equal to one of a list.
    In,
    /// Equal to none of a list.
    NotIn,
    /// Has a value.
    Exists,
    /// Has none.
    Missing,
    /// A date before an instant (RFC 3339 or `now`).
    Before,
    /// A date after an instant (RFC 3339 or `now`).
    After,
    /// A date within the last so long.
    WithinLast,
    /// A date within the next so long.
    WithinNext,
    /// A date longer ago than so long.
    LongerAgoThan,
}

/// The things of a collection: how many there are, what they sum to, or what the latest of them is. Without `count`, `sum` and `latest`:
/// there is at least one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CollectionTest {
    /// Which collection.
    #[serde(flatten)]
    pub over: Over,
    /// Which of its things; `event.…` or `item.…` is each of them in turn.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Predicate>>,
    /// Where several things have the same value here only the latest is looked at, so that an order told twice counts once. A path below
    /// `properties` of an event, or below an item. A thing without the value stands for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct: Option<String>,
    /// Bounds of their number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Bound>,
    /// Sum of a value of theirs and its bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<Aggregate>,
    /// What the latest of them must meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Box<Predicate>>,
    /// Only the last so long. Events alone have a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// Only since a moment of the run. Events alone have a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// What a test of a collection looks at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Over {
    /// The customer's events of this name: `{"event": "Order Completed"}`. The latest is the one that happened last.
    #[serde(rename = "event")]
    Events(String),
    /// The items of the list that is the fact at this path: `{"over": "event.properties.products"}`. The latest is the last one.
    #[serde(rename = "over")]
    List(String),
}

impl Over {
    /// The name of the events, or the path of the list.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Events(name) | Self::List(name) => name,
        }
    }
}

/// A moment of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The run began.
    Entry,
}

/// The sum of a value and its bounds: `{"of": "total", "gte": 100}`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Aggregate {
    /// Path below `properties` of an event, or below an item.
    pub of: String,
    /// The bounds.
    #[serde(flatten)]
    pub bound: Bound,
}

/// Bounds of a number; all that are given must hold.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Bound {
    /// Equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eq: Option<f64>,
    /// At least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gte: Option<f64>,
    /// More than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<f64>,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lte: Option<f64>,
    /// Less than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lt: Option<f64>,
}

/// The answer of a predicate.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// What decided.
    pub why: Finding,
    /// The next instant at which time alone could change the answer; None when only new facts can.
    pub changes_at: Option<Timestamp>,
}

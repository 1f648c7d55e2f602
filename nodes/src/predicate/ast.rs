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
    /// Past events counted or summed.
    Event(EventTest),
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

/// Past events of the customer, counted or summed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTest {
    /// The event's name.
    pub event: String,
    /// Which of them; `event.…` is each event in turn.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Predicate>>,
    /// Bounds of their number. Without `count` and `sum`: at least one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Bound>,
    /// Sum of a property and its bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Aggregate>,
    /// Only the last so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// Only since a moment of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// A moment of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The run began.
    Entry,
}

/// The sum of a property and its bounds: `{"of": "total", "gte": 100}`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Aggregate {
    /// Path below `properties`.
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

//! What a predicate found: the part or parts that decided, with the values they saw.

use super::ast::{Aggregate, Bound};
use crate::time::{Duration, Timestamp};
use crate::why::ConsentFound;
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};

/// What a predicate found: the part or parts that decided. JSON form: `{"is":{"path":"event.properties.value","value":62,
/// "against":{"at_least":50}}}`, `{"segment":"vip"}`, `"no_condition"`. Tags are never renamed, nor shared with [`Why`](crate::why::Why)'s.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nothing is asked: it always holds.
    NoCondition,
    /// One of none is asked: it never holds.
    NoChoice,
    /// The fact at this path has no value.
    NoValue(String),
    /// A fact and its value, which says all: it has one, or it is the one asked for.
    Fact {
        /// The path.
        path: String,
        /// The value.
        value: Sample,
    },
    /// A fact has the value it must not have.
    RuledOut {
        /// The path.
        path: String,
        /// The value.
        value: Sample,
    },
    /// A fact is what it is held against.
    Is(Box<Compared>),
    /// A fact is not what it is held against.
    IsNot(Box<Compared>),
    /// Events were counted.
    Events(Box<Counted>),
    /// Consent was looked at.
    Consent(ConsentFound),
    /// The customer is in this segment.
    Segment(String),
    /// The customer is not in this segment.
    NoSegment(String),
    /// Several parts decided together.
    Parts {
        /// The first of them.
        of: Vec<Finding>,
        /// How many more there are.
        #[serde(default, skip_serializing_if = "is_zero")]
        more: usize,
    },
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// A fact held against something.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Compared {
    /// Its path.
    pub path: String,
    /// Its value.
    pub value: Sample,
    /// What it was held against.
    pub against: Against,
    /// The instant of the question, where the answer depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
}

/// What a fact is held against.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Against {
    Equal(Sample),
    LessThan(Sample),
    AtMost(Sample),
    MoreThan(Sample),
    AtLeast(Sample),
    Containing(Sample),
    BeginningWith(Sample),
    EndingWith(Sample),
    OneOf(Vec<Sample>),
    /// One of these and of so many more.
    OneOfMore(Vec<Sample>, usize),
    Before(Sample),
    After(Sample),
    WithinLast(Sample),
    WithinNext(Sample),
    LongerAgoThan(Sample),
}

/// A value as it may be kept: text cut, lists and groups by their size alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sample {
    /// A list or a group.
    Sized(Size),
    /// Text, a number, true or false.
    Scalar(Json),
}

/// How large a list or group is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// A list of so many.
    Items(usize),
    /// A group of so many.
    Values(usize),
}

/// Longer text is cut: the reason is kept with every step.
const LONGEST: usize = 120;

impl Sample {
    /// `value` as it may be kept.
    #[must_use]
    pub fn of(value: &Json) -> Self {
        match value {
            Json::String(text) => Self::Scalar(match text.char_indices().nth(LONGEST) {
                Some((end, _)) => format!("{}…", &text[..end]).into(),
                None => value.clone(),
            }),
            Json::Array(items) => Self::Sized(Size::Items(items.len())),
            Json::Object(map) => Self::Sized(Size::Values(map.len())),
            scalar => Self::Scalar(scalar.clone()),
        }
    }
}

/// Things of a collection that were counted or summed, or the latest of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Counted {
    /// The name of the events, or the path of the list.
    pub event: String,
    /// Whether it is a list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub list: bool,
    /// How many there were.
    pub count: u64,
    /// Whether only some of them were asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filtered: bool,
    /// Of which time; of all time when None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The bound that decided; None when their number says all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// The sum that was made, with the name of the property, when no bound of it decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summed: Option<(String, String)>,
    /// What the latest was found to be, where that was asked and there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Box<Finding>>,
}

/// Of which time events were counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Of the last so long before an instant.
    Last(Duration, Timestamp),
    /// Since the run began.
    SinceEntry,
}

/// A bound, and whether it holds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Of their number.
    Count {
        /// The bound.
        bound: Bound,
        /// Whether it holds.
        holds: bool,
    },
    /// Of the sum of a property.
    Sum {
        /// The property and the bound.
        wanted: Aggregate,
        /// The sum, a decimal number.
        sum: String,
        /// Whether it holds.
        holds: bool,
    },
}

impl Finding {
    /// The values that were seen, by the path of the fact.
    #[must_use]
    pub fn seen(&self) -> JsonMap {
        let mut seen = JsonMap::new();
        self.see(&mut seen);
        seen
    }

    /// Adds the values that were seen.
    pub(crate) fn see(&self, seen: &mut JsonMap) {
        match self {
            Self::NoCondition | Self::NoChoice => {}
            Self::NoValue(path) => drop(seen.insert(path.clone(), Json::Null)),
            Self::Fact { path, value } | Self::RuledOut { path, value } => drop(seen.insert(path.clone(), value.shown())),
            Self::Is(compared) | Self::IsNot(compared) => {
                if let Some(now) = compared.now {
                    seen.insert("now".into(), now.to_string().into());
                }
                seen.insert(compared.path.clone(), compared.value.shown());
            }
            Self::Events(counted) => counted.see(seen),
            Self::Consent(found) => drop(seen.insert(format!("consent.{}", found.scope()), found.state.name().into())),
            Self::Segment(segment) => drop(seen.insert(format!("segments.{segment}"), true.into())),
            Self::NoSegment(segment) => drop(seen.insert(format!("segments.{segment}"), false.into())),
            Self::Parts { of, .. } => of.iter().for_each(|part| part.see(seen)),
        }
    }
}

impl Counted {
    fn see(&self, seen: &mut JsonMap) {
        if let Some(Window::Last(_, now)) = self.window {
            seen.insert("now".into(), now.to_string().into());
        }
        seen.insert(format!("count of {}", self.event), self.count.into());
        match (&self.measure, &self.summed) {
            (Some(Measure::Sum { wanted, sum, .. }), _) => drop(seen.insert(format!("sum of {}", wanted.of), sum.as_str().into())),
            (_, Some((of, sum))) => drop(seen.insert(format!("sum of {of}"), sum.as_str().into())),
            _ => {}
        }
        if let Some(latest) = &self.latest {
            latest.see(seen);
        }
    }
}

impl Sample {
    /// As it is told among the values that were seen.
    fn shown(&self) -> Json {
        match self {
            Self::Sized(_) => self.to_string().into(),
            Self::Scalar(value) => value.clone(),
        }
    }
}

//! One fact compared with a value.

use super::anniversary;
use super::ast::{Comparison, FactTest};
use super::evaluate::Truth;
use crate::Json;
use crate::fact::Facts;
use crate::time::{Duration, Timestamp};
use std::cmp::Ordering;

/// Whether the comparison holds and until when.
pub(super) fn truth(test: &FactTest, facts: &Facts<'_>) -> Truth {
    use Comparison as C;
    // Tags are a set: asking it directly spares a list of all of them for every customer looked at.
    if let ("customer.tags", C::Contains | C::NotContains, Some(customer), Some(tag)) =
        (test.fact.as_str(), test.is, facts.customer, test.value.as_str())
    {
        return Truth::fixed(customer.tags.contains(tag) == (test.is == C::Contains));
    }
    let found = facts.get(&test.fact);
    let Some(value) = found.as_deref() else {
        return Truth::fixed(matches!(test.is, C::Missing | C::Ne | C::NotIn | C::NotContains));
    };
    match test.is {
        C::Exists => Truth::fixed(true),
        C::Missing => Truth::fixed(false),
        C::WithinLast | C::WithinNext if anniversary::applies(test) => anniversary::truth(test, value, facts),
        C::WithinLast | C::WithinNext | C::LongerAgoThan => length_of_time(test, value, facts),
        C::Before | C::After => before_or_after(test, value, facts),
        C::Lt | C::Lte | C::Gt | C::Gte if test.fact == "now" => now_against(test, facts),
        is => {
            let holds = compare(is, value, &test.value);
            // Text made of `now` differs at every instant.
            let until = (test.fact == "now").then(|| facts.now.plus(Duration(1)));
            Truth { holds, until }
        }
    }
}

/// Whether the answer depends on the instant of asking, so that the reason should show it.
pub(super) fn reads_now(test: &FactTest) -> bool {
    use Comparison as C;
    match test.is {
        C::WithinLast | C::WithinNext | C::LongerAgoThan => true,
        C::Before | C::After => test.value.as_str() == Some("now"),
        _ => false,
    }
}

/// The instants at which a comparison with a moving now holds, both ends included.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub from: i64,
    pub to: i64,
}

impl Span {
    fn from(at: i64) -> Self {
        Self { from: at, to: i64::MAX }
    }
    fn to(at: i64) -> Self {
        Self { from: i64::MIN, to: at }
    }
    /// Whether `now` lies in it and when that changes.
    pub fn at(self, now: Timestamp) -> Truth {
        if now.0 < self.from {
            return Truth { holds: false, until: (self.from <= self.to).then_some(Timestamp(self.from)) };
        }
        if now.0 > self.to {
            return Truth::fixed(false);
        }
        Truth { holds: true, until: self.to.checked_add(1).map(Timestamp) }
    }
}

fn length_of_time(test: &FactTest, value: &Json, facts: &Facts<'_>) -> Truth {
    let (Some(at), Some(length)) = (instant(value), test.value.as_str().and_then(Duration::parse)) else {
        return Truth::fixed(false);
    };
    if test.fact == "now" {
        // Now is neither ago nor ahead: within every length of time and longer ago than none.
        return Truth::fixed(if test.is == Comparison::LongerAgoThan { length.0 < 0 } else { length.0 >= 0 });
    }
    let span = match test.is {
        Comparison::WithinLast => Span { from: at.0, to: at.plus(length).0 },
        Comparison::WithinNext => Span { from: at.minus(length).0, to: at.0 },
        _ => match at.plus(length).0.checked_add(1) {
            Some(from) => Span::from(from),
            None => return Truth::fixed(false),
        },
    };
    span.at(facts.now)
}

fn before_or_after(test: &FactTest, value: &Json, facts: &Facts<'_>) -> Truth {
    let before = test.is == Comparison::Before;
    match (test.fact.as_str(), test.value.as_str()) {
        ("now", Some("now")) => Truth::fixed(false),
        ("now", _) => now_against(test, facts),
        (_, Some("now")) => match instant(value) {
            Some(at) if before => Span::from(at.0.saturating_add(1)).at(facts.now),
            Some(at) => Span::to(at.0.saturating_sub(1)).at(facts.now),
            None => Truth::fixed(false),
        },
        _ => match (instant(value), instant(&test.value)) {
            (Some(at), Some(limit)) => Truth::fixed(if before { at < limit } else { at > limit }),
            _ => Truth::fixed(false),
        },
    }
}

/// The fact `now` against a fixed instant.
fn now_against(test: &FactTest, facts: &Facts<'_>) -> Truth {
    let Some(limit) = instant(&test.value) else {
        return Truth::fixed(false);
    };
    let span = match test.is {
        Comparison::Before | Comparison::Lt => Span::to(limit.0.saturating_sub(1)),
        Comparison::Lte => Span::to(limit.0),
        Comparison::Gte => Span::from(limit.0),
        _ => Span::from(limit.0.saturating_add(1)),
    };
    span.at(facts.now)
}

/// A comparison that time has no part in.
fn compare(is: Comparison, fact: &Json, value: &Json) -> bool {
    use Comparison as C;
    match is {
        C::Eq => equal(fact, value),
        C::Ne => !equal(fact, value),
        C::Lt => order(fact, value) == Some(Ordering::Less),
        C::Lte => matches!(order(fact, value), Some(Ordering::Less | Ordering::Equal)),
        C::Gt => order(fact, value) == Some(Ordering::Greater),
        C::Gte => matches!(order(fact, value), Some(Ordering::Greater | Ordering::Equal)),
        C::Contains => contains(fact, value),
        C::NotContains => !contains(fact, value),
        C::StartsWith => both_text(fact, value).is_some_and(|(a, b)| a.starts_with(b)),
        C::EndsWith => both_text(fact, value).is_some_and(|(a, b)| a.ends_with(b)),
        C::In => one_of(fact, value),
        C::NotIn => !one_of(fact, value),
        C::Exists => true,
        C::Missing | C::Before | C::After | C::WithinLast | C::WithinNext | C::LongerAgoThan => false,
    }
}

fn both_text<'j>(a: &'j Json, b: &'j Json) -> Option<(&'j str, &'j str)> {
    Some((a.as_str()?, b.as_str()?))
}

fn contains(fact: &Json, value: &Json) -> bool {
    match fact {
        Json::Array(items) => items.iter().any(|item| equal(item, value)),
        Json::String(text) => value.as_str().is_some_and(|part| text.contains(part)),
        _ => false,
    }
}

fn one_of(fact: &Json, list: &Json) -> bool {
    list.as_array().is_some_and(|items| items.iter().any(|item| equal(fact, item)))
}

/// Equal: text exactly, numbers by value, also when one of them came as text.
pub(crate) fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::String(a), Json::String(b)) => a == b,
        _ => match (Number::of(a), Number::of(b)) {
            (Some(a), Some(b)) => a.order(b) == Some(Ordering::Equal),
            _ => a == b,
        },
    }
}

/// Which is less: numbers by value, dates by instant; None when they are neither.
pub(crate) fn order(a: &Json, b: &Json) -> Option<Ordering> {
    match (Number::of(a), Number::of(b)) {
        (Some(a), Some(b)) => a.order(b),
        _ => Some(instant(a)?.cmp(&instant(b)?)),
    }
}

/// The instant a value names.
pub(super) fn instant(value: &Json) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?)
}

/// A number, whole ones kept exact: order numbers do not fit a float.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Whole(i128),
    Decimal(f64),
}

impl Number {
    /// The number a value is, also when it came as text.
    pub fn of(value: &Json) -> Option<Self> {
        match value {
            Json::Number(n) => match (n.as_i64(), n.as_u64()) {
                (Some(n), _) => Some(Self::Whole(n.into())),
                (_, Some(n)) => Some(Self::Whole(n.into())),
                _ => n.as_f64().map(Self::Decimal),
            },
            Json::String(text) => {
                let text = text.trim();
                // Without this `inf` and `nan` would be numbers.
                let first = text.strip_prefix(['-', '+']).unwrap_or(text);
                if !first.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
                    return None;
                }
                match text.parse::<i64>() {
                    Ok(n) => Some(Self::Whole(n.into())),
                    Err(_) => text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Self::Decimal),
                }
            }
            _ => None,
        }
    }
    fn float(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Decimal(n) => n,
        }
    }
    fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(&b)),
            (a, b) => a.float().partial_cmp(&b.float()),
        }
    }
}

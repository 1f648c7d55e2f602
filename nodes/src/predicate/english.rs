//! What a predicate found, in English: `event.properties.value is 62, at least 50`.

use super::ast::Bound;
use super::finding::{Against, Compared, Counted, Finding, Measure, Sample, Size, Window};
use crate::Json;
use crate::time::Duration;
use crate::why::ConsentState;
use std::fmt::{self, Display, Formatter};

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCondition => f.write_str("no condition is set"),
            Self::NoChoice => f.write_str("none of no conditions holds"),
            Self::NoValue(path) => write!(f, "{path} has no value"),
            Self::Fact { path, value } => fact(f, path, value),
            Self::RuledOut { path, value } => {
                fact(f, path, value)?;
                f.write_str(", which is ruled out")
            }
            Self::Is(compared) => {
                let Compared { path, value, against, .. } = compared.as_ref();
                fact(f, path, value)?;
                write!(f, ", {against}")
            }
            Self::IsNot(compared) => {
                let Compared { path, value, against, .. } = compared.as_ref();
                fact(f, path, value)?;
                write!(f, ", not {against}")
            }
            Self::Events(counted) => counted.fmt(f),
            Self::Consent(found) => {
                let scope = found.scope();
                match found.state {
                    ConsentState::Granted => write!(f, "granted {scope}"),
                    ConsentState::Denied => write!(f, "denied {scope}"),
                    ConsentState::Withdrawn => write!(f, "withdrew {scope}"),
                    ConsentState::NeverAsked => write!(f, "never asked for {scope}"),
                    ConsentState::Nobody => write!(f, "there is no customer who could allow {scope}"),
                }
            }
            Self::Segment(segment) => write!(f, "in segment {segment}"),
            Self::NoSegment(segment) => write!(f, "not in segment {segment}"),
            Self::Parts { of, more } => {
                for (i, part) in of.iter().enumerate() {
                    write!(f, "{}{part}", if i > 0 { "; " } else { "" })?;
                }
                if *more > 0 { write!(f, "; and {more} more") } else { Ok(()) }
            }
        }
    }
}

fn fact(f: &mut Formatter<'_>, path: &str, value: &Sample) -> fmt::Result {
    let is = if matches!(value, Sample::Sized(_)) { "has" } else { "is" };
    write!(f, "{path} {is} {value}")
}

impl Display for Against {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(limit) => limit.fmt(f),
            Self::LessThan(limit) => write!(f, "less than {limit}"),
            Self::AtMost(limit) => write!(f, "at most {limit}"),
            Self::MoreThan(limit) => write!(f, "more than {limit}"),
            Self::AtLeast(limit) => write!(f, "at least {limit}"),
            Self::Containing(part) => write!(f, "with {part} in it"),
            Self::BeginningWith(part) => write!(f, "beginning with {part}"),
            Self::EndingWith(part) => write!(f, "ending with {part}"),
            Self::OneOf(of) => write!(f, "one of {}", list(of)),
            Self::OneOfMore(of, more) => write!(f, "one of {}, {more} more", list(of)),
            Self::Before(limit) => write!(f, "before {limit}"),
            Self::After(limit) => write!(f, "after {limit}"),
            Self::WithinLast(length) => write!(f, "within the last {length}"),
            Self::WithinNext(length) => write!(f, "within the next {length}"),
            Self::LongerAgoThan(length) => write!(f, "longer ago than {length}"),
        }
    }
}

fn list(of: &[Sample]) -> String {
    of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for Sample {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sized(Size::Items(1)) => f.write_str("1 item"),
            Self::Sized(Size::Items(n)) => write!(f, "{n} items"),
            Self::Sized(Size::Values(1)) => f.write_str("1 value"),
            Self::Sized(Size::Values(n)) => write!(f, "{n} values"),
            Self::Scalar(Json::String(text)) => f.write_str(text),
            Self::Scalar(Json::Bool(true)) => f.write_str("yes"),
            Self::Scalar(Json::Bool(false)) => f.write_str("no"),
            Self::Scalar(Json::Null) => f.write_str("nothing"),
            Self::Scalar(other) => other.fmt(f),
        }
    }
}

impl Display for Counted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(latest) = &self.latest {
            return if self.list {
                write!(f, "the last of {}: {latest}", self.event)
            } else {
                write!(f, "the latest {}: {latest}", self.event)
            };
        }
        let name = &self.event;
        match (self.list, self.count) {
            (false, 0) => write!(f, "no {name}")?,
            (false, n) => write!(f, "{n} {name}")?,
            (true, 0) => write!(f, "no item of {name}")?,
            (true, 1) => write!(f, "1 item of {name}")?,
            (true, n) => write!(f, "{n} items of {name}")?,
        }
        if self.filtered {
            f.write_str(" of that kind")?;
        }
        match self.window {
            Some(Window::Last(length, _)) => write!(f, " within the last {}", in_whole_units(length))?,
            Some(Window::SinceEntry) => f.write_str(" since entry")?,
            None => {}
        }
        if self.count == 0 {
            f.write_str(" (0)")?;
        }
        match &self.measure {
            None => Ok(()),
            Some(Measure::Count { bound, holds }) => write!(f, ", {}", limits(bound, *holds)),
            Some(Measure::Sum { wanted, sum, holds }) => {
                write!(f, ", their {} sums to {sum}, {}", wanted.of, limits(&wanted.bound, *holds))
            }
        }
    }
}

/// Whole days and hours as people say them: 60 days, not 8w4d.
fn in_whole_units(length: Duration) -> String {
    for (unit, name) in [(Duration::from_days(1), "day"), (Duration::from_hours(1), "hour")] {
        if length.micros() > 0 && length.micros() % unit.micros() == 0 {
            let n = length.micros() / unit.micros();
            return format!("{n} {name}{}", if n == 1 { "" } else { "s" });
        }
    }
    length.to_string()
}

fn limits(bound: &Bound, holds: bool) -> String {
    let named = [("exactly", bound.eq), ("at least", bound.gte), ("more than", bound.gt), ("at most", bound.lte), ("less than", bound.lt)];
    let said: Vec<String> = named.iter().filter_map(|(word, limit)| limit.map(|n| format!("{word} {n}"))).collect();
    format!("{}{}", if holds { "" } else { "not " }, said.join(" and "))
}

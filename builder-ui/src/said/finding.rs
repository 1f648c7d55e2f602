//! What a predicate found.

use super::value::scalar;
use super::{consent, fact_of, own};
use crate::i18n::format;
use crate::t;
use crate::words::time::length_words;
use tradewind_nodes::Json;
use tradewind_nodes::predicate::{Against, Bound, Compared, Counted, Finding, Measure, Sample, Size, Window};
use tradewind_nodes::time::Duration;

/// What a predicate found.
#[must_use]
pub fn finding(found: &Finding) -> String {
    match found {
        Finding::NoCondition => t!(said.fact.always),
        Finding::NoChoice => t!(said.fact.never),
        Finding::NoValue(path) => t!(said.fact.missing, fact = fact_of(path)),
        Finding::Fact { path, value } => is(path, value),
        Finding::RuledOut { path, value } => t!(said.fact.ruled_out, fact = fact_of(path), value = sample(value)),
        Finding::Is(compared) => held(compared, true),
        Finding::IsNot(compared) => held(compared, false),
        Finding::Events(counted) => events(counted),
        Finding::Consent(found) => consent(found),
        Finding::Segment(segment) => t!(said.fact.segment, segment = own(segment)),
        Finding::NoSegment(segment) => t!(said.fact.no_segment, segment = own(segment)),
        Finding::Parts { of, more } => {
            let said = of.iter().map(finding).collect::<Vec<_>>().join(&t!(said.between));
            if *more > 0 { t!(said.fact.more, what = said, n = *more) } else { said }
        }
    }
}

fn is(path: &str, value: &Sample) -> String {
    t!(said.fact.is_value, fact = fact_of(path), value = sample(value))
}

fn held(compared: &Compared, holds: bool) -> String {
    against(is(&compared.path, &compared.value), &test(&compared.against), holds)
}

fn against(what: String, test: &str, holds: bool) -> String {
    if holds { t!(said.met, what = what, test = test) } else { t!(said.unmet, what = what, test = test) }
}

fn test(against: &Against) -> String {
    match against {
        Against::Equal(value) => t!(said.test.equal, value = sample(value)),
        Against::LessThan(value) => t!(said.test.less, value = sample(value)),
        Against::AtMost(value) => t!(said.test.at_most, value = sample(value)),
        Against::MoreThan(value) => t!(said.test.more, value = sample(value)),
        Against::AtLeast(value) => t!(said.test.at_least, value = sample(value)),
        Against::Containing(value) => t!(said.test.containing, value = sample(value)),
        Against::BeginningWith(value) => t!(said.test.beginning, value = sample(value)),
        Against::EndingWith(value) => t!(said.test.ending, value = sample(value)),
        Against::OneOf(of) => t!(said.test.one_of, value = choices(of)),
        Against::OneOfMore(of, more) => t!(said.test.one_of, value = t!(said.test.and_more, value = choices(of), n = *more)),
        Against::Before(value) => t!(said.test.before, value = moment(value)),
        Against::After(value) => t!(said.test.after, value = moment(value)),
        Against::WithinLast(length) => t!(said.test.last, time = long(length)),
        Against::WithinNext(length) => t!(said.test.next, time = long(length)),
        Against::LongerAgoThan(length) => t!(said.test.longer, time = long(length)),
    }
}

fn choices(of: &[Sample]) -> String {
    of.iter().map(sample).collect::<Vec<_>>().join(&t!(said.comma))
}

fn sample(value: &Sample) -> String {
    match value {
        Sample::Sized(Size::Items(n) | Size::Values(n)) => t!(said.entries, n = *n),
        Sample::Scalar(value) => scalar(value),
    }
}

/// A moment that something is before or after: an instant, or the present.
fn moment(value: &Sample) -> String {
    match value {
        Sample::Scalar(Json::String(text)) if text == "now" => t!(form.now),
        other => sample(other),
    }
}

/// A length of time as predicates have it: `7d`.
fn long(value: &Sample) -> String {
    match value {
        Sample::Scalar(Json::String(text)) => Duration::parse(text).map_or_else(|| own(text), length_words),
        other => sample(other),
    }
}

fn events(counted: &Counted) -> String {
    let event = if counted.list { fact_of(&counted.event) } else { own(&counted.event) };
    if let Some(latest) = &counted.latest {
        let what = finding(latest);
        return if counted.list {
            t!(said.events.last_item, list = event, what = what)
        } else {
            t!(said.events.latest, event = event, what = what)
        };
    }
    let mut said = match (counted.list, counted.count) {
        (false, 0) => t!(said.events.never, event = event),
        (false, n) => t!(said.events.count, event = event, n = n),
        (true, 0) => t!(said.events.no_item, list = event),
        (true, n) => t!(said.events.items, list = event, n = n),
    };
    if counted.filtered {
        said = t!(said.events.of_kind, what = said);
    }
    match counted.window {
        Some(Window::Last(length, _)) => said = t!(said.events.last, what = said, time = length_words(length)),
        Some(Window::SinceEntry) => said = t!(said.events.since_entry, what = said),
        None => {}
    }
    match &counted.measure {
        None => said,
        Some(Measure::Count { bound, holds }) => against(said, &bounds(bound), *holds),
        Some(Measure::Sum { wanted, sum, holds }) => {
            let sum = sum.parse().map_or_else(|_| own(sum), |sum: f64| own(&format::number(sum)));
            let property = own(&wanted.of.replace(['_', '.'], " "));
            against(t!(said.events.sum, what = said, property = property, sum = sum), &bounds(&wanted.bound), *holds)
        }
    }
}

fn bounds(bound: &Bound) -> String {
    let number = |n: f64| own(&format::number(n));
    let said = [
        bound.eq.map(|n| t!(said.test.exactly, value = number(n))),
        bound.gte.map(|n| t!(said.test.at_least, value = number(n))),
        bound.gt.map(|n| t!(said.test.more, value = number(n))),
        bound.lte.map(|n| t!(said.test.at_most, value = number(n))),
        bound.lt.map(|n| t!(said.test.less, value = number(n))),
    ];
    format::list(&said.into_iter().flatten().collect::<Vec<_>>())
}

//! Why a predicate holds or not: finds the part or parts that decided.

use super::ast::{CollectionTest, Comparison, FactTest, Over, Predicate};
use super::finding::{Against, Compared, Counted, Finding, Measure, Sample, Window};
use super::{collection, compare, evaluate};
use crate::Json;
use crate::fact::Facts;
use crate::why::ConsentFound;

/// More parts than this are only counted.
const MOST_PARTS: usize = 4;

/// The part or parts that decided, with the values they saw.
pub(super) fn explain(p: &Predicate, facts: &Facts<'_>) -> Finding {
    match p {
        Predicate::All { all } if all.is_empty() => Finding::NoCondition,
        Predicate::Any { any } if any.is_empty() => Finding::NoChoice,
        Predicate::All { all } => parts(all, facts, false),
        Predicate::Any { any } => parts(any, facts, true),
        // The inner part says how things are, which is the reason either way.
        Predicate::Not { not } => explain(not, facts),
        Predicate::Fact(test) => fact(test, facts),
        Predicate::Collection(test) => Finding::Events(Box::new(counted(test, facts))),
        Predicate::Consent { consent } => Finding::Consent(ConsentFound::of(facts.customer, consent)),
        Predicate::Segment { segment } if facts.segments.contains(segment) => Finding::Segment(segment.clone()),
        Predicate::Segment { segment } => Finding::NoSegment(segment.clone()),
    }
}

/// The first part whose answer is `decider` decides alone; without one all parts did together.
fn parts(parts: &[Predicate], facts: &Facts<'_>, decider: bool) -> Finding {
    if let [only] = parts {
        return explain(only, facts);
    }
    if let Some(one) = parts.iter().find(|part| evaluate::holds(part, facts) == decider) {
        return explain(one, facts);
    }
    let of = parts.iter().take(MOST_PARTS).map(|part| explain(part, facts)).collect();
    Finding::Parts { of, more: parts.len().saturating_sub(MOST_PARTS) }
}

fn fact(test: &FactTest, facts: &Facts<'_>) -> Finding {
    use Comparison as C;
    let path = test.fact.clone();
    let found = facts.get(&test.fact);
    let Some(value) = found.as_deref() else { return Finding::NoValue(path) };
    let value = Sample::of(value);
    let holds = compare::truth(test, facts).holds;
    let limit = || Sample::of(&test.value);
    let against = match test.is {
        C::Exists | C::Missing => return Finding::Fact { path, value },
        C::Eq if holds => return Finding::Fact { path, value },
        C::Ne if !holds => return Finding::RuledOut { path, value },
        // Held against what it is not, either way.
        C::Eq | C::Ne => return Finding::IsNot(Box::new(Compared { path, value, against: Against::Equal(limit()), now: None })),
        C::Lt => Against::LessThan(limit()),
        C::Lte => Against::AtMost(limit()),
        C::Gt => Against::MoreThan(limit()),
        C::Gte => Against::AtLeast(limit()),
        C::Contains | C::NotContains => Against::Containing(limit()),
        C::StartsWith => Against::BeginningWith(limit()),
        C::EndsWith => Against::EndingWith(limit()),
        C::In | C::NotIn => choices(&test.value),
        C::Before => Against::Before(limit()),
        C::After => Against::After(limit()),
        C::WithinLast => Against::WithinLast(limit()),
        C::WithinNext => Against::WithinNext(limit()),
        C::LongerAgoThan => Against::LongerAgoThan(limit()),
    };
    let now = compare::reads_now(test).then_some(facts.now);
    let compared = Box::new(Compared { path, value, against, now });
    // `not_in` and `not_contains` hold when what is said of the value does not.
    if holds == matches!(test.is, C::NotIn | C::NotContains) { Finding::IsNot(compared) } else { Finding::Is(compared) }
}

fn choices(list: &Json) -> Against {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    let said = items.iter().take(MOST_PARTS).map(Sample::of).collect();
    match items.len().saturating_sub(MOST_PARTS) {
        0 => Against::OneOf(said),
        more => Against::OneOfMore(said, more),
    }
}

fn counted(test: &CollectionTest, facts: &Facts<'_>) -> Counted {
    let tally = collection::tally(test, facts);
    let latest = test.latest.as_ref().and_then(|wanted| collection::latest(test, facts, |facts| Box::new(explain(wanted, facts))));
    let window = match (test.within, test.since) {
        (Some(length), _) => Some(Window::Last(length, facts.now)),
        (None, Some(_)) => Some(Window::SinceEntry),
        (None, None) => None,
    };
    let sum = test.sum.as_ref().map(|wanted| (wanted, tally.sum.normalize().to_string()));
    let number = test.count.map(|bound| (bound, collection::within(&bound, tally.count.into())));
    // When one of the two fails it alone decided.
    let (measure, summed) = match (number, sum) {
        (Some((bound, true)), None) if bound.eq.is_some() => (None, None),
        (Some((bound, holds)), None) => (Some(Measure::Count { bound, holds }), None),
        (Some((bound, false)), Some((wanted, sum))) => (Some(Measure::Count { bound, holds: false }), Some((wanted.of.clone(), sum))),
        (_, Some((wanted, sum))) => {
            let holds = collection::within(&wanted.bound, tally.sum);
            (Some(Measure::Sum { wanted: wanted.clone(), sum, holds }), None)
        }
        (None, None) => (None, None),
    };
    Counted {
        event: test.over.name().to_owned(),
        list: matches!(test.over, Over::List(_)),
        count: tally.count,
        filtered: test.filter.is_some(),
        window,
        measure,
        summed,
        latest,
    }
}

//! The things of a collection: counted, summed, the latest looked at.

use super::ast::{Bound, CollectionTest, Over, Predicate, Since};
use super::evaluate::{self, Truth};
use crate::Json;
use crate::fact::{Facts, dig, dig_map};
use crate::time::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// What the counting came to at this instant.
#[derive(Default)]
pub(super) struct Tally {
    pub count: u64,
    /// In decimals: five times 19.99 must reach 99.95.
    pub sum: Decimal,
    /// What time will do to it.
    moves: Vec<Move>,
}

/// A change that time brings.
struct Move {
    at: Timestamp,
    /// What the sum loses when a thing leaves the window; None when its own filter may turn, and nobody knows how.
    leaves: Option<Decimal>,
}

/// Whether the test holds and until when.
pub(super) fn truth(test: &CollectionTest, facts: &Facts<'_>) -> Truth {
    if let Some(wanted) = &test.latest {
        return latest_truth(test, wanted, facts);
    }
    let mut tally = tally(test, facts);
    let holds = bounds_hold(test, tally.count, tally.sum);
    tally.moves.sort_unstable_by_key(|m| m.at);
    let (mut count, mut sum) = (tally.count, tally.sum);
    for (i, step) in tally.moves.iter().enumerate() {
        let Some(amount) = step.leaves else {
            return Truth { holds, until: Some(step.at) };
        };
        count = count.saturating_sub(1);
        sum = sum.saturating_sub(amount);
        let more_at_once = tally.moves.get(i + 1).is_some_and(|next| next.at == step.at && next.leaves.is_some());
        if !more_at_once && bounds_hold(test, count, sum) != holds {
            return Truth { holds, until: Some(step.at) };
        }
    }
    Truth::fixed(holds)
}

/// Whether the latest that is meant is as wanted; not when there is none.
fn latest_truth(test: &CollectionTest, wanted: &Predicate, facts: &Facts<'_>) -> Truth {
    let mut truth = Truth::fixed(false);
    let soonest = |a: Option<Timestamp>, b: Option<Timestamp>| [a, b].into_iter().flatten().min();
    each(test, facts, |thing| {
        let meant = thing.meant(test);
        truth.until = soonest(truth.until, meant.until);
        if !meant.holds {
            return ControlFlow::Continue(());
        }
        let found = evaluate::truth(wanted, &thing.facts);
        truth = Truth { holds: found.holds, until: [truth.until, found.until, thing.gone].into_iter().flatten().min() };
        ControlFlow::Break(())
    });
    truth
}

/// The latest thing that is meant, handed on as facts; None when there is none.
pub(super) fn latest<T>(test: &CollectionTest, facts: &Facts<'_>, look: impl FnOnce(&Facts<'_>) -> T) -> Option<T> {
    let (mut look, mut found) = (Some(look), None);
    each(test, facts, |thing| {
        if !thing.meant(test).holds {
            return ControlFlow::Continue(());
        }
        found = look.take().map(|look| look(&thing.facts));
        ControlFlow::Break(())
    });
    found
}

/// Counts and sums the things that are meant.
pub(super) fn tally(test: &CollectionTest, facts: &Facts<'_>) -> Tally {
    let mut tally = Tally::default();
    each(test, facts, |thing| {
        tally.add(test, &thing);
        ControlFlow::Continue(())
    });
    tally
}

/// One thing of a collection.
struct Thing<'a> {
    /// The facts, with the thing among them.
    facts: Facts<'a>,
    /// When it leaves the window.
    gone: Option<Timestamp>,
}

impl<'a> Thing<'a> {
    /// Whether it is one of those that are asked for.
    fn meant(&self, test: &CollectionTest) -> Truth {
        let filter = test.filter.as_ref().map_or(Truth::fixed(true), |filter| evaluate::truth(filter, &self.facts));
        Truth { until: filter.until.filter(|turn| self.gone.is_none_or(|gone| *turn < gone)), ..filter }
    }

    /// A value of it.
    fn value(&self, over: &Over, path: &str) -> Option<&'a Json> {
        match over {
            Over::Events(_) => dig_map(&self.facts.event?.properties, path),
            Over::List(_) => dig(self.facts.item?, path),
        }
    }
}

/// Every thing of the collection, the latest first.
fn each(test: &CollectionTest, facts: &Facts<'_>, mut look: impl FnMut(Thing<'_>) -> ControlFlow<()>) {
    let mut told = HashSet::new();
    // Of those that agree only the first that comes, the latest, is looked at.
    let mut see = |thing: Thing<'_>| {
        let again =
            test.distinct.as_ref().and_then(|path| thing.value(&test.over, path)).is_some_and(|value| !told.insert(sameness(value)));
        if again { ControlFlow::Continue(()) } else { look(thing) }
    };
    match &test.over {
        Over::Events(name) => {
            let after = match (test.since, facts.run) {
                (None, _) => None,
                (Some(Since::Entry), Some(run)) => Some(run.entered_at),
                // Nothing has happened since an entry that has not been.
                (Some(Since::Entry), None) => return,
            };
            for event in facts.history.iter().rev() {
                // The event that started the run is not after its entry.
                if event.name != *name || after.is_some_and(|entry| event.at <= entry) {
                    continue;
                }
                let last = test.within.map(|length| event.at.plus(length));
                if last.is_some_and(|last| last < facts.now) {
                    continue;
                }
                let gone = last.and_then(|last| last.0.checked_add(1)).map(Timestamp);
                if see(Thing { facts: Facts { event: Some(event), ..*facts }, gone }).is_break() {
                    return;
                }
            }
        }
        Over::List(path) => {
            let found = facts.get(path);
            for item in found.as_deref().and_then(Json::as_array).into_iter().flatten().rev() {
                if see(Thing { facts: Facts { item: Some(item), ..*facts }, gone: None }).is_break() {
                    return;
                }
            }
        }
    }
}

/// Values that are equal as [`equal`](super::compare::equal) has it come to the same text: numbers by value, text exactly.
fn sameness(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(_) => decimal(value).map_or_else(|| value.to_string(), |n| n.normalize().to_string()),
        other => other.to_string(),
    }
}

impl Tally {
    /// Adds one thing, if it is meant.
    fn add(&mut self, test: &CollectionTest, thing: &Thing<'_>) {
        let filter = thing.meant(test);
        if let Some(at) = filter.until {
            self.moves.push(Move { at, leaves: None });
        }
        if !filter.holds {
            return;
        }
        // What is no number adds nothing.
        let amount = test.sum.as_ref().and_then(|sum| thing.value(&test.over, &sum.of)).and_then(decimal).unwrap_or_default();
        self.count += 1;
        self.sum = self.sum.saturating_add(amount);
        if let (None, Some(at)) = (filter.until, thing.gone) {
            self.moves.push(Move { at, leaves: Some(amount) });
        }
    }
}

/// The decimal a value is, also when it came as text.
pub(crate) fn decimal(value: &Json) -> Option<Decimal> {
    match value {
        Json::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(n), _) => Some(n.into()),
            (_, Some(n)) => Some(n.into()),
            _ => n.as_f64().and_then(Decimal::from_f64),
        },
        Json::String(text) => {
            let text = text.trim();
            text.parse().or_else(|_| Decimal::from_scientific(text)).ok()
        }
        _ => None,
    }
}

/// Whether every bound of the test holds for this number and sum; with no bound there must be one thing.
pub(super) fn bounds_hold(test: &CollectionTest, count: u64, sum: Decimal) -> bool {
    match (&test.count, &test.sum) {
        (None, None) => count > 0,
        (number, total) => number.is_none_or(|bound| within(&bound, count.into())) && total.as_ref().is_none_or(|t| within(&t.bound, sum)),
    }
}

/// Whether `n` is within the bounds.
pub(super) fn within(bound: &Bound, n: Decimal) -> bool {
    let order = |limit: f64| match Decimal::from_f64(limit) {
        Some(limit) => Some(n.cmp(&limit)),
        // A limit no decimal can hold: the rough order is the right one.
        None => n.to_f64().and_then(|n| n.partial_cmp(&limit)),
    };
    bound.eq.is_none_or(|b| order(b) == Some(Ordering::Equal))
        && bound.gte.is_none_or(|b| matches!(order(b), Some(Ordering::Greater | Ordering::Equal)))
        && bound.gt.is_none_or(|b| order(b) == Some(Ordering::Greater))
        && bound.lte.is_none_or(|b| matches!(order(b), Some(Ordering::Less | Ordering::Equal)))
        && bound.lt.is_none_or(|b| order(b) == Some(Ordering::Less))
}

//! Past events counted and summed.

use super::ast::{Bound, EventTest, Since};
use super::evaluate::{self, Truth};
use crate::Json;
use crate::fact::{Event, Facts, dig_map};
use crate::time::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use std::cmp::Ordering;

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
    /// What the sum loses when an event leaves the window; None when the event's own filter may turn, and nobody knows how.
    leaves: Option<Decimal>,
}

/// Whether the bounds hold and until when.
pub(super) fn truth(test: &EventTest, facts: &Facts<'_>) -> Truth {
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

/// Counts and sums the events that are meant.
pub(super) fn tally(test: &EventTest, facts: &Facts<'_>) -> Tally {
    let mut tally = Tally::default();
    let after = match (test.since, facts.run) {
        (None, _) => None,
        (Some(Since::Entry), Some(run)) => Some(run.entered_at),
        // Nothing has happened since an entry that has not been.
        (Some(Since::Entry), None) => return tally,
    };
    for event in facts.history {
        // The event that started the run is not after its entry.
        if event.name != test.event || after.is_some_and(|entry| event.at <= entry) {
            continue;
        }
        let gone = match test.within {
            None => None,
            Some(length) => {
                let last = event.at.plus(length);
                if last < facts.now {
                    continue;
                }
                last.0.checked_add(1).map(Timestamp)
            }
        };
        tally.add(test, event, gone, facts);
    }
    tally
}

impl Tally {
    /// Adds one event of the window, which it leaves at `gone`.
    fn add(&mut self, test: &EventTest, event: &Event, gone: Option<Timestamp>, facts: &Facts<'_>) {
        let filter = match &test.filter {
            Some(filter) => evaluate::truth(filter, &Facts { event: Some(event), ..*facts }),
            None => Truth::fixed(true),
        };
        let turns = filter.until.filter(|turn| gone.is_none_or(|gone| *turn < gone));
        if let Some(at) = turns {
            self.moves.push(Move { at, leaves: None });
        }
        if !filter.holds {
            return;
        }
        let amount = test.sum.as_ref().map_or(Decimal::ZERO, |sum| amount(event, &sum.of));
        self.count += 1;
        self.sum = self.sum.saturating_add(amount);
        if let (None, Some(at)) = (turns, gone) {
            self.moves.push(Move { at, leaves: Some(amount) });
        }
    }
}

/// The amount a property names; one that is no number adds nothing.
fn amount(event: &Event, path: &str) -> Decimal {
    dig_map(&event.properties, path).and_then(decimal).unwrap_or_default()
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

/// Whether every bound of the test holds for this number and sum; with no bound there must be one event.
pub(super) fn bounds_hold(test: &EventTest, count: u64, sum: Decimal) -> bool {
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

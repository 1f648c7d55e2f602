//! Birthdays: `within_last` and `within_next` of `customer.birthday` mean the day of this year, not the day of birth.

use super::ast::{Comparison, FactTest};
use super::compare::Span;
use super::evaluate::Truth;
use crate::Json;
use crate::fact::{Customer, Facts};
use crate::time::{Duration, Timestamp, Zone};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Whether the yearly day is meant.
pub(super) fn applies(test: &FactTest) -> bool {
    test.fact == "customer.birthday"
}

/// Whether the birthday is near `now` on the customer's own calendar. It counts as coming until its day is over.
pub(super) fn truth(test: &FactTest, value: &Json, facts: &Facts<'_>) -> Truth {
    let length = test.value.as_str().and_then(Duration::parse).filter(|l| l.0 >= 0);
    let (Some(birth), Some(length)) = (value.as_str().and_then(date), length) else {
        return Truth::fixed(false);
    };
    if length >= Duration::from_days(366) {
        return Truth::fixed(true);
    }
    let zone = facts.customer.and_then(Customer::zone).unwrap_or(Zone::UTC).0;
    let year = facts.now.in_zone(&zone).year();
    let mut answer = Truth::fixed(false);
    for year in year.saturating_sub(2)..=year.saturating_add(2) {
        let Some((begins, ends)) = day(birth, year, &zone) else { continue };
        let span = if test.is == Comparison::WithinLast {
            Span { from: begins.0, to: begins.plus(length).0 }
        } else {
            Span { from: begins.minus(length).0, to: ends.0.saturating_sub(1) }
        };
        let here = span.at(facts.now);
        answer.holds |= here.holds;
        // Spans of two years may touch: the nearest end of any is early at worst.
        answer.until = match (answer.until, here.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    answer
}

/// The date in `1990-05-01` or in a full RFC 3339 time, as it is written.
fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    text.get(..10).unwrap_or(text).parse().ok()
}

/// First instants of the birthday in `year` and of the day after it. A 29 February is the 28th in a common year.
fn day(birth: Date, year: i16, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let first = Date::new(year, birth.month(), 1).ok()?;
    let date = Date::new(year, birth.month(), birth.day().min(first.days_in_month())).ok()?;
    let begins = date.to_zoned(zone.clone()).ok()?;
    let ends = date.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    Some((Timestamp::from_jiff(begins.timestamp()), Timestamp::from_jiff(ends.timestamp())))
}

//! How late timers fired: a histogram, and the counters that say whether people are on time.

use hdrhistogram::Histogram;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tradewind_nodes::time::Timestamp;

/// How many minutes [`Lateness::recent`] is about.
pub const RECENT_MINUTES: i64 = 5;
const MINUTE: i64 = 60_000_000;

/// How late timers fired: since the process began, and minute by minute of late.
pub struct Lateness(Mutex<Noted>);

struct Noted {
    all: Histogram<u64>,
    /// The last minutes in which a timer fired, the oldest first, each with its number since 1970.
    minutes: VecDeque<(i64, Histogram<u64>)>,
}

/// A reading of [`Lateness`], in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LatenessReading {
    /// Timers that fired.
    pub count: u64,
    /// Half were no later.
    pub p50: u64,
    /// 99 of 100 were no later.
    pub p99: u64,
    /// The latest.
    pub max: u64,
}

#[allow(clippy::expect_used, reason = "`new` fails only for a precision above five digits")]
fn empty() -> Histogram<u64> {
    Histogram::new(2).expect("two digits are legal")
}

fn reading(histogram: &Histogram<u64>) -> LatenessReading {
    LatenessReading {
        count: histogram.len(),
        p50: histogram.value_at_quantile(0.5),
        p99: histogram.value_at_quantile(0.99),
        max: histogram.max(),
    }
}

impl Default for Lateness {
    fn default() -> Self {
        Self(Mutex::new(Noted { all: empty(), minutes: VecDeque::new() }))
    }
}

impl Lateness {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes at `now` that a timer fired `micros` after it was due.
    pub fn record(&self, micros: i64, now: Timestamp) {
        metrics::histogram!("tradewind_timer_lateness_seconds").record(micros.max(0) as f64 / 1e6);
        if micros < 0 {
            metrics::counter!("tradewind_timers_early_total").increment(1);
        }
        let late = u64::try_from(micros).unwrap_or(0);
        let minute = now.micros().div_euclid(MINUTE);
        let mut noted = self.noted();
        noted.all.saturating_record(late);
        if noted.minutes.back().is_none_or(|(last, _)| *last != minute) {
            noted.minutes.push_back((minute, empty()));
            noted.minutes.retain(|(known, _)| minute - known < RECENT_MINUTES);
        }
        if let Some((_, histogram)) = noted.minutes.back_mut() {
            histogram.saturating_record(late);
        }
    }

    /// How many were more than a second late.
    #[must_use]
    pub fn later_than_a_second(&self) -> u64 {
        self.noted().all.count_between(1_000_000, u64::MAX)
    }

    /// What was noted since the process began.
    #[must_use]
    pub fn read(&self) -> LatenessReading {
        reading(&self.noted().all)
    }

    /// What was noted in the [`RECENT_MINUTES`] that end with the minute of `now`.
    #[must_use]
    pub fn recent(&self, now: Timestamp) -> LatenessReading {
        let minute = now.micros().div_euclid(MINUTE);
        let mut sum = empty();
        for (_, histogram) in self.noted().minutes.iter().filter(|(known, _)| minute - known < RECENT_MINUTES) {
            // Both have the same precision and grow as they must.
            let _ = sum.add(histogram);
        }
        reading(&sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_minutes_fall_out_of_the_recent_ones() {
        let lateness = Lateness::default();
        let at = |minute: i64| Timestamp::from_micros(minute * MINUTE + 7);
        lateness.record(900_000, at(0));
        lateness.record(10_000, at(3));
        lateness.record(12_000, at(4));
        assert_eq!(lateness.recent(at(4)).count, 3);
        let later = lateness.recent(at(5));
        assert_eq!(later.count, 2);
        assert!(later.max < 20_000, "{later:?}");
        assert_eq!(lateness.recent(at(60)), LatenessReading::default());
        assert_eq!(lateness.read().count, 3);
    }
}

//! How late timers fired: a histogram, and the counters that say whether people are on time.

use hdrhistogram::Histogram;
use std::sync::Mutex;

/// How late timers fired since the process began.
pub struct Lateness(Mutex<Histogram<u64>>);

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

impl Default for Lateness {
    #[allow(clippy::expect_used)]
    fn default() -> Self {
        // `new` fails only for a precision above five digits.
        Self(Mutex::new(Histogram::new(2).expect("two digits are legal")))
    }
}

impl Lateness {
    /// Notes that a timer fired `micros` after it was due.
    pub fn record(&self, micros: i64) {
        metrics::histogram!("tradewind_timer_lateness_seconds").record(micros.max(0) as f64 / 1e6);
        if micros < 0 {
            metrics::counter!("tradewind_timers_early_total").increment(1);
        }
        let mut histogram = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        histogram.saturating_record(u64::try_from(micros).unwrap_or(0));
    }

    /// How many were more than a second late.
    #[must_use]
    pub fn later_than_a_second(&self) -> u64 {
        let histogram = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        histogram.count_between(1_000_000, u64::MAX)
    }

    /// What was noted so far.
    #[must_use]
    pub fn read(&self) -> LatenessReading {
        let histogram = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        LatenessReading {
            count: histogram.len(),
            p50: histogram.value_at_quantile(0.5),
            p99: histogram.value_at_quantile(0.99),
            max: histogram.max(),
        }
    }
}

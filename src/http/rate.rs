//! How fast one API key may call: the generic cell rate algorithm, in memory, one counter a key.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// Requests a key may make in a second, on average.
pub const QUOTA: i64 = 20_000;
/// Requests it may make at once after a pause.
const BURST: i64 = 40_000;
const NANOS: i64 = 1_000_000_000;
const STEP: i64 = NANOS / QUOTA;

/// The counter of one key.
#[derive(Debug)]
pub struct Limiter {
    began: Instant,
    /// The instant, in nanoseconds since `began`, at which the key will have used up nothing.
    free_at: AtomicI64,
}

/// What the limiter answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Whether the request may pass.
    pub passes: bool,
    /// Requests that could follow at once.
    pub remaining: i64,
    /// Seconds until one more may pass (when refused), or until the whole burst is free again.
    pub seconds: i64,
}

impl Default for Limiter {
    #[allow(clippy::disallowed_methods, reason = "rates are of the machine's time, not of the domain's")]
    fn default() -> Self {
        Self { began: Instant::now(), free_at: AtomicI64::new(0) }
    }
}

impl Limiter {
    /// Counts one request.
    pub fn take(&self) -> Allowance {
        self.take_at(i64::try_from(self.began.elapsed().as_nanos()).unwrap_or(i64::MAX / 2))
    }

    fn take_at(&self, now: i64) -> Allowance {
        let step = |free_at: i64| {
            let next = free_at.max(now) + STEP;
            (next - now <= BURST * STEP).then_some(next)
        };
        match self.free_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(before) => {
                let used = before.max(now) + STEP - now;
                Allowance { passes: true, remaining: BURST - used / STEP, seconds: ceil_seconds(used) }
            }
            Err(before) => Allowance { passes: false, remaining: 0, seconds: ceil_seconds(before + STEP - now - BURST * STEP) },
        }
    }
}

fn ceil_seconds(nanos: i64) -> i64 {
    (nanos + NANOS - 1) / NANOS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let limiter = Limiter::default();
        let passed = (0..BURST + 10).filter(|_| limiter.take_at(1).passes).count();
        assert_eq!(passed as i64, BURST);
        let refused = limiter.take_at(1);
        assert!(!refused.passes && refused.seconds == 1 && refused.remaining == 0);
        // Half a second later half a second's quota is free again.
        let passed = (0..BURST).filter(|_| limiter.take_at(NANOS / 2 + 1).passes).count();
        assert_eq!(passed as i64, QUOTA / 2);
    }
}

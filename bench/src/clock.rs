//! One monotonic clock for the load and the sink, so that their instants can be subtracted.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Nanoseconds since the harness first asked, plus one: 0 stands for "never" wherever instants are stored.
pub fn now() -> u64 {
    1 + u64::try_from(ORIGIN.elapsed().as_nanos()).unwrap_or(u64::MAX - 1)
}

/// The time between two instants of [`now`], in seconds; 0 when they are the wrong way round.
pub fn seconds(from: u64, to: u64) -> f64 {
    Duration::from_nanos(to.saturating_sub(from)).as_secs_f64()
}

/// Asks `done` every `every` until it says yes; false when `within` has passed first.
pub fn until(within: Duration, every: Duration, mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + within;
    loop {
        if done() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(every);
    }
}

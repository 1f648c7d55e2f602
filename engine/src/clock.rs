//! The only place where time and randomness come in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tradewind_core::state::NewIds;
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one reading of the system's clock; everything else is given a `Clock`")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands until it is moved: for tests.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.micros()))
    }
    /// Moves to `now`.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Time and new ids, shared by every part of a process.
#[derive(Clone)]
pub struct Environment {
    clock: Arc<dyn Clock>,
    sequence: Arc<AtomicU64>,
    noise: Arc<AtomicU64>,
}

impl Environment {
    /// An environment on `clock`; `seed` makes its ids and draws repeatable in tests.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, sequence: Arc::default(), noise: Arc::new(AtomicU64::new(seed)) }
    }
    /// The machine's clock and the system's entropy.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place where entropy comes in")]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), rand::random())
    }
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
    /// A new UUIDv7: milliseconds, then a counter (ids of one process sort as they were made), then noise.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let millis = u64::try_from(self.now().micros() / 1000).unwrap_or(0) & 0xffff_ffff_ffff;
        let count = self.sequence.fetch_add(1, Ordering::Relaxed) & 0x03ff_ffff;
        let noise = self.noise();
        let high = (millis << 16) | 0x7000 | (count >> 14);
        let low = (1 << 63) | ((count & 0x3fff) << 48) | (noise & 0xffff_ffff_ffff);
        Uuid::from_u64_pair(high, low)
    }
    /// 64 random bits (SplitMix64; not for secrets).
    #[must_use]
    pub fn noise(&self) -> u64 {
        let mut z = self.noise.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number in `0.0..1.0`.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        (self.noise() >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl NewIds for Environment {
    fn id(&mut self) -> Uuid {
        Environment::id(self)
    }
}

/// The id that sorts before every UUIDv7 made at `at` or later.
pub(crate) fn first_id(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.micros().max(0) / 1000).unwrap_or(0) & 0xffff_ffff_ffff;
    Uuid::from_u64_pair((millis << 16) | 0x7000, 1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_seven_and_sort_as_made() {
        let env = Environment::new(Arc::new(ManualClock::at(Timestamp::from_micros(1_700_000_000_000_000))), 1);
        let ids: Vec<Uuid> = (0..20_000).map(|_| env.id()).collect();
        assert!(ids.windows(2).all(|w| w[0] < w[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
    }
}

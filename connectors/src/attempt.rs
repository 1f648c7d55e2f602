//! What a connector is given and what it answers.

use futures::future::BoxFuture;
use tradewind_nodes::Json;
use tradewind_nodes::effect::Payload;
use tradewind_nodes::id::EffectKey;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::{Duration, Timestamp};

/// One attempt at one effect.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// The same however often the effect is tried: the receiver's means to see it once.
    pub key: &'a EffectKey,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// What to do.
    pub payload: &'a Payload,
    /// The recipient's own address for unsubscribing in one click, absolute. A message whose reader may not unsubscribe from it leaves it out.
    pub unsubscribe_url: Option<&'a str>,
    /// The moment of the attempt: the `Date` of a mail and the timestamp of a signature.
    pub now: Timestamp,
}

/// What became of one attempt. Closed: the engine handles every case.
#[derive(Clone, PartialEq, Debug)]
pub enum Attempt {
    /// Done.
    Done {
        /// `{"message_id", "response"}` of a mail; `{"status", "headers", "body"}` of a request, and `"truncated": true`
        /// when the body was longer than allowed.
        output: Json,
    },
    /// Not done, or not known to be done; it may be tried again under the same key.
    Retry {
        /// When the receiver asks for it again, never more than an hour; the engine's [`backoff`] when None.
        after: Option<Duration>,
        /// Why not now.
        problem: Problem,
    },
    /// Refused, and trying again would change nothing.
    Reject {
        /// Why never.
        problem: Problem,
    },
    /// The connector itself cannot work: wrong credentials or settings. Nothing is said about the effect, which is to be
    /// tried again once a person has put the connector right.
    Reauthorise {
        /// What to put right.
        problem: Problem,
    },
}

impl Attempt {
    /// May be tried again when the engine likes.
    #[must_use]
    pub(crate) fn retry(code: &str, message: impl Into<String>) -> Self {
        Self::Retry { after: None, problem: Problem::new(code, message) }
    }
    /// Never again.
    #[must_use]
    pub(crate) fn reject(code: &str, message: impl Into<String>) -> Self {
        Self::Reject { problem: Problem::new(code, message) }
    }
}

impl From<Problem> for Attempt {
    /// What is wrong with the effect itself stays wrong.
    fn from(problem: Problem) -> Self {
        Self::Reject { problem }
    }
}

/// A door to the outside world.
pub trait Connector: Send + Sync {
    /// `smtp`, `webhook`, `mailbox`: as logs, metrics and incidents name it.
    fn name(&self) -> &'static str;

    /// The channels it sends by, as the messages it reads name them.
    fn channels(&self) -> &'static [&'static str];

    /// Makes one attempt. It ends by itself within the deadline of the connector or of the payload. When the future is
    /// dropped before its end, it is not known whether the effect happened.
    fn perform<'a>(&'a self, envelope: Envelope<'a>) -> BoxFuture<'a, Attempt>;

    /// Whether the connector could work now: for `doctor` and readiness. Sends nothing to anyone.
    ///
    /// The problem names what to put right.
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>>;

    /// How many attempts are worth making at once; more would only wait in line, each against its own deadline.
    fn concurrency(&self) -> usize {
        64
    }
}

/// The longest wait between two attempts.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// How long to wait after attempt number `attempt` (from 1) failed: a second, doubled with every attempt, at most an hour;
/// of that, the upper half by `random` (0 to 1), so that what failed together does not come back together.
#[must_use]
pub fn backoff(attempt: u32, random: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(30);
    let full = Duration::from_secs(1_i64 << doublings).min(LONGEST_WAIT).micros() as f64;
    let random = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
    Duration::from_micros((full * (0.5 + 0.5 * random)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_an_hour() {
        assert_eq!(backoff(1, 1.0), Duration::from_secs(1));
        assert_eq!(backoff(2, 1.0), Duration::from_secs(2));
        assert_eq!(backoff(11, 1.0), Duration::from_secs(1024));
        for attempt in [13, 14, 31, 32, 64, u32::MAX] {
            assert_eq!(backoff(attempt, 1.0), LONGEST_WAIT, "{attempt}");
        }
        assert_eq!(backoff(0, 1.0), Duration::from_secs(1));
    }

    #[test]
    fn backoff_spreads_over_the_upper_half() {
        assert_eq!(backoff(1, 0.0), Duration::from_micros(500_000));
        assert_eq!(backoff(1, 0.5), Duration::from_micros(750_000));
        assert_eq!(backoff(1, f64::NAN), Duration::from_secs(1));
        assert_eq!(backoff(1, 9.0), Duration::from_secs(1));
    }
}

//! `/api/v1/status`: how the engine and the workspace do. The stream `/api/v1/live` tells the same when it changes.

use serde::Deserialize;

/// A number that is not counted beyond a bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct Bounded {
    /// How many.
    pub count: i64,
    /// Whether that is all; else there are at least so many.
    pub exact: bool,
}

/// How late timers fired in the last minutes.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Lateness {
    /// How many minutes this is about.
    pub minutes: i64,
    /// Timers that fired.
    pub count: u64,
    /// 99 of 100 were no later than so many milliseconds.
    pub p99_ms: f64,
    /// The latest.
    pub max_ms: f64,
}

/// What sends the messages of a channel.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Connector {
    /// Its name: `smtp`, `mailbox`, `webhook`.
    pub name: String,
    /// What must be put right with it.
    pub problem: Option<String>,
}

/// A channel by what became of its messages of late.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Channel {
    /// Its name.
    pub channel: String,
    /// Sent.
    pub sent: i64,
    /// Given up.
    pub failed: i64,
    /// To be tried again.
    pub retrying: i64,
    /// What the last failure said.
    pub last_problem: Option<String>,
    /// When it was.
    pub last_failed_at: Option<String>,
}

/// The engine and the workspace at a glance.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Status {
    /// How late timers fired.
    pub lateness: Lateness,
    /// What was accepted and is not routed yet.
    pub waiting: u64,
    /// How long the oldest of it has waited.
    pub oldest_waiting_seconds: f64,
    /// Effects that wait to be sent.
    pub outbox_pending: u64,
    /// What sends.
    pub connectors: Vec<Connector>,
    /// Runs under way.
    pub inside: Bounded,
    /// Runs begun since midnight in the workspace's zone.
    pub entered_today: i64,
    /// Runs that need a person.
    pub incidents: Bounded,
    /// What could not be routed.
    pub dead_letters: Bounded,
    /// Questions asked of people.
    pub tasks: Bounded,
    /// Channels of late.
    pub channels: Vec<Channel>,
}

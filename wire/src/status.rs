//! `/api/v1/status`: how the engine and the workspace do. The stream `/api/v1/live` tells the same when it changes.

use serde::{Deserialize, Serialize};
use tradewind_nodes::time::Timestamp;

/// A number that was counted up to a bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoundedCount {
    /// How many, at least.
    pub count: i64,
    /// Whether there are no more.
    pub exact: bool,
}

/// How late timers fired in the last minutes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LatenessStatus {
    /// How many minutes this is about.
    pub minutes: i64,
    /// Timers that fired.
    pub count: u64,
    /// Half were no later than so many milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 were no later.
    pub p99_ms: f64,
    /// The latest.
    pub max_ms: f64,
}

/// What sends the messages of a channel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectorStatus {
    /// Its name: `smtp`, `mailbox`, `webhook`.
    pub name: String,
    /// What must be put right with it.
    pub problem: Option<String>,
}

/// How a channel did lately.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelStatus {
    /// `email` or `http`.
    pub channel: String,
    /// Deliveries of the last hour that went out.
    pub sent: i64,
    /// Those that failed for good.
    pub failed: i64,
    /// Those that failed and are tried again.
    pub retrying: i64,
    /// What went wrong last.
    pub last_problem: Option<String>,
    /// When.
    pub last_failed_at: Option<Timestamp>,
}

/// The engine and the workspace at a glance.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Status {
    /// The version of the program.
    pub version: String,
    /// When this process began.
    pub started_at: Timestamp,
    /// When these numbers were read.
    pub at: Timestamp,
    /// How late timers fired in the last minutes.
    pub lateness: LatenessStatus,
    /// What was accepted and is not routed yet.
    pub waiting: u64,
    /// How long the oldest of it has waited, in seconds.
    pub oldest_waiting_seconds: f64,
    /// Effects in memory that wait to be sent.
    pub outbox_pending: u64,
    /// What sends.
    pub connectors: Vec<ConnectorStatus>,
    /// Who is inside a journey now.
    pub inside: BoundedCount,
    /// How many entered one since midnight in the workspace's zone.
    pub entered_today: i64,
    /// What needs a person.
    pub incidents: BoundedCount,
    /// What could not be routed.
    pub dead_letters: BoundedCount,
    /// Questions that wait for a person's answer.
    pub tasks: BoundedCount,
    /// How each channel that was used did in the last hour, by its newest deliveries.
    pub channels: Vec<ChannelStatus>,
}

impl Status {
    /// Whether anything but the moment of reading differs.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        Self { at: self.at, ..other.clone() } != *self
    }
}

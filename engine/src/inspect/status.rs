//! How a workspace does at a glance: who is inside, what needs a person, which channels fail.

use super::counts::hour_of;
use super::words;
use crate::clock::first_id;
use std::collections::BTreeMap;
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::Json;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_schema::record;
use tradewind_store::{Db, Query, Value};
use uuid::Uuid;

/// A number that was counted up to a bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bounded {
    /// How many, at least.
    pub count: i64,
    /// Whether there are no more.
    pub exact: bool,
}

/// How a channel did lately.
#[derive(Clone, PartialEq, Eq, Debug)]
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

/// What the database knows of a workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkspaceStatus {
    /// Who is inside a journey now.
    pub inside: Bounded,
    /// How many entered one since midnight.
    pub entered_today: i64,
    /// What needs a person.
    pub incidents: Bounded,
    /// What could not be routed.
    pub dead_letters: Bounded,
    /// Questions that wait for a person's answer.
    pub tasks: Bounded,
    /// How each channel that was used did in the last hour, by its newest deliveries.
    pub channels: Vec<ChannelStatus>,
}

pub(super) const INSIDE: &str = "SELECT COUNT(*) AS found FROM (SELECT id FROM runs \
    WHERE journey_id IN (SELECT id FROM journeys WHERE workspace_id = $1) AND ended_at IS NULL LIMIT $2) AS inside";
pub(super) const TODAY: &str =
    "SELECT CAST(COALESCE(SUM(passed), 0) AS bigint) AS found FROM passages WHERE workspace_id = $1 AND hour >= $2 AND port = '>'";
pub(super) const INCIDENTS: &str =
    "SELECT COUNT(*) AS found FROM (SELECT id FROM incidents WHERE workspace_id = $1 AND state = 'open' LIMIT $2) AS open";
pub(super) const DEAD_LETTERS: &str =
    "SELECT COUNT(*) AS found FROM (SELECT id FROM dead_letters WHERE workspace_id = $1 LIMIT $2) AS dead";
pub(super) const TASKS: &str =
    "SELECT COUNT(*) AS found FROM (SELECT id FROM tasks WHERE workspace_id = $1 AND state = 'open' LIMIT $2) AS open";
pub(super) const SENT: &str = "SELECT id, channel, state, attempts, created_at, result FROM deliveries \
    WHERE workspace_id = $1 AND id > $2 ORDER BY id DESC LIMIT $3";

/// People counted one by one at most.
const MOST_PEOPLE: i64 = 100_000;
/// Other things counted one by one at most.
const MOST: i64 = 10_000;
/// Deliveries looked at.
const DELIVERIES: i64 = 2_000;

/// The status of a workspace at `now`; its day began at `midnight`.
pub async fn of_workspace(db: &Db, workspace: WorkspaceId, now: Timestamp, midnight: Timestamp) -> Result<WorkspaceStatus, ReadError> {
    let own = |limit: i64| vec![workspace.0.into(), Value::Int(limit)];
    let since = first_id(now.minus(Duration::from_hours(1)));
    let queries = vec![
        Query::new(INSIDE, own(MOST_PEOPLE)),
        Query::new(TODAY, own(hour_of(midnight))),
        Query::new(INCIDENTS, own(MOST)),
        Query::new(DEAD_LETTERS, own(MOST)),
        Query::new(TASKS, own(MOST)),
        Query::new(SENT, vec![workspace.0.into(), since.into(), Value::Int(DELIVERIES)]),
    ];
    let mut read = db.read(queries).await?.into_iter();
    let mut number = || -> Result<i64, ReadError> { Ok(read.next().unwrap_or_default().value("found")?.unwrap_or(0)) };
    let bounded = |count: i64, most: i64| Bounded { count, exact: count < most };
    Ok(WorkspaceStatus {
        inside: bounded(number()?, MOST_PEOPLE),
        entered_today: number()?,
        incidents: bounded(number()?, MOST),
        dead_letters: bounded(number()?, MOST),
        tasks: bounded(number()?, MOST),
        channels: channels(read.next().unwrap_or_default().read()?),
    })
}

record! {
    struct Tried of "deliveries" key [id] {
        id: uuid => Uuid,
        channel: text,
        state: text,
        attempts: int,
        created_at: int => Timestamp,
        result: json null => Json,
    }
}

/// Deliveries, the newest first, by channel.
fn channels(rows: Vec<Tried>) -> Vec<ChannelStatus> {
    let mut channels: BTreeMap<String, ChannelStatus> = BTreeMap::new();
    for row in rows {
        let channel = channels.entry(row.channel.clone()).or_insert_with(|| ChannelStatus {
            channel: row.channel,
            sent: 0,
            failed: 0,
            retrying: 0,
            last_problem: None,
            last_failed_at: None,
        });
        match (row.state.as_str(), row.attempts) {
            ("sent", _) => channel.sent += 1,
            ("failed", _) => channel.failed += 1,
            ("pending", attempts) if attempts > 0 => channel.retrying += 1,
            _ => continue,
        }
        if row.state != "sent" && channel.last_failed_at.is_none() {
            channel.last_failed_at = Some(row.created_at);
            channel.last_problem = row.result.as_ref().and_then(words::reason).map(|why| why.to_string());
        }
    }
    channels.into_values().collect()
}

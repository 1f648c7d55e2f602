//! How many people passed where, and how many stand where.

use serde::Serialize;
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Query};
use utoipa::ToSchema;

/// How often one way was taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Passage {
    /// The version.
    pub version: i64,
    /// The node.
    pub node: String,
    /// The port it was left by; `!` for failing at it, `.` for ending there.
    pub port: String,
    /// How often.
    pub passed: i64,
}

/// How many stand at one node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Standing {
    /// The version.
    pub version: i64,
    /// The node.
    pub node: String,
    /// The state of their runs.
    pub state: String,
    /// How many.
    pub people: i64,
}

/// The numbers on a journey's canvas.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Counts {
    /// Passages since the instant asked for, to the hour.
    pub passages: Vec<Passage>,
    /// Who stands where now.
    pub standing: Vec<Standing>,
}

pub(super) const PASSAGES: &str = "SELECT version, node, port, CAST(SUM(passed) AS bigint) FROM passages \
    WHERE journey_id = $1 AND workspace_id = $2 AND hour >= $3 GROUP BY version, node, port ORDER BY version, node, port LIMIT 50000";
pub(super) const STANDING: &str = "SELECT version, node, state, COUNT(*) FROM runs \
    WHERE journey_id = $1 AND workspace_id = $2 AND ended_at IS NULL GROUP BY version, node, state ORDER BY version, node, state LIMIT 50000";

/// An hour, in the microseconds of a [`Timestamp`].
const HOUR: i64 = 3_600_000_000;

/// The counts of a journey; passages since the beginning of the hour of `since`, all of them when None.
pub async fn of_journey(db: &Db, workspace: WorkspaceId, journey: JourneyId, since: Option<Timestamp>) -> Result<Counts, ReadError> {
    let hour = since.map_or(i64::MIN, |since| since.micros().div_euclid(HOUR));
    let passages = Query::new(PASSAGES, vec![journey.0.into(), workspace.0.into(), hour.into()]);
    let standing = Query::new(STANDING, vec![journey.0.into(), workspace.0.into()]);
    let mut read = db.read(vec![passages, standing]).await?.into_iter();
    let (passages, standing) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let mut counts = Counts { passages: Vec::with_capacity(passages.len()), standing: Vec::with_capacity(standing.len()) };
    for row in &passages {
        counts.passages.push(Passage {
            version: row.int(0)?,
            node: row.text(1)?.to_owned(),
            port: row.text(2)?.to_owned(),
            passed: row.int(3)?,
        });
    }
    for row in &standing {
        counts.standing.push(Standing {
            version: row.int(0)?,
            node: row.text(1)?.to_owned(),
            state: row.text(2)?.to_owned(),
            people: row.int(3)?,
        });
    }
    Ok(counts)
}

//! What came in since somebody looked last: for those who watch.

use super::explore::introduce;
use super::query::{EventView, views};
use crate::reading::ReadError;
use std::collections::HashMap;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Db, Query, Value};
use uuid::Uuid;

pub(super) const ARRIVED: &str = "SELECT id, customer_id, type, name, properties, context, message_id, at, received_at FROM events \
    WHERE workspace_id = $1 AND received_at >= $2 ORDER BY received_at DESC, id DESC LIMIT $3";
pub(super) const HOW_MANY: &str =
    "SELECT COUNT(*) AS came FROM (SELECT id FROM events WHERE workspace_id = $1 AND received_at >= $2 LIMIT $3) AS came";

/// An event is stored a little after it was received, and not in that order: so long it may still turn up.
const STRAGGLING: Duration = Duration::from_secs(5);
/// Events counted at most.
const MOST: i64 = 10_000;

/// What a watcher has been shown.
#[derive(Debug)]
pub struct Arrived {
    /// What came before is not shown any more.
    since: Timestamp,
    /// What was shown of the time in which more may turn up.
    shown: HashMap<Uuid, Timestamp>,
}

impl Arrived {
    /// Watches from `now` on.
    #[must_use]
    pub fn since(now: Timestamp) -> Self {
        Self { since: now, shown: HashMap::new() }
    }
}

/// The newest of what came in, the oldest first, and how many more there were that are not shown.
pub async fn arrived(
    db: &Db,
    workspace: WorkspaceId,
    watched: &mut Arrived,
    limit: i64,
    now: Timestamp,
) -> Result<(Vec<EventView>, i64), ReadError> {
    let from = watched.since.max(now.minus(STRAGGLING));
    watched.shown.retain(|_, at| *at >= from);
    // What was shown already comes again and is left out.
    let known = i64::try_from(watched.shown.len()).unwrap_or(0);
    let newest = Query::new(ARRIVED, vec![workspace.0.into(), from.micros().into(), (limit + known).into()]);
    let all = Query::new(HOW_MANY, vec![workspace.0.into(), from.micros().into(), Value::Int(MOST)]);
    let mut read = db.read(vec![newest, all]).await?.into_iter();
    let (rows, all) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let mut events = views(rows)?;
    events.retain(|event| !watched.shown.contains_key(&event.id.0));
    events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    watched.shown.extend(events.iter().map(|event| (event.id.0, event.received_at)));
    let came = all.value::<i64>("came")?.unwrap_or(0);
    let skipped = (came - i64::try_from(watched.shown.len()).unwrap_or(came)).max(0);
    if let Some(oldest) = events.last().filter(|_| skipped > 0) {
        // What is skipped once is not shown later, out of its order.
        watched.since = oldest.received_at;
    }
    events.reverse();
    introduce(db, workspace, &mut events).await?;
    Ok((events, skipped))
}

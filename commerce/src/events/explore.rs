//! Looking through events: the newest first, narrowed by what they are called, what they are and whose.

use super::query::{EventView, views};
use crate::customers::people;
use crate::reading::{ReadError, earlier};
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Value};
use uuid::Uuid;

/// Which events to show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exploration {
    /// Of this name.
    pub name: Option<String>,
    /// Whose name holds this, in whatever letters.
    pub holds: Option<String>,
    /// Of this call: `track`, `page`, ….
    pub call: Option<String>,
    /// Of this customer, as they happened; of everybody as they came in when None.
    pub customer: Option<CustomerId>,
    /// Since then.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

/// A page of events. It looked at no more than it may: it can be short although more follow.
#[derive(Debug)]
pub struct Explored {
    /// The events.
    pub events: Vec<EventView>,
    /// Where the next page begins; None after the last.
    pub next: Option<(i64, Uuid)>,
}

macro_rules! columns {
    () => {
        "SELECT id, customer_id, type, name, properties, context, message_id, at, received_at FROM "
    };
}
// Events are looked at in the order of an index, and the rest of the filter applies to those alone.
macro_rules! looked {
    ($path:literal, $time:literal) => {
        concat!(
            columns!(),
            "(",
            columns!(),
            "events WHERE ",
            $path,
            " AND (",
            $time,
            ", id) < ($2, $3) AND ",
            $time,
            " >= $4 ORDER BY ",
            $time,
            " DESC, id DESC LIMIT $5) AS looked WHERE (CAST($6 AS text) IS NULL OR name = $6) AND (CAST($7 AS text) IS NULL OR type = $7) \
             AND (CAST($9 AS text) IS NULL OR LOWER(name) LIKE $9 ESCAPE '!') ORDER BY ",
            $time,
            " DESC, id DESC LIMIT $8"
        )
    };
}
macro_rules! edge {
    ($path:literal, $time:literal) => {
        concat!(
            "SELECT ",
            $time,
            " AS place, id FROM events WHERE ",
            $path,
            " AND (",
            $time,
            ", id) < ($2, $3) AND ",
            $time,
            " >= $4 ORDER BY ",
            $time,
            " DESC, id DESC LIMIT 1 OFFSET $5"
        )
    };
}
pub(super) const RECENT: &str = looked!("workspace_id = $1", "received_at");
pub(super) const RECENT_EDGE: &str = edge!("workspace_id = $1", "received_at");
pub(super) const OF_CUSTOMER: &str = looked!("customer_id = $1 AND workspace_id = $10", "at");
pub(super) const OF_CUSTOMER_EDGE: &str = edge!("customer_id = $1 AND workspace_id = $6", "at");

record! {
    struct Edge of "events" key [id] {
        place: int,
        id: uuid => Uuid,
    }
}

/// Events looked at for one page.
const LOOKED_AT: i64 = 10_000;

/// The events that `wanted` names, the newest first, below `before`.
pub async fn explore(
    db: &Db,
    workspace: WorkspaceId,
    wanted: &Exploration,
    before: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Explored, ReadError> {
    let narrow = wanted.name.is_some() || wanted.holds.is_some() || wanted.call.is_some();
    let look = if narrow { LOOKED_AT } else { limit + 1 };
    let (mut top, mut id) = earlier(before);
    if let Some(until) = wanted.until.filter(|until| until.micros() <= top) {
        // Nothing has the lowest id: what happened at the very instant stays out.
        (top, id) = (until.micros(), Uuid::nil());
    }
    let since = wanted.since.map_or(i64::MIN, Timestamp::micros);
    let (list, edge) = if wanted.customer.is_some() { (OF_CUSTOMER, OF_CUSTOMER_EDGE) } else { (RECENT, RECENT_EDGE) };
    let subject = wanted.customer.map_or(workspace.0, |customer| customer.0);
    let mut args: Vec<Value> = vec![
        subject.into(),
        top.into(),
        id.into(),
        since.into(),
        look.into(),
        wanted.name.as_deref().into(),
        wanted.call.as_deref().into(),
        (limit + 1).into(),
        wanted.holds.as_deref().map(holding).into(),
    ];
    let mut edge_args: Vec<Value> = vec![subject.into(), top.into(), id.into(), since.into(), (look - 1).into()];
    if wanted.customer.is_some() {
        args.push(workspace.0.into());
        edge_args.push(workspace.0.into());
    }
    let mut read = db.read(vec![Query::new(list, args), Query::new(edge, edge_args)]).await?.into_iter();
    let (rows, edge) = (read.next().unwrap_or_default(), read.next().unwrap_or_default());
    let mut events = views(rows)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let full = events.len() > most;
    events.truncate(most);
    let place = |event: &EventView| (if wanted.customer.is_some() { event.at } else { event.received_at }).micros();
    let next = match (full, edge.first_as::<Edge>()?) {
        (true, _) => events.last().map(|event| (place(event), event.id.0)),
        (false, Some(edge)) => Some((edge.place, edge.id)),
        (false, None) => None,
    };
    introduce(db, workspace, &mut events).await?;
    Ok(Explored { events, next })
}

/// The pattern of what holds a text.
fn holding(text: &str) -> String {
    let plain = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

/// Says whose each event is.
pub(super) async fn introduce(db: &Db, workspace: WorkspaceId, events: &mut [EventView]) -> Result<(), ReadError> {
    let known = people(db, workspace, events.iter().map(|event| event.customer)).await?;
    for event in events {
        event.person = known.get(&event.customer).cloned();
    }
    Ok(())
}

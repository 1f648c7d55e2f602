//! Lists of events.

use crate::customers::Person;
use crate::reading::{ReadError, at, earlier, json};
use tradewind_nodes::JsonMap;
use tradewind_nodes::id::{CustomerId, EventId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Row};
use uuid::Uuid;

/// An event as people and programs see it.
#[derive(Clone, PartialEq, Debug)]
pub struct EventView {
    /// Our id.
    pub id: EventId,
    /// Whose.
    pub customer: CustomerId,
    /// `track`, `page`, `screen`, `identify`, `group`, `alias` or `internal`.
    pub call: String,
    /// `Order Completed`.
    pub name: String,
    /// What it says.
    pub properties: JsonMap,
    /// Where it came from.
    pub context: JsonMap,
    /// The client's key against repeats.
    pub message_id: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Who he is, in lists that say so.
    pub person: Option<Person>,
}

macro_rules! columns {
    () => {
        "SELECT id, customer_id, type, name, properties, context, message_id, at, received_at FROM events "
    };
}
pub(super) const OF_CUSTOMER: &str =
    concat!(columns!(), "WHERE customer_id = $1 AND workspace_id = $2 AND (at, id) < ($3, $4) ORDER BY at DESC, id DESC LIMIT $5");
pub(super) const NAMED: &str =
    concat!(columns!(), "WHERE customer_id = $1 AND workspace_id = $2 AND name = ANY($3) ORDER BY at DESC, id DESC LIMIT $4");

/// The events of a customer as they happened, the newest first.
pub async fn of_customer(
    db: &Db,
    workspace: WorkspaceId,
    customer: CustomerId,
    before: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<EventView>, ReadError> {
    let (at, id) = earlier(before);
    let args = vec![customer.0.into(), workspace.0.into(), at.into(), id.into(), limit.into()];
    db.query(OF_CUSTOMER, args).await?.iter().map(view).collect()
}

/// The newest events of a customer with one of these names.
pub async fn named(
    db: &Db,
    workspace: WorkspaceId,
    customer: CustomerId,
    names: Vec<String>,
    limit: i64,
) -> Result<Vec<EventView>, ReadError> {
    let args = vec![customer.0.into(), workspace.0.into(), names.into(), limit.into()];
    db.query(NAMED, args).await?.iter().map(view).collect()
}

pub(super) fn view(row: &Row) -> Result<EventView, ReadError> {
    let id = EventId(row.uuid(0)?);
    Ok(EventView {
        id,
        customer: CustomerId(row.uuid(1)?),
        call: row.text(2)?.to_owned(),
        name: row.text(3)?.to_owned(),
        properties: json(row, 4, format_args!("the properties of event {id}"))?,
        context: json(row, 5, format_args!("the context of event {id}"))?,
        message_id: row.text(6)?.to_owned(),
        at: at(row, 7)?,
        received_at: at(row, 8)?,
        person: None,
    })
}

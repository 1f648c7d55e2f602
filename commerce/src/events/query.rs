//! Lists of events.

use crate::customers::Person;
use crate::reading::{ReadError, earlier};
use tradewind_nodes::JsonMap;
use tradewind_nodes::id::{CustomerId, EventId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Rows};
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
    views(db.query(OF_CUSTOMER, args).await?)
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
    views(db.query(NAMED, args).await?)
}

record! {
    struct Found of "events" key [customer_id, id] {
        id: uuid => EventId,
        customer_id: uuid => CustomerId,
        r#type: text,
        name: text,
        properties: json => JsonMap,
        context: json => JsonMap,
        message_id: text,
        at: int => Timestamp,
        received_at: int => Timestamp,
    }
}

/// The rows of a statement with the columns of an event.
pub(super) fn views(rows: Rows) -> Result<Vec<EventView>, ReadError> {
    let view = |row: Found| EventView {
        id: row.id,
        customer: row.customer_id,
        call: row.r#type,
        name: row.name,
        properties: row.properties,
        context: row.context,
        message_id: row.message_id,
        at: row.at,
        received_at: row.received_at,
        person: None,
    };
    Ok(rows.read()?.into_iter().map(view).collect())
}

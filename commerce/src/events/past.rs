//! Events as deciding reads them.

use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;

record! {
    /// An event of somebody's past.
    pub struct PastEvent of "events" key [customer_id, id] {
        customer_id: uuid => CustomerId,
        id: uuid => EventId,
        name: text,
        at: int => Timestamp,
        properties: json => JsonMap,
        context: json => JsonMap,
    }
}

impl From<PastEvent> for Event {
    fn from(row: PastEvent) -> Self {
        Self { id: row.id, name: row.name, at: row.at, properties: row.properties, context: row.context }
    }
}

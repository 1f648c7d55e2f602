//! The table of messages seen.

use tradewind_schema::{Uuid, table};

table! {
    /// Ids of messages that came in, by the day they came (days since 1970), so that a repeat is known. `id` is derived from
    /// workspace and message id.
    pub MESSAGES: MessageRow = "messages" key [day, id] {
        day: int,
        id: uuid => Uuid,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Aged(Aged { unit: Unit::Days, ..Aged::days("day", 2) }),
        erasure: Erasure::None,
        export: Export::None,
    }
}

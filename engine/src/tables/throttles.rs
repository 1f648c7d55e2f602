//! The table of throttles.

use tradewind_nodes::id::JourneyId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// The instant the next slot of a journey's throttle is free.
    pub THROTTLES: ThrottleRow = "throttles" key [journey_id] {
        journey_id: uuid => JourneyId,
        free_at: int => Timestamp,
    }
    policy {
        shard: Shard::Journey { column: "journey_id" },
        merge: Merge::None,
        retention: Retention::Forever("a row a journey"),
        erasure: Erasure::None,
        export: Export::None,
    }
}

//! The table of schedules.

use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// When a schedule or an anniversary is due next. `subject` is the anniversary's customer, or the journey.
    pub SCHEDULES: ScheduleRow = "schedules" key [journey_id, node, subject] {
        journey_id: uuid => JourneyId,
        node: text,
        subject: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        due_at: int => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "subject", stored: None },
        merge: Merge::Drop { column: "subject" },
        retention: Retention::Used,
        erasure: Erasure::Delete(&[Find::Customer("subject")]),
        export: Export::None,
    }
}

//! The table of tasks.

use tradewind_nodes::id::{JourneyId, RunId, TaskId, WorkspaceId};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// Questions that runs ask people.
    pub TASKS: TaskRow = "tasks" key [id] {
        id: uuid => TaskId,
        workspace_id: uuid => WorkspaceId,
        run_id: uuid => RunId,
        journey_id: uuid => JourneyId,
        node: text,
        visit: int => u32,
        question: text,
        state: text,
        answer: text null,
        answered_by: text null,
        due_at: int null => Timestamp,
        created_at: int => Timestamp,
        answered_at: int null => Timestamp,
    }
    policy {
        shard: Shard::Run { column: "run_id" },
        merge: Merge::None,
        retention: Retention::With { table: "runs", column: "run_id", stay: "" },
        erasure: Erasure::Delete(&[Find::Run("run_id")]),
        export: Export::Columns(&["question", "state", "answer", "created_at", "answered_at"]),
    }
}

//! The table of steps.

use tradewind_nodes::id::RunId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::table;

table! {
    /// The ledger of steps: a row is one transition of a run, its body the steps taken in it.
    pub STEPS: StepRow = "steps" key [run_id, seq] {
        run_id: uuid => RunId,
        seq: int,
        at: int => Timestamp,
        body: text,
    }
    policy {
        shard: Shard::Run { column: "run_id" },
        merge: Merge::None,
        retention: Retention::With { table: "runs", column: "run_id", stay: "" },
        erasure: Erasure::Delete(&[Find::Run("run_id")]),
        export: Export::Columns(&["run_id", "seq", "at", "body"]),
    }
}

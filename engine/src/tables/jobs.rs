//! The table of jobs.

use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Work beside the engine that waits or is under way, on SQLite; on PostgreSQL apalis keeps jobs in tables of its own.
    pub JOBS: JobRow = "jobs" key [id] {
        id: uuid => Uuid,
        /// Which worker does it.
        queue: text,
        /// JSON: what the worker is given.
        body: text,
        /// When it may be taken; taking it moves this to the end of the taker's lease.
        due_at: int => Timestamp,
        /// How often it was taken.
        attempts: int,
    }
    policy {
        shard: Shard::None,
        merge: Merge::None,
        retention: Retention::Used,
        erasure: Erasure::None,
        export: Export::None,
    }
}

//! The rows of a merged customer change hands.

use tradewind_core::changes::Merger;
use tradewind_nodes::id::Shard;
use tradewind_store::{Batch, Expect, Value};

const EVENTS: &str = "UPDATE events SET customer_id = $1 WHERE customer_id = $2";
const RUNS: &str = "UPDATE runs SET customer_id = $1, shard = $3 WHERE customer_id = $2";
const DELIVERIES: &str = "UPDATE deliveries SET customer_id = $1, shard = $3 WHERE customer_id = $2";
const REFUSALS: &str = "UPDATE refusals SET customer_id = $1 WHERE customer_id = $2";
const CONSENTS: &str = "UPDATE consents SET customer_id = $1 WHERE customer_id = $2";
const MEMBERS: &str = "DELETE FROM segment_members WHERE customer_id = $1";
const SCHEDULES: &str = "DELETE FROM schedules WHERE subject = $1";
const ALIASES: &str = "UPDATE aliases SET customer_id = $1 WHERE customer_id = $2";

/// The statements of a merge.
pub(crate) const STATEMENTS: &[&str] = &[EVENTS, RUNS, DELIVERIES, REFUSALS, CONSENTS, MEMBERS, SCHEDULES, ALIASES];

/// Hands over the rows of merged customers.
pub(crate) fn rows(batch: &mut Batch, mergers: &[Merger]) {
    for Merger { workspace, from, into } in mergers {
        let shard = Shard::of(*workspace, into.0);
        let pair = || vec![Value::from(into.0), from.0.into()];
        let moved = || vec![Value::from(into.0), from.0.into(), shard.0.into()];
        batch.execute(EVENTS, pair(), Expect::Any);
        batch.execute(RUNS, moved(), Expect::Any);
        batch.execute(DELIVERIES, moved(), Expect::Any);
        batch.execute(REFUSALS, pair(), Expect::Any);
        batch.execute(CONSENTS, pair(), Expect::Any);
        batch.execute(MEMBERS, vec![from.0.into()], Expect::Any);
        batch.execute(SCHEDULES, vec![from.0.into()], Expect::Any);
        batch.execute(ALIASES, pair(), Expect::Any);
    }
}

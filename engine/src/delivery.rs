//! An effect in the outbox: the row in which runs and the relay meet.

use crate::tables::deliveries::DELIVERIES;
use std::sync::Arc;
use tradewind_nodes::effect::Effect;
use tradewind_nodes::id::{CustomerId, EffectKey, JourneyId, RunId, Shard, WorkspaceId};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_schema::insert;
use tradewind_store::{Insert, Value};
use uuid::Uuid;

/// How long a new effect belongs to the process that committed it, in whose memory it already is. Only after that, or after a
/// restart, is it found in the database; otherwise it would be taken twice.
pub(crate) const HANDED_OVER: Duration = Duration::from_secs(10);

/// Puts effects into the outbox.
pub(crate) static ADD: Insert = insert!(
    DELIVERIES,
    [
        run_id,
        node,
        visit,
        id,
        workspace_id,
        shard,
        journey_id,
        version,
        customer_id,
        channel,
        state,
        awaited,
        attempts,
        due_at,
        effect,
        created_at
    ]
);

/// An effect that was committed and is not settled.
#[derive(Clone, Debug)]
pub(crate) struct OutboxRow {
    pub id: Uuid,
    pub key: EffectKey,
    pub workspace: WorkspaceId,
    pub journey: JourneyId,
    pub version: u32,
    pub customer: Option<CustomerId>,
    pub shard: Shard,
    pub awaited: bool,
    pub attempts: u32,
    pub created_at: Timestamp,
    /// When this attempt was due: when the step was taken, for the first.
    pub due_at: Timestamp,
    pub effect: Arc<Effect>,
}

impl OutboxRow {
    /// By this effects take turns: what was due first; of one instant, that of the run entered first; of one run, in the order of its
    /// steps. Ids of runs and deliveries sort as they were made.
    pub fn turn(&self) -> (Timestamp, RunId, Uuid) {
        (self.due_at, self.key.run, self.id)
    }

    /// The row for [`ADD`]. What is not handed over is due in the database at once.
    pub fn values(&self, handed_over: bool) -> Vec<Value> {
        let due_at = if handed_over { self.due_at.plus(HANDED_OVER) } else { self.due_at };
        vec![
            self.key.run.0.into(),
            self.key.node.as_str().into(),
            self.key.visit.into(),
            self.id.into(),
            self.workspace.0.into(),
            self.shard.0.into(),
            self.journey.0.into(),
            self.version.into(),
            self.customer.map(|c| c.0).into(),
            self.effect.payload.channel.as_str().into(),
            "pending".into(),
            self.awaited.into(),
            self.attempts.into(),
            due_at.micros().into(),
            Value::json(&*self.effect),
            self.created_at.micros().into(),
        ]
    }
}

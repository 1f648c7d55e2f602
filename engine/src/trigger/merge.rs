//! Two customers turn out to be one: what the one had becomes the other's.

use crate::world::World;
use tradewind_nodes::id::{CustomerId, Shard, WorkspaceId};
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

/// Merges the profiles; the rows follow in the same commit ([`rows`]).
pub(super) fn route(world: &mut World, workspace: WorkspaceId, from: CustomerId, into: CustomerId, user_id: Option<&str>) {
    let into = world.resolve(into);
    let Some(other) = world.customers.get(&from).map(|entry| entry.profile.clone()) else { return };
    if from == into || other.merged_into.is_some() {
        return;
    }
    let entry = world.customer(workspace, into);
    entry.profile.absorb(&other);
    if entry.profile.customer.user_id.is_none() {
        entry.profile.customer.user_id = user_id.map(str::to_owned);
    }
    entry.changed = true;
    let gone = world.customer(workspace, from);
    gone.profile.merged_into = Some(into);
    gone.changed = true;
    world.aliases.insert(from, into);
    world.out.aliases.push((workspace, from.0, into));
    world.out.mergers.push((workspace, from, into));
    // What he now is may open or close doors: looked at again once his events are together.
    world.send(workspace, crate::incoming::Incoming::Segment { customer: into });
}

/// Hands over the rows of merged customers.
pub(crate) fn rows(batch: &mut Batch, mergers: &[(WorkspaceId, CustomerId, CustomerId)]) {
    for (workspace, from, into) in mergers {
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

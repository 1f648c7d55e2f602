//! Two customers turn out to be one: what the one had becomes the other's.

use crate::world::World;
use tradewind_nodes::id::{CustomerId, WorkspaceId};

/// Merges the profiles; the rows follow in the same commit (`world::merge`).
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
